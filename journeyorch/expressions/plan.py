"""The checked form of an expression: every part typed, every overload chosen, ready to become closures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from .errors import Place
from .types import Type

if TYPE_CHECKING:
    from .evaluate import Compiled


class Nulls(Enum):
    """What an operation makes of an operand that is null."""

    GIVE_NULL = "null"  # arithmetic, functions
    GIVE_FALSE = "false"  # ordering comparisons
    PASS = "take it"  # noqa: S105 — no password: equality, functions that say something about null


@dataclass(slots=True)
class Plan:
    type: Type
    place: Place


@dataclass(slots=True)
class Constant(Plan):
    value: Any


@dataclass(slots=True)
class MakeList(Plan):
    items: list[Plan]


@dataclass(slots=True)
class Logic(Plan):
    operator: str
    operands: list[Plan]


@dataclass(slots=True)
class Not(Plan):
    operand: Plan


@dataclass(slots=True)
class Choose(Plan):
    condition: Plan
    consequence: Plan
    alternative: Plan


@dataclass(slots=True)
class Convert(Plan):
    """A function of one value that leaves null alone: integer to decimal, unknown to known."""

    function: Callable[[Any], Any]
    operand: Plan


@dataclass(slots=True)
class Apply(Plan):
    """``function(*arguments)``, with the context in front when ``contextual``.

    ``nullable`` says per argument whether the function takes None itself; for ``Nulls.GIVE_NULL``.
    """

    function: Callable[..., Any]
    arguments: list[Plan]
    nulls: Nulls = Nulls.GIVE_NULL
    nullable: tuple[bool, ...] = ()
    contextual: bool = False
    # Lists and texts cost steps by their size; operators on numbers and the like do not.
    charged: bool = False
    weight: int = 1  # steps for one call, whatever it is given


@dataclass(slots=True)
class Fold(Plan):
    """A chain of binary operators from the left, however long, without nesting."""

    first: Plan
    rest: list[tuple[Callable[[Any, Any], Any], Nulls, Plan]]
    weight: int = 1  # of all the operators


@dataclass(slots=True)
class FieldValue(Plan):
    """A value read from the data: where it starts, the steps to it, how to read it, what if it is null."""

    origin: Origin
    steps: list[Walk]
    read: Callable[[Any], Any] | None
    default: Plan | None
    ends_in_all: bool = False


class Origin:
    __slots__ = ()


@dataclass(slots=True)
class EventOrigin(Origin):
    name: str


@dataclass(slots=True)
class PropertyOrigin(Origin):
    pass


@dataclass(slots=True)
class GroupOrigin(Origin):
    source: str
    group: str
    params: Mapping[str, Compiled] | None


@dataclass(slots=True)
class ElementOrigin(Origin):
    pass


class Walk:
    """One step on raw data. Null stays null on every step but ``all``, which makes an empty list of it."""

    __slots__ = ()


@dataclass(slots=True)
class Get(Walk):
    names: tuple[str, ...]


@dataclass(slots=True)
class GetOpen(Walk):
    """A name on data of unknown type: a field of an object, or of every object of a list."""

    name: str


@dataclass(slots=True)
class Each(Walk):
    """The inner step on every element; with ``flatten``, lists that come out of it are joined into one.

    A null among them then is a list without elements, or, with ``keep_nulls``, a value of unknown type.
    """

    inner: Walk
    flatten: bool
    keep_nulls: bool = False


@dataclass(slots=True)
class Pick(Walk):
    """``all``, ``first`` or ``last`` element, with a condition or without."""

    which: str
    condition: Plan | None


@dataclass(slots=True)
class At(Walk):
    index: Plan


@dataclass(slots=True)
class Entry(Walk):
    key: Plan


@dataclass(slots=True)
class OfMap(Walk):
    """``firstEntryKey``, ``keys`` or ``values``."""

    what: str
    flatten: bool = False

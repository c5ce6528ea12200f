"""The types of the language and how they meet (expressions.md, Values)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class Type:
    """A static type. Types are values: equal when they mean the same."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name that users see, such as ``dateTime`` or ``listString``."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Scalar(Type):
    label: str

    @property
    def name(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return self.label


STRING = Scalar("string")
INTEGER = Scalar("integer")
DECIMAL = Scalar("decimal")
BOOLEAN = Scalar("boolean")
DATE_ONLY = Scalar("dateOnly")
DATE_TIME_ONLY = Scalar("dateTimeOnly")
DATE_TIME = Scalar("dateTime")
DURATION = Scalar("duration")
# The type of `null`, and of the elements of an empty list: fits everywhere.
NULL = Scalar("null")
# Nothing is known before run time: schemas without a type, mixed lists. Checked when the value is there.
ANY = Scalar("any")

SCALARS = (STRING, INTEGER, DECIMAL, BOOLEAN, DATE_ONLY, DATE_TIME_ONLY, DATE_TIME, DURATION)
NUMBERS = (INTEGER, DECIMAL)


@dataclass(frozen=True, slots=True)
class ListType(Type):
    item: Type

    @property
    def name(self) -> str:
        inner = self.item.name
        return "list" if self.item in (ANY, NULL) else f"list{inner[0].upper()}{inner[1:]}"


@dataclass(frozen=True, slots=True)
class ObjectType(Type):
    """Named fields. All objects are one type to the user; the fields are what a path may name.

    ``sampled``: known by examples only, which need not name every field there is.
    """

    fields: dict[str, Type] = field(default_factory=dict)
    sampled: bool = False

    @property
    def name(self) -> str:
        return "object"

    def __hash__(self) -> int:
        return hash(frozenset(self.fields))

    def __repr__(self) -> str:
        # Only the names: schemas share parts, and printing them all can take for ever.
        return f"ObjectType({sorted(self.fields)})"


@dataclass(frozen=True, slots=True)
class MapType(Type):
    """Keys are texts that only the data knows, for example ``identityMap``."""

    value: Type

    @property
    def name(self) -> str:
        return "map"


@dataclass(frozen=True, slots=True)
class TimeText(Type):
    """A text that reads as a day, a wall clock or an instant: a string, and that time where one is needed.

    Only of texts that no schema says more about: those of samples, and of data of unknown type.
    """

    time: Scalar

    @property
    def name(self) -> str:
        return STRING.name


def settled(type_: Type) -> Type:
    """The type by itself, where nothing asks for a time: a text of a sample is a string."""
    if isinstance(type_, TimeText):
        return STRING
    return ListType(settled(type_.item)) if isinstance(type_, ListType) else type_


#: The types that an expression may be asked to give, by the names that users see.
NAMED: dict[str, Type] = {type_.name: type_ for type_ in SCALARS} | {
    listed.name: listed for listed in map(ListType, SCALARS)
}


def is_number(type_: Type) -> bool:
    return type_ is INTEGER or type_ is DECIMAL


def is_open(type_: Type) -> bool:
    """Whether the type leaves something to be found out at run time."""
    return type_ is ANY or (isinstance(type_, ListType) and is_open(type_.item))


def fits(actual: Type, expected: Type) -> bool:
    """Whether a value of one type may stand where the other is expected; integers fit decimals."""
    if actual is expected or actual is NULL or actual is ANY or expected is ANY:
        return True
    if isinstance(actual, ListType) and isinstance(expected, ListType):
        return fits(actual.item, expected.item)
    if actual is INTEGER:
        return expected is DECIMAL
    if isinstance(actual, TimeText):
        return expected in (STRING, actual.time, actual)
    return type(actual) is type(expected) and not isinstance(actual, Scalar)


def join(left: Type, right: Type) -> Type | None:
    """The one type for values of both, or None: for list elements and the branches of an ``if``."""
    if right is NULL or left is NULL:
        return left if right is NULL else right
    if ANY in (left, right):
        return ANY
    if isinstance(left, ObjectType) and isinstance(right, ObjectType):
        return merged(left, right)
    if isinstance(left, ListType) and isinstance(right, ListType):
        item = join(left.item, right.item)
        return None if item is None else ListType(item)
    if isinstance(left, TimeText) and isinstance(right, TimeText):
        return left if left == right else STRING
    if fits(left, right):
        return right
    return left if fits(right, left) else None


def merged(left: ObjectType, right: ObjectType) -> ObjectType:
    """An object that may be either: it has the fields of both; where they disagree, nothing is known."""
    if left is right:
        return left
    fields = dict(left.fields)
    for name, type_ in right.fields.items():
        fields[name] = (join(fields[name], type_) or ANY) if name in fields else type_
    return ObjectType(fields, left.sampled or right.sampled)


def join_all(types: Iterable[Type]) -> Type | None:
    """The one type of all, ``NULL`` for none at all."""
    joined: Type = NULL
    for type_ in types:
        both = join(joined, type_)
        if both is None:
            return None
        joined = both
    return joined

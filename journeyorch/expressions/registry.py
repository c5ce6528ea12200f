"""The functions of the language, known by their Python signatures.

A function is registered by a decorator that reads its types from the annotations, its help from the
first line of the docstring and its examples from the call; the checker, autocompletion, the reference page
and the tests all read what is here. A null for a parameter that cannot be None makes the whole call null.
"""

from __future__ import annotations

import inspect
import types as python_types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar, Union

from . import types
from .evaluate import Context
from .types import ListType, ObjectType, TimeText, Type

_SCALARS: dict[Any, Type] = {
    str: types.STRING,
    bool: types.BOOLEAN,
    int: types.INTEGER,
    float: types.DECIMAL,
    date: types.DATE_ONLY,
    timedelta: types.DURATION,
    dict: ObjectType(),
    Any: types.ANY,
}
_Implementation = TypeVar("_Implementation", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Variable(Type):
    """``T`` in a signature: one type for all its places, among ``options`` when there are any."""

    label: str
    options: tuple[Type, ...] = ()

    @property
    def name(self) -> str:
        few = 0 < len(self.options) <= 3
        if few:
            return "|".join(option.name for option in self.options)
        return self.label.lower() if self.options else self.label


@dataclass(frozen=True, slots=True)
class Role:
    """A parameter with a meaning beyond its type.

    ``prepare`` turns the value into what the implementation takes (a zone, a compiled pattern), at check time
    for a constant; ``constant`` demands one. ``kind`` lets the checker know segments and object keys.
    ``choices`` gives the texts to offer while one is being written.
    """

    type: Type
    label: str
    prepare: Callable[[Any], Any] | None = None
    constant: bool = False
    kind: str = "value"
    choices: Callable[[], Sequence[str]] = tuple


def label(type_: Type) -> str:
    """A type as the signatures write it: a list of T is [T]."""
    return f"[{label(type_.item)}]" if isinstance(type_, ListType) else type_.name


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: Type
    nullable: bool
    optional: bool
    role: Role | None

    @property
    def label(self) -> str:
        return self.role.label if self.role else label(self.type)


@dataclass(frozen=True, slots=True)
class Signature:
    parameters: tuple[Parameter, ...]
    result: Type
    implementation: Callable[..., Any]
    contextual: bool

    def takes(self, count: int) -> bool:
        required = sum(not parameter.optional for parameter in self.parameters)
        return required <= count <= len(self.parameters)

    def describe(self, name: str) -> str:
        """``substr(string, integer[, integer]) → string``."""
        text = ""
        for index, parameter in enumerate(self.parameters):
            part = (", " if index else "") + parameter.label
            text += f"[{part}]" if parameter.optional else part
        return f"{name}({text}) → {label(self.result)}"


@dataclass(slots=True)
class Function:
    """All that is known about a function of the language. ``examples``: source text → result in JSON form."""

    name: str
    category: str
    help: str
    examples: dict[str, Any] = field(default_factory=dict)
    signatures: list[Signature] = field(default_factory=list)
    weight: int = 2  # steps for one call on small values (weigh.py)
    # With a constant text this is a way to write a literal: a text that does not fit is a check error.
    literal: bool = False


FUNCTIONS: dict[str, Function] = {}
_STEPS = {"aggregation": 15, "conversion": 15, "date": 40, "list": 20}


def function(
    *, examples: dict[str, Any], name: str | None = None, literal: bool = False, steps: int | None = None
) -> Callable[[_Implementation], _Implementation]:
    """Register an implementation, as a further signature when the name is known already.

    ``steps`` is what a call costs on small values (weigh.py), by default what is usual in the category.
    The name is the Python name in camel case. Examples must hold at 2024-05-15T12:30:00Z, zone UTC.
    """

    def register(implementation: _Implementation) -> _Implementation:
        known_as = name or _camel_case(implementation.__name__)
        entry = FUNCTIONS.get(known_as)
        if entry is None:
            category = implementation.__module__.rpartition(".")[2]
            help_text = (inspect.getdoc(implementation) or "").partition("\n")[0]
            weight = _STEPS.get(category, 2) if steps is None else steps
            entry = Function(known_as, category, help_text, weight=weight, literal=literal)
            FUNCTIONS[known_as] = entry
        entry.signatures.append(_read_signature(implementation))
        entry.examples.update(examples)
        return implementation

    return register


def _camel_case(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def _read_signature(implementation: Callable[..., Any]) -> Signature:
    hints = typing.get_type_hints(implementation, include_extras=True)
    parameters = list(inspect.signature(implementation).parameters.values())
    contextual = bool(parameters) and hints[parameters[0].name] is Context
    read = tuple(_read_parameter(one, hints[one.name]) for one in parameters[contextual:])
    return Signature(read, _read_type(_without_none(hints["return"])[0]), implementation, contextual)


def _read_parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    inner, nullable = _without_none(hint)
    role = next((item for item in getattr(inner, "__metadata__", ()) if isinstance(item, Role)), None)
    type_ = role.type if role else _read_type(inner)
    optional = parameter.default is not inspect.Parameter.empty
    return Parameter(parameter.name, type_, nullable or type_ is types.ANY, optional, role)


def _without_none(hint: Any) -> tuple[Any, bool]:
    """The hint without ``| None``, and whether that was there."""
    if typing.get_origin(hint) not in (Union, python_types.UnionType):
        return hint, False
    kept = [part for part in typing.get_args(hint) if part is not type(None)]
    return kept[0], len(kept) < len(typing.get_args(hint))


def _read_type(hint: Any) -> Type:
    if isinstance(hint, TypeVar):
        return Variable(hint.__name__, tuple(_read_type(option) for option in hint.__constraints__))
    for item in getattr(hint, "__metadata__", ()):
        if isinstance(item, Type):
            return item
    if typing.get_origin(hint) is list:
        return ListType(_read_type(_without_none(typing.get_args(hint)[0])[0]))
    if typing.get_origin(hint) is dict:
        return ObjectType()
    return _SCALARS[hint]


@dataclass(frozen=True, slots=True)
class Choice:
    """A signature chosen for some arguments: the types to convert them to, and the type of the result."""

    signature: Signature
    types: tuple[Type, ...]
    result: Type
    cost: int


def choices(entry: Function, actual: Sequence[Type]) -> list[Choice]:
    """All signatures that take these types, those with the fewest conversions first."""
    found = [_match(signature, actual) for signature in entry.signatures if signature.takes(len(actual))]
    return sorted((choice for choice in found if choice), key=lambda choice: choice.cost)


def _match(signature: Signature, actual: Sequence[Type]) -> Choice | None:
    bound: dict[str, Type] = {}
    cost = 0
    for parameter, type_ in zip(signature.parameters, actual, strict=False):
        step = _bind(parameter.type, type_, bound)
        if step is None:
            return None
        cost += step
    converted = tuple(_fill(parameter.type, bound) for parameter in signature.parameters[: len(actual)])
    open_ = any(types.is_open(type_) for type_ in actual)
    return Choice(
        signature, converted, _fill(signature.result, bound, unbound=types.ANY if open_ else None), cost
    )


def _bind(pattern: Type, actual: Type, bound: dict[str, Type]) -> int | None:
    """How many conversions let a value of the type stand for the parameter, None when nothing does."""
    if isinstance(pattern, Variable):
        return _bind_variable(pattern, actual, bound)
    if isinstance(pattern, ListType) and isinstance(actual, ListType):
        return _bind(pattern.item, actual.item, bound)
    if not types.fits(actual, pattern):
        return None
    if isinstance(actual, TimeText):
        return int(pattern is types.STRING)  # toInteger of a time in a text is its milliseconds
    return int(actual is types.INTEGER and pattern is types.DECIMAL)


def _bind_variable(pattern: Variable, actual: Type, bound: dict[str, Type]) -> int | None:
    if actual is types.NULL or actual is types.ANY:
        return 0
    known = bound.get(pattern.label, types.NULL)
    both = _among(types.join(known, actual), pattern.options)
    if both is None or isinstance(both, ListType):
        return None
    bound[pattern.label] = both
    return int(known not in (types.NULL, both))


def _among(type_: Type | None, options: tuple[Type, ...]) -> Type | None:
    """The type as one of the options, None when it is none of them."""
    if isinstance(type_, TimeText) and options and types.STRING not in options:
        type_ = type_.time
    return type_ if not options or types.settled(type_ or types.NULL) in options else None


def _fill(pattern: Type, bound: dict[str, Type], unbound: Type | None = None) -> Type:
    """The pattern with its variables replaced; what nothing was said about stays ``unbound``, or null."""
    if isinstance(pattern, Variable):
        return bound.get(pattern.label, unbound or types.NULL)
    if isinstance(pattern, ListType):
        return ListType(_fill(pattern.item, bound, unbound))
    return pattern

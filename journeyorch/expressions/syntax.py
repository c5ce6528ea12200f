"""What a parsed expression is made of. ``start`` and ``end`` are offsets in the source, end exclusive."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    start: int
    end: int
    depth: int  # levels of nesting below and including this one


@dataclass(slots=True)
class Literal(Node):
    value: str | int | float | bool | None


@dataclass(slots=True)
class ListLiteral(Node):
    items: list[Node]


@dataclass(slots=True)
class Logic(Node):
    """``a and b and c``: one node for the whole chain."""

    operator: str  # "and" or "or"
    operands: list[Node]
    grouped: bool = False  # in parentheses of its own


@dataclass(slots=True)
class Chain(Node):
    """``a + b - c``, from the left; comparisons too. One operand more than operators."""

    operands: list[Node]
    operators: list[str]


@dataclass(slots=True)
class Prefix(Node):
    operator: str  # "not" or "-"
    operand: Node


@dataclass(slots=True)
class Postfix(Node):
    """``x is null``: the operator is its words with single spaces."""

    operator: str
    operand: Node
    grouped: bool = False  # in parentheses of its own


@dataclass(slots=True)
class Conditional(Node):
    condition: Node
    consequence: Node
    alternative: Node


@dataclass(slots=True)
class Call(Node):
    name: str
    arguments: list[Node]


@dataclass(slots=True)
class Step:
    """``.name`` or ``.name(argument)`` on the way through the data."""

    start: int
    end: int
    name: str
    quoted: bool = False
    called: bool = False
    argument: Node | None = None

    @property
    def depth(self) -> int:
        return self.argument.depth if self.argument else 0


@dataclass(slots=True)
class Option:
    """``params: {…}`` or ``defaultValue: …`` inside a reference."""

    start: int
    end: int
    name: str
    value: Node | None = None
    entries: list[tuple[Step, Node]] | None = None

    @property
    def depth(self) -> int:
        inner = [node for _, node in self.entries or []] + ([self.value] if self.value else [])
        return max((node.depth for node in inner), default=0)


@dataclass(slots=True)
class Field(Node):
    """``@{…}`` (sign ``@``), ``#{…}`` (sign ``#``) or a bare name, ``currentEventField.x`` (no sign)."""

    sign: str
    steps: list[Step]
    options: list[Option] = field(default_factory=list)

"""Where in an unfinished expression somebody is writing; the grammar has no answer for what is half there.

A scan from the beginning to the cursor that never fails: a stack of what has been opened and not closed, and
in each the path that is being written. ``complete`` turns it into what could be written next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .limits import NESTING

_SHAPE = (
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<unclosed>["'])|(?P<reference>[@#]\{)"""
    r"""|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[^\W\d]%s*)|(?P<sign>==|!=|<=|>=|\S))"""
)
_TOKEN = re.compile(_SHAPE % r"\w", re.DOTALL)
# Names inside a path may hold hyphens (expressions.md, Fields).
_TOKEN_OF_PATH = re.compile(_SHAPE % r"[\w-]", re.DOTALL)
_TEXT = re.compile(r"""\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*""", re.DOTALL)
_LEADING = {"and", "or", "not", "if", "then", "else"}
_HALF_OPERATORS = {"is", "has"}


@dataclass(slots=True)
class Frame:
    """Something that is open at the cursor.

    ``kind``: start, group, list, call (of the function ``name``), step (the argument of ``name`` in a path),
    reference (``name`` is its sign), entries (of ``params``), value (of the option or entry ``name``).
    """

    kind: str
    start: int
    name: str = ""
    path: list[str] = field(default_factory=list)  # pieces of source: names, dots, "()"
    ended: bool = False  # a whole value stands before the cursor
    half: str = ""  # "is", "is not" or "has": the rest of the operator is still to come
    commas: list[int] = field(default_factory=list)
    in_options: bool = False  # of a reference: behind its path
    option: str = ""  # the last name there, or the last one of entries

    @property
    def holds_expression(self) -> bool:
        return self.kind not in ("reference", "entries")

    @property
    def in_path(self) -> bool:
        """Whether a name at the cursor is the next one of a path."""
        return not self.in_options if self.kind == "reference" else self.path[-1:] == ["."]

    def begin_value(self) -> None:
        self.path, self.ended, self.half = [], False, ""

    def end_value(self) -> None:
        self.path, self.ended, self.half = [], True, ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The open frames, outermost first, and the word that the cursor is in.

    ``start`` and ``end``: what of the source the word takes up; ``quote`` is set inside of a text.
    """

    frames: list[Frame]
    word: str
    start: int
    end: int
    quote: str = ""


def scan(source: str, position: int) -> Cursor:
    """What surrounds a position, a character offset from 0 to the length of the source.

    The scan ends early where more is open than the language allows.
    """
    return _Scanner(source[:position]).cursor(source)


class _Scanner:
    def __init__(self, before: str) -> None:
        self.before = before
        self.frames = [Frame("start", -1)]

    @property
    def top(self) -> Frame:
        return self.frames[-1]

    def cursor(self, source: str) -> Cursor:
        offset, position = 0, len(self.before)
        while len(self.frames) <= NESTING and (match := self._token(offset)):
            kind, offset = str(match.lastgroup), match.end()
            start, text = match.start(kind), match[kind]
            if kind == "unclosed":
                return self._in_text(source, start)
            if offset == position and (kind == "name" or text in "@#"):
                rest = re.match(r"[\w-]*" if self.top.in_path else r"\w*", source[position:])
                return Cursor(self.frames, text, start, position + (rest.end() if rest else 0))
            self._take(kind, text, start)
        return Cursor(self.frames, "", position, position)

    def _token(self, offset: int) -> re.Match[str] | None:
        return (_TOKEN_OF_PATH if self.top.in_path else _TOKEN).match(self.before, offset)

    def _in_text(self, source: str, start: int) -> Cursor:
        """In a quoted text: the whole of it, if it is closed before the line ends."""
        position, quote = len(self.before), source[start]
        rest = source[position:].partition("\n")[0].partition(quote)
        end = position + len(rest[0]) + 1 if rest[1] and not re.search(r"[(){},]", rest[0]) else position
        return Cursor(self.frames, self.before[start + 1 :], start, end, quote)

    def _take(self, kind: str, text: str, start: int) -> None:
        if kind == "name":
            self._name(text)
        elif kind == "reference":
            self.frames.append(Frame("reference", start, text[0]))
        elif kind in ("text", "number"):
            self._value(text)
        else:
            _SIGNS.get(text, _Scanner._operator)(self, text, start)

    def _name(self, name: str) -> None:
        if self.top.in_path:
            self.top.path.append(name)
            self.top.ended = True
        elif not self.top.holds_expression:
            self.top.option = name
        elif self.top.half:
            self.top.half, self.top.ended = ("is not", False) if name == "not" else ("", True)
        elif name in _LEADING or name in _HALF_OPERATORS:
            self.top.begin_value()
            self.top.half = name if name in _HALF_OPERATORS else ""
        else:
            self.top.path, self.top.ended = [name], True

    def _value(self, text: str) -> None:
        if self.top.in_path or self.top.kind == "entries":
            self._name(text)
        else:
            self.top.end_value()

    def _operator(self, _text: str, _start: int) -> None:
        if self.top.holds_expression:
            self.top.begin_value()

    def _dot(self, _text: str, _start: int) -> None:
        if self.top.path:
            self.top.path.append(".")
            self.top.ended = False

    def _open(self, text: str, start: int) -> None:
        path = self.top.path
        if text == "[":
            self.frames.append(Frame("list", start))
        elif text == "{":
            self.frames.append(Frame("entries", start))
        elif path and path[-1] != "." and not path[-1].endswith(")"):
            called = "call" if len(path) == 1 and self.top.holds_expression else "step"
            self.frames.append(Frame(called, start, path[-1]))
        else:
            self.frames.append(Frame("group", start))

    def _close(self, text: str, start: int) -> None:
        kinds = {")": ("call", "step", "group"), "]": ("list",), "}": ("reference", "entries")}[text]
        if not any(frame.kind in kinds for frame in self.frames):
            return
        while self.top.kind not in kinds:
            self.frames.pop()
        closed = self.frames.pop()
        if closed.kind == "step":
            self.top.path.append(_argument(closed.name, self.before[closed.start + 1 : start]))
        else:
            self.top.end_value()

    def _comma(self, _text: str, start: int) -> None:
        if self.top.kind == "value":
            self.frames.pop()
        if self.top.kind == "reference":
            self.top.in_options = True
        else:
            self.top.begin_value()
        self.top.commas.append(start)

    def _colon(self, _text: str, start: int) -> None:
        if not self.top.holds_expression and (self.top.in_options or self.top.kind == "entries"):
            self.frames.append(Frame("value", start, self.top.option))


def _argument(step: str, text: str) -> str:
    """What stands for the argument of a step that is passed: its type does not depend on conditions."""
    if step == "at":
        return "(0)"
    if step == "entry":
        return f"({text})" if _TEXT.fullmatch(text) else "('')"
    return "()"


_SIGNS = {
    ".": _Scanner._dot,
    "(": _Scanner._open,
    "[": _Scanner._open,
    "{": _Scanner._open,
    ")": _Scanner._close,
    "]": _Scanner._close,
    "}": _Scanner._close,
    ",": _Scanner._comma,
    ":": _Scanner._colon,
}

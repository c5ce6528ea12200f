"""The records of a file one by one, from any place on, in constant memory. Pure.

A record that cannot be read is a row with a reason; reading goes on behind it wherever that is possible.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from datasources.platform.profiles.importing.layout import UTF8_MARK, Layout
from journeyorch.phrases import phrase, sentence
from journeyorch.strict_json import NotStrictJson, parse

#: Bytes of one record, at most.
MAX_RECORD = 1024 * 1024
#: Columns of a CSV file, at most.
MAX_COLUMNS = 500

_TOO_MANY_COLUMNS = sentence("A file has at most {most} columns. Leave out what is not needed.")
_OTHER_COUNT = sentence("The number of its values is {count} instead of {expected}.")
_OTHER_ENCODING = sentence("It is not written in {encoding}.")

#: Gives the file's bytes from a place on.
Open = Callable[[int], Iterable[bytes]]


class Place(NamedTuple):
    """Where reading goes on: a byte, and the number of the line (in a JSON list: of the record) there."""

    offset: int = 0
    line: int = 1


class Row(NamedTuple):
    """One record: its line, where the next one begins, and its values, or why there are none."""

    number: int
    next: Place
    values: dict[str, Any] | None
    reason: str = ""


class NotReadable(ValueError):
    """Nothing more can be read from here on; the message says why, for people."""


def rows_of(open_at: Open, layout: Layout, place: Place, *, header: list[str]) -> Iterator[Row]:
    """The records from a place on; ``header``: a CSV file's columns. Raises ``NotReadable``."""
    if layout.format == "csv":
        return _csv_rows(open_at, layout, place, header)
    return _json_lines(open_at, place) if layout.format == "jsonl" else _json_elements(open_at, place)


def read_header(open_at: Open, layout: Layout) -> tuple[list[str], Place]:
    """The columns of a CSV file, and where its records begin. Raises ``NotReadable``."""
    source = _Lines(open_at(0), layout.encoding, Place())
    try:
        names = [name.strip() for name in next(csv.reader(source, delimiter=layout.delimiter, strict=True))]
    except StopIteration:
        raise NotReadable(gettext_noop("The file is empty.")) from None
    except (csv.Error, UnicodeDecodeError, _TooLong):
        raise NotReadable(
            gettext_noop("The first line, with the names of the columns, cannot be read.")
        ) from None
    if not 0 < len(names) <= MAX_COLUMNS:
        raise NotReadable(_TOO_MANY_COLUMNS(most=MAX_COLUMNS))
    if "" in names or len(set(names)) < len(names):
        raise NotReadable(gettext_noop("Each column needs a name of its own in the first line."))
    return names, source.place


# --- Lines ----------------------------------------------------------------------------------------


class _TooLong(ValueError):
    pass


class _Lines:
    """Lines of text for the CSV reader; remembers the place behind the last one that was taken."""

    def __init__(self, data: Iterable[bytes], encoding: str, place: Place) -> None:
        self._lines = _split(data)
        self._encoding = encoding
        self.place = place
        self.taken = 0  # bytes since a record began

    def __iter__(self) -> _Lines:
        return self

    def pass_over(self) -> None:
        """Take a line unread."""
        _line, size = next(self._lines)
        self.place = Place(self.place.offset + size, self.place.line + 1)

    def __next__(self) -> str:
        line, size = next(self._lines)
        first = self.place.offset == 0
        self.place = Place(self.place.offset + size, self.place.line + 1)
        self.taken += size
        if line is None or self.taken > MAX_RECORD:
            raise _TooLong
        return (line.removeprefix(UTF8_MARK) if first else line).decode(self._encoding)


def _split(data: Iterable[bytes]) -> Iterator[tuple[bytes | None, int]]:
    """Lines with their ends, and their sizes; ``None`` for one that is too long, which is never held."""
    held, size = bytearray(), 0
    for part in data:
        start = 0
        while (end := part.find(b"\n", start)) >= 0:
            size += end + 1 - start
            yield (bytes(held + part[start : end + 1]) if size <= MAX_RECORD else None), size
            held, size, start = bytearray(), 0, end + 1
        size += len(part) - start
        if size <= MAX_RECORD:
            held += part[start:]
        else:
            held.clear()
    if size:
        yield (bytes(held) if size <= MAX_RECORD else None), size


# --- CSV ------------------------------------------------------------------------------------------


def _csv_rows(open_at: Open, layout: Layout, place: Place, header: list[str]) -> Iterator[Row]:
    source = _Lines(open_at(place.offset), layout.encoding, place)
    reader = csv.reader(source, delimiter=layout.delimiter, strict=True)
    while True:
        begun, source.taken = source.place, 0
        try:
            values = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError, _TooLong) as error:
            if source.place.line > begun.line + 1:
                # A quote that is not closed swallows what follows: on with the line after its own.
                source = _Lines(open_at(begun.offset), layout.encoding, begun)
                source.pass_over()
            yield Row(begun.line, source.place, None, _why(error, layout))
            reader = csv.reader(source, delimiter=layout.delimiter, strict=True)
            continue
        if values:
            yield _csv_row(begun.line, source.place, values, header)


def _csv_row(number: int, following: Place, values: list[str], header: list[str]) -> Row:
    if len(values) != len(header):
        reason = _OTHER_COUNT(count=len(values), expected=len(header))
        return Row(number, following, None, reason)
    return Row(number, following, dict(zip(header, values, strict=True)))


def _why(error: Exception, layout: Layout) -> str:
    if isinstance(error, UnicodeDecodeError):
        return _OTHER_ENCODING(encoding=layout.encoding)
    if isinstance(error, _TooLong):
        return phrase("It is longer than 1 MiB; perhaps a quote is not closed.")
    return phrase("Its quotes are not closed, or not doubled inside.")


# --- JSON -----------------------------------------------------------------------------------------


def _json_lines(open_at: Open, place: Place) -> Iterator[Row]:
    for line, size in _split(open_at(place.offset)):
        number, first = place.line, place.offset == 0
        place = Place(place.offset + size, number + 1)
        if line is None:
            yield Row(number, place, None, phrase("It is longer than 1 MiB."))
            continue
        text = (line.removeprefix(UTF8_MARK) if first else line).strip()
        if text:
            yield _json_row(number, place, text)


def _json_row(number: int, following: Place, text: bytes) -> Row:
    try:
        value = parse(text)
    except NotStrictJson as refusal:
        return Row(number, following, None, str(refusal))
    if not isinstance(value, dict):
        return Row(number, following, None, phrase("It is no JSON object."))
    return Row(number, following, value)


# A text, or what opens and closes; a quote alone begins a text that is not all here yet.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{}]', re.DOTALL)
_BETWEEN = b" \t\r\n,"


def _json_elements(open_at: Open, place: Place) -> Iterator[Row]:
    """The objects of one list."""
    source = _Window(iter(open_at(place.offset)), place.offset)
    if place.offset == 0:
        source.skip(UTF8_MARK + b" \t\r\n")
        if source.first() != b"[":
            raise NotReadable(gettext_noop("The file is no list of objects in JSON."))
        source.drop(1)
    number = place.line
    while True:
        source.skip(_BETWEEN)
        if source.first() == b"]":
            return
        text = source.take_object()
        yield _json_row(number, Place(source.offset, number + 1), text)
        number += 1


class _Window:
    """The part of a file that is being looked at."""

    def __init__(self, data: Iterator[bytes], offset: int) -> None:
        self._data = data
        self._held = bytearray()
        self.offset = offset  # of the first byte that is held

    def skip(self, characters: bytes) -> None:
        while True:
            rest = self._held.lstrip(characters)
            self.drop(len(self._held) - len(rest))
            if rest or not self._more():
                return

    def first(self) -> bytes:
        return bytes(self._held[:1])

    def drop(self, count: int) -> None:
        del self._held[:count]
        self.offset += count

    def take_object(self) -> bytes:
        """The object that begins here. Raises ``NotReadable`` if there is none."""
        if self.first() != b"{":
            raise NotReadable(gettext_noop("The list ends too early, or holds something that is no object."))
        while (end := _end_of(self._held)) is None:
            if len(self._held) > MAX_RECORD:
                raise NotReadable(gettext_noop("A record is larger than 1 MiB, or its braces do not match."))
            if not self._more():
                raise NotReadable(gettext_noop("The file ends in the middle of a record."))
        text = bytes(self._held[:end])
        self.drop(end)
        return text

    def _more(self) -> bool:
        part = next(self._data, b"")
        self._held += part
        return bool(part)


def _end_of(held: bytearray) -> int | None:
    """Where the object at the beginning ends; ``None`` if not in here."""
    depth = 0
    for token in _TOKEN.finditer(held):
        if token[0] == b'"':
            return None
        if token[0] in (b"{", b"["):
            depth += 1
        elif token[0] in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return token.end()
    return None

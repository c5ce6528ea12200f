"""In which format a file is written, as its beginning tells; people may say otherwise. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict

Format = Literal["csv", "jsonl", "json"]
Encoding = Literal["utf-8", "windows-1252"]
Delimiter = Literal[",", ";", "\t", "|"]

UTF8_MARK = b"\xef\xbb\xbf"
#: So much of a file's beginning is looked at.
HEAD = 64 * 1024
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class Layout(BaseModel):
    """Format, encoding, and of CSV the delimiter. JSON is always UTF-8."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format = "csv"
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","


class NotText(ValueError):
    """The file is none that can be read; the message says why, for people."""


def detect(name: str, head: bytes) -> Layout:
    """What a file seems to be, by its name and its first bytes. Raises ``NotText``."""
    if head.startswith(_UTF16_MARKS) or b"\x00" in head:
        raise NotText(gettext_noop("This is no text in UTF-8. Save it as CSV in UTF-8, or as JSON."))
    format = _format_of(name.lower(), head.removeprefix(UTF8_MARK).lstrip()[:1])
    if format != "csv":
        return Layout(format=format)
    encoding: Encoding = "utf-8" if _is_utf8(head) else "windows-1252"
    return Layout(encoding=encoding, delimiter=_delimiter(head.decode(encoding, "replace")))


def _format_of(name: str, first: bytes) -> Format:
    if name.endswith((".csv", ".tsv", ".txt")):
        return "csv"
    if name.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    return "json" if first == b"[" else "jsonl" if first == b"{" else "csv"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut off.
        return len(head) == HEAD and error.start > len(head) - 4
    return True


def _delimiter(text: str) -> Delimiter:
    """The one that the first line holds most of, outside quotes; a comma if there is none."""
    first = _QUOTED.sub("", text.lstrip("\ufeff")).split("\n", 1)[0]
    counts = Counter(first)
    options: tuple[Delimiter, ...] = (",", ";", "\t", "|")
    return max(options, key=lambda one: counts[one])

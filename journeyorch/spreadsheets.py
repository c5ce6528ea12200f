"""Lines of CSV (RFC 4180) that a spreadsheet shows and never computes. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

# The wide ones are the same to programs that take them for what East Asian keyboards write.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_QUOTE = "'"


def csv_line(cells: Iterable[Any]) -> bytes:
    """One line in UTF-8, with its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(_cell, cells))
    return line.getvalue().encode()


def unquoted(cell: str) -> str:
    """The text of a cell that may have been written by ``csv_line``."""
    inner = cell.removeprefix(_QUOTE)
    return inner if inner.startswith(_FORMULA) else cell


def _cell(value: Any) -> str:
    """What begins like a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"{_QUOTE}{text}" if text.startswith(_FORMULA) else text

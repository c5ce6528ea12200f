"""How log lines look: for people, or with ``LOG_FORMAT=json`` for a collector, one JSON object a line.

What a line is about stands in fields of its own (``extra``): ``event_id``, ``instance_id``, ``version_id``,
``call_id``. Never in a line: secrets, or anything of a person. Messages are written accordingly; only
PostgreSQL tells the values of a row in its errors, and those lines are left out here.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

# "DETAIL:  Key (person_id)=(ada@example.com) already exists.", "CONTEXT:  unnamed portal parameter $1 = '…'"
_VALUES = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$\n?", re.MULTILINE)


def without_values(text: str) -> str:
    """An error's text without the lines in which PostgreSQL repeats what was in the row."""
    return _VALUES.sub("", text)


class PlainLines(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        return without_values(super().formatException(ei))


class JsonLines(OrjsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{process}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "error"},
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return without_values(logging.Formatter.formatException(self, ei))

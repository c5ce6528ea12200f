"""How log lines look: for people, or with ``LOG_FORMAT=json`` for a collector, one JSON object a line.

What a line is about stands in fields of its own (``extra``): ``event_id``, ``instance_id``, ``version_id``,
``call_id``. Never in a line: secrets, or anything of a person. Messages are written accordingly; what others
would say is left out here: PostgreSQL, in its errors, the values of a row, and Django the address that was
asked for, in which there may be a customer's id, a key, or somebody's link to unsubscribe.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from pythonjsonlogger.orjson import OrjsonFormatter

# "DETAIL:  Key (person_id)=(ada@example.com) already exists.", "CONTEXT:  unnamed portal parameter $1 = '…'";
# a value may go on over several lines, so everything goes up to the next error of the traceback.
_VALUES = re.compile(
    r"^(DETAIL|CONTEXT|HINT):.*?(?=^\s*(Traceback|The above exception|During handling)|\Z)",
    re.MULTILINE | re.DOTALL,
)


def without_values(text: str) -> str:
    """An error's text without the lines in which PostgreSQL repeats what was in the row."""
    return _VALUES.sub("", text)


class NoValues(logging.Filter):
    """Takes out of a record what nobody has written with the log in mind: addresses, texts of errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django hands the whole request along, query included, and a JSON line would tell of it.
        request = vars(record).pop("request", None)
        if isinstance(record.args, tuple):
            form = form_of(request) if isinstance(request, HttpRequest) else None
            record.args = tuple(_harmless(one, form) for one in record.args)
        return True


def form_of(request: HttpRequest) -> str:
    """The address of a request as ``urls`` writes it, such as ``/versions/<uuid:uid>/``: without values."""
    try:
        return f"/{resolve(request.path_info).route}"
    except Resolver404:
        return "an unknown address"


def _harmless(argument: Any, form: str | None) -> Any:
    if isinstance(argument, BaseException):
        return without_values(str(argument))
    is_address = form is not None and isinstance(argument, str) and argument.startswith("/")
    return form if is_address else argument


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

"""One line of JSON in, one line of JSON out: what ``manage.py evaluate`` says (docs/evaluate.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from journeyorch.strict_json import NotStrictJson, parse

from .errors import ExpressionError, RunTimeError
from .expression import compile_once
from .sample import NotASample, outcome, read_sample

LINE_BYTES = 16 * 1024 * 1024


def answer(line: bytes, *, now: datetime) -> bytes:
    """The result of the expression in a line, or why there is none, without a line's end; never raises.

    ``now`` holds where the line's context has none of its own.
    """
    try:
        return orjson.dumps(_outcome(line, now))
    except NotStrictJson as refusal:
        return _error("ERR_EXPR_INPUT", f"The line cannot be read. {refusal}")
    except NotASample as refusal:
        return _error("ERR_EXPR_CONTEXT", str(refusal))
    except ExpressionError as refusal:
        first = refusal.problems[0]
        return _error(first.code, first.message, first.line, first.column)
    except RunTimeError as failure:
        return _error(failure.code, failure.message, failure.line, failure.column)
    except Exception as fault:  # noqa: BLE001 - whoever reads our lines waits for one, whatever happens
        return _error("ERR_EXPR_INTERNAL", f"The line failed ({type(fault).__name__}). Report this.")


def too_long() -> bytes:
    """The answer to a line that is not read to its end."""
    size = LINE_BYTES // 1024 // 1024
    return _error("ERR_EXPR_INPUT", f"The line is longer than {size} MiB. Leave out what is not needed.")


def _outcome(line: bytes, now: datetime) -> dict[str, Any]:
    request = parse(line)
    if not isinstance(request, dict) or not isinstance(request.get("expression"), str):
        message = 'It has to be an object with a text "expression", and a "context" if one is needed.'
        raise NotStrictJson(message)
    sample = read_sample(request.get("context"), now=now)
    return outcome(compile_once(request["expression"], sample.scope), sample.context)


def _error(code: str, message: str, line: int = 1, column: int = 1) -> bytes:
    return orjson.dumps({"error": {"code": code, "message": message, "line": line, "column": column}})

"""What a Test button shows: what was sent, how the call ended, and what came back."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, Response

_SHOWN = 10_000
_LARGEST_SAMPLE = 100_000


class Trial(NamedTuple):
    """A call that somebody made by hand."""

    outcome: Outcome
    body: str = ""  # its beginning, as text; secrets are already cut out
    fields: tuple[
        tuple[str, bool], ...
    ] = ()  # name and type of each expected field, and whether it was there
    sent: str = ""  # the request as text, without its credentials
    sample: str = ""  # the whole answer, if it is an object that can be a sample of others


def trial_of(
    answer: Response | Failure,
    outcome: Outcome,
    fields: tuple[tuple[str, bool], ...] = (),
    *,
    sent: Request | None = None,
) -> Trial:
    """The trial of an answer; ``sent``: the request before its credentials were added."""
    request = written(sent) if sent else ""
    if isinstance(answer, Failure):
        return Trial(outcome, sent=request)
    text = _shortened(answer.body)
    if outcome.status != "ok":
        return Trial(
            outcome, text, sent=request
        )  # that fields are missing would only lead away from the error
    return Trial(outcome, text, fields, request, sample_of(answer))


def written(request: Request) -> str:
    """A request as people read it."""
    headers = "".join(f"\n{name}: {value}" for name, value in request.headers)
    body = f"\n\n{_shortened(request.body)}" if request.body else ""
    return f"{request.method} {request.url}{headers}{body}"


def sample_of(answer: Response) -> str:
    """A JSON object, as text for a form; empty for anything else."""
    try:
        value: Any = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return ""
    is_usable = isinstance(value, dict) and value and len(answer.body) <= _LARGEST_SAMPLE
    return answer.body.decode() if is_usable else ""


def _shortened(body: bytes) -> str:
    text = body[: _SHOWN * 4].decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

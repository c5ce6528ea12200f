"""Fetches: what happens when a journey asks an external source (the handler of kind ``fetch``).

spec: ``{"group": id of the field group, "params": {name: plain JSON value}}``. The outcome's data are the
fields of the group that the answer had; see conform.py for values of a wrong type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.utils import timezone

from datasources.external.catalog import Group, groups
from datasources.external.conform import conform
from datasources.external.models import FetchCache
from datasources.external.request import build
from journeyorch.outbound import capping
from journeyorch.outbound.calls import CallSpec, Made, Outcome, Prepared
from journeyorch.outbound.client import Failure, Request, Response, outcome_of, read_json
from journeyorch.outbound.stored import render, send_stored
from journeyorch.phrases import phrase, sentence

_GONE = Outcome(
    "error", "gone", message=phrase("The field group does not exist any more. Remove it from the journey.")
)

_FULL = sentence("The data source {source} allows {calls} calls a second.")
_LEFT_OUT = sentence("Left out, because their values have another type than the field: {names}.")


class FetchHandler:
    """Makes the calls of kind ``fetch``."""

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        """Render the requests; an answer that is still in the cache ends its call here, without a slot."""
        known = groups.current({call.sandbox_id for call in calls})
        found = [known.get(call.sandbox_id, {}).get(call.spec["group"]) for call in calls]
        keys = [_cache_key(group, call) for group, call in zip(found, calls, strict=True)]
        cached = FetchCache.objects.data_of({key for key in keys if key}, timezone.now())
        return [
            Outcome("ok", "cached", cached[key]) if key in cached else _prepared(group, call, key)
            for group, call, key in zip(found, calls, keys, strict=True)
        ]

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        """Make one attempt, which takes a slot of the source's cap."""
        group = (groups.latest(call.sandbox_id) or {}).get(call.spec["group"])
        if group is None:
            return _GONE
        if not capping.take(group.endpoint, group.limit):
            return over_the_cap(group)
        return interpret(send_stored(prepared.request, group.auth, timeout), group.schema)

    def parks(self, calls: Sequence[CallSpec]) -> list[bool]:
        """Asking again does no harm."""
        return [False] * len(calls)

    def record(self, made: Sequence[Made], now: datetime) -> None:
        """Keep good answers for the sources' cache durations."""
        rows = {}
        for call in made:
            key, seconds = call.prepared.request.get("cache") or ("", 0) if call.prepared else ("", 0)
            if seconds and call.outcome.status == "ok":
                rows[key] = FetchCache(
                    sandbox_id=call.spec.sandbox_id,
                    key=key,
                    data=orjson.dumps(call.outcome.data).decode(),
                    expires_at=now + timedelta(seconds=seconds),
                )
        FetchCache.objects.store(rows)


def over_the_cap(group: Group) -> Outcome:
    """A call that was not made, because the source's calls of this second are used up."""
    message = _FULL(source=group.source, calls=group.limit.calls)
    return Outcome("capped", "capped", message=message)


def _cache_key(group: Group | None, call: CallSpec) -> str:
    return group.cache_key(call.spec.get("params") or {}) if group and group.cache_seconds else ""


def _prepared(group: Group | None, call: CallSpec, key: str) -> Prepared | Outcome:
    if group is None:
        return _GONE
    values = call.spec.get("params") or {}
    cache = [key, group.cache_seconds] if key else None
    return render(call, lambda: request_of(group, values), cache=cache)


def request_of(group: Group, values: Mapping[str, Any]) -> Request:
    """The request of a group for these dynamic values."""
    return build(group.method, group.url, parameters=group.parameters, payload=group.payload, values=values)


def interpret(answer: Response | Failure, schema: Mapping[str, Any]) -> Outcome:
    """How a fetch ended: only a JSON object is a good answer."""
    outcome = outcome_of(answer)
    if outcome.status != "ok" or isinstance(answer, Failure):
        return outcome
    value = read_json(answer)
    if isinstance(value, Failure):
        return outcome_of(value)
    if not isinstance(value, dict):
        message = phrase("The answer is JSON, but no object. A field group needs an object with fields.")
        return outcome_of(Failure("notJson", message, answer.elapsed_ms))
    fitting = conform(value, schema)
    return outcome._replace(data=fitting.data, message=_said(fitting.misfits))


def _said(misfits: list[str]) -> str:
    if not misfits:
        return ""
    return _LEFT_OUT(names=", ".join(misfits))

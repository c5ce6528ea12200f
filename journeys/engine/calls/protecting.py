"""What a call must pass before it is begun: the breaker of its system, then caps, then a throttle's line.

Caps of calls that stand in no line are asked for at the moment of sending (``journeyorch.outbound``), those
of others when they join it: what is over the cap must not wait for hours to be told so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from journeyorch.outbound.calls import Outcome, Prepared
from journeyorch.outbound.protection import breaker
from journeyorch.outbound.protection.breaker import Condition
from journeyorch.outbound.protection.rules import ACTION, DATA_SOURCE, Rules, Throttle, rules
from journeyorch.outbound.protection.sending import Caller, Capped, take_slots
from journeyorch.phrases import phrase
from journeys.engine.calls.claim import Claimed
from journeys.engine.calls.lines import Joining

_NO_RULES, _WELL = Rules(), Condition()
_OPEN = Outcome(
    "error",
    "circuitOpen",
    message=phrase("The system has failed again and again; it is left alone for a while."),
)


class Protected(NamedTuple):
    """What becomes of calls that are ready to be sent."""

    go: list[Claimed]
    joining: list[Joining]
    refused: list[tuple[Claimed, Outcome]]


def protect(ready: Sequence[Claimed], failing: Mapping[str, Condition], now: datetime) -> Protected:
    """Sort the calls. ``failing``: the endpoints that have failed lately."""
    known = rules.current({call.spec.sandbox_id for call in ready})
    protected = Protected([], [], [])
    for call in ready:
        ours = known.get(call.spec.sandbox_id, _NO_RULES)
        throttle = _throttle_of(call, ours)
        condition = failing.get(call.system, _WELL)
        if not _may_call(call, condition, now, waits=throttle is not None):
            protected.refused.append((call, _OPEN))
        elif throttle is None:
            protected.go.append(call)
        else:
            _to_its_line(call, throttle, ours, protected)
    return protected


def _throttle_of(call: Claimed, known: Rules) -> Throttle | None:
    """The throttle in whose line a call is still to stand."""
    if not known.throttles or call.own_endpoint is not None:
        return None
    target = target_of(call.prepared)
    return known.throttle_of(*target) if target else None


def _may_call(call: Claimed, condition: Condition, now: datetime, *, waits: bool) -> bool:
    """Whether the breaker lets the call through; one that is to wait is asked about again, and no probe."""
    if condition.opened_at is None:
        return True
    if waits:
        return condition.probe_at is not None and condition.probe_at <= now
    return breaker.take_probe(call.system, condition, now)


def _to_its_line(call: Claimed, throttle: Throttle, known: Rules, protected: Protected) -> None:
    target = target_of(call.prepared)
    assert target is not None  # or there would be no throttle
    try:
        if not call.attempts:
            take_slots(known.caps_of(service_of(call), *target))
    except Capped as refusal:
        protected.refused.append((call, Outcome("capped", refusal.code, message=str(refusal))))
    else:
        protected.joining.append(Joining(call, throttle.id))


def target_of(prepared: Prepared | None) -> tuple[str, str] | None:
    """Method and URL of a request; None for one that is no HTTP, such as an email by SMTP."""
    request = prepared.request if prepared else {}
    method, url = request.get("method"), request.get("url")
    return (method, url) if isinstance(method, str) and isinstance(url, str) else None


def service_of(call: Claimed) -> str:
    """As which service's caps know the call."""
    return DATA_SOURCE if call.spec.kind == "fetch" else ACTION


def caller_of(call: Claimed) -> Caller:
    """For whom the requests of a begun call are made; the first attempt after a line has been paid for."""
    has_paid = call.own_endpoint is not None and call.attempts == 1
    return Caller(call.spec.sandbox_id, service_of(call), target_of(call.prepared) if has_paid else None)


def by_system(results: Sequence[tuple[Claimed, Outcome]]) -> Mapping[tuple[int, str], list[Outcome]]:
    """Outcomes by (sandbox, endpoint), in their order."""
    found: dict[tuple[int, str], list[Outcome]] = defaultdict(list)
    for call, outcome in results:
        found[call.spec.sandbox_id, call.system].append(outcome)
    return found

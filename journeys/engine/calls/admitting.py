"""Asks those who have the last word before calls are made (``Gate``): some end here, some wait."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError

from journeyorch.outbound.calls import CallSpec, Gate, Later, Outcome, Prepared, Verdict, gate_of
from journeyorch.phrases import phrase
from journeys.engine.calls.claim import Claimed, postpone

logger = logging.getLogger(__name__)
_UNDECIDED = Outcome(
    "error", "internal", message=phrase("Nobody could say whether it may be made; see the log.")
)


def admit(ready: Sequence[Claimed]) -> tuple[list[Claimed], list[tuple[Claimed, Outcome]]]:
    """(calls to be made now, calls that end unmade); the others are put off until later.

    A call that has been tried does not wait any more: its time is running out.
    """
    verdicts = _verdicts(ready)
    if not verdicts:
        return list(ready), []
    admitted: list[Claimed] = []
    ended: list[tuple[Claimed, Outcome]] = []
    late: list[tuple[Claimed, datetime]] = []
    for call in ready:
        verdict = verdicts.get(call.spec.key)
        if isinstance(verdict, Outcome):
            ended.append((call, verdict))
        elif isinstance(verdict, Later) and not call.attempts:
            late.append((call, verdict.until))
        else:
            admitted.append(call)
    postpone(late)
    return admitted, ended


def forget(unwanted: Sequence[Claimed]) -> None:
    """Calls that nobody waits for: those who let them wait need not any more."""
    for kind in {call.spec.kind for call in unwanted}:
        if gate := gate_of(kind):
            of_kind = (call for call in unwanted if call.spec.kind == kind)
            gate.forget([(call.spec, None if call.attempts else call.prepared) for call in of_kind])


def _verdicts(ready: Sequence[Claimed]) -> Mapping[object, Verdict]:
    found: dict[object, Verdict] = {}
    for kind in {call.spec.kind for call in ready}:
        if gate := gate_of(kind):
            asked = [call for call in ready if call.spec.kind == kind]
            pairs = [(call.spec, call.prepared) for call in asked if call.prepared is not None]
            answers = _asked(gate, pairs)
            found.update((spec.key, verdict) for (spec, _), verdict in zip(pairs, answers, strict=True))
    return found


def _asked(gate: Gate, pairs: Sequence[tuple[CallSpec, Prepared]]) -> list[Verdict]:
    """Together; if that fails one by one: a bad call must not keep the others from being made."""
    try:
        return gate.admit(pairs)
    except (OperationalError, InterfaceError):
        raise  # no call is to blame for the database
    except Exception:
        logger.exception("Whether calls may be made could not be found out")
        return [_UNDECIDED] if len(pairs) == 1 else [_asked(gate, [pair])[0] for pair in pairs]

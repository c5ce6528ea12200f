"""Why nobody enters: each thing that must be so, in the order in which an event meets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.sightings import Sighting
from journeys.activities.catalog import SegmentInfo
from journeys.definition.document import Properties, Reentrance
from journeys.reports.entering import Verdict, findings, verdict_in_words
from journeys.reports.entering_facts import Facts, StartEvent

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
GOOD = Sighting(NOW, is_match=True, person_id="anna")
OTHER = Sighting(NOW, is_match=False)
BROKEN = Sighting(NOW, is_match=True, violation="/total: is no number", person_id="anna")
NOBODY = Sighting(NOW, is_match=True, problem="It holds no identity in CRMID.")


def facts(*sightings: Sighting, **changes: Any) -> Facts:
    start = StartEvent("Ordered", 1, "Orders", namespace="CRMID", sightings=sightings)
    usual = Facts(
        "live", "Live", "v", NOW, Properties(), starts=[start], namespace="CRMID", looked_at=200, testers=1
    )
    return usual._replace(**changes)


def verdicts(given: Facts) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in findings(given)}


def test_the_order_is_that_in_which_an_event_meets_them():
    assert [*verdicts(facts(status="test"))] == [
        "status", "dates", "received", "matched", "valid", "key", "namespace", "testProfile", "listening",
        "reentrance", "cap",
    ]  # fmt: skip
    assert {"testProfile", "cap", "listening"}.isdisjoint(verdicts(facts()))


def test_where_all_is_well_nothing_is_a_fault():
    given = facts(GOOD)
    assert set(verdicts(given).values()) == {Verdict.GOOD}
    assert verdict_in_words(given, findings(given)).startswith("Nothing keeps people out")
    assert verdict_in_words(given._replace(entered=1204), []) == "1,204 people have entered."


UNEVALUATED = SegmentInfo(1, "VIP", is_evaluated=False)
FAULTS = [
    ("status", facts(GOOD, status="closed", status_label="Closed"), "Its status is: Closed."),
    ("dates", facts(GOOD, properties=Properties(start_at=NOW + timedelta(days=1))), "starts at 03/02/2026"),
    ("dates", facts(GOOD, properties=Properties(end_at=NOW)), "has ended at 03/01/2026 08:00 UTC"),
    ("received", facts(), "Of the last 200 received events 0 follow the schema “Orders”."),
    ("received", facts(looked_at=0), "Nothing at all was received."),
    ("received", facts(starts=[StartEvent("Gone")]), "“Gone” no longer exists"),
    ("matched", facts(OTHER, OTHER), "0 of 2 did."),
    ("valid", facts(BROKEN, OTHER), "0 of 1 did. /total: is no number"),
    ("key", facts(NOBODY, BROKEN), "It holds no identity in CRMID."),
    ("namespace", facts(GOOD, discards={"wrongNamespace": 3}), "3 events did nothing"),
    ("testProfile", facts(GOOD, status="test", testers=0), "0 in the namespace CRMID."),
    ("testProfile", facts(GOOD, status="test", discards={"notATestProfile": 1}), "1 event did nothing"),
    (
        "reentrance",
        facts(
            GOOD,
            properties=Properties(reentrance=Reentrance(allowed=False)),
            discards={"reentranceNotAllowed": 7},
        ),
        "Nobody may come again. 7 events",
    ),
    ("cap", facts(GOOD, status="test", discards={"testLimit": 1}), "0 of at most 100"),
    ("segment", facts(starts=[], segments={"VIP": None}), "no longer exists"),
    (
        "segment",
        facts(starts=[], segments={"VIP": UNEVALUATED}),
        "Nobody has been",
    ),
]


@pytest.mark.parametrize(("name", "given", "evidence"), FAULTS)
def test_the_first_fault_is_named_with_its_evidence(name: str, given: Facts, evidence: str):
    first = next(one for one in findings(given) if one.verdict == Verdict.FAULT)
    assert first.name == name
    assert evidence in first.evidence
    assert evidence in verdict_in_words(given, findings(given))


def test_what_keeps_out_only_some_is_a_warning():
    assert verdicts(facts(GOOD, OTHER, BROKEN, NOBODY)) == {
        "status": Verdict.GOOD,
        "dates": Verdict.GOOD,
        "received": Verdict.GOOD,
        "matched": Verdict.WARNING,
        "valid": Verdict.WARNING,
        "key": Verdict.WARNING,
        "namespace": Verdict.GOOD,
        "reentrance": Verdict.GOOD,
    }
    assert verdicts(facts(GOOD, entered=5, discards={"reentranceWait": 9}))["reentrance"] == Verdict.WARNING


def test_what_nothing_has_come_to_is_not_known():
    found = verdicts(facts(OTHER))
    assert (found["valid"], found["key"]) == (Verdict.UNKNOWN, Verdict.UNKNOWN)


def test_where_others_jump_to_no_event_has_to_come():
    given = facts(OTHER, entered=1, jumped_from=["Arrival", "Lunch"])
    found = {one.name: one for one in findings(given)}
    assert (found["matched"].verdict, found["jumps"].verdict) == (Verdict.WARNING, Verdict.GOOD)
    assert found["jumps"].evidence == "People jump here from: Arrival, Lunch."
    assert verdict_in_words(given, findings(given)) == "1 person has entered."

"""What was accepted beside what became of it: losses, repetitions, and everything else that must not be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

import orjson

from tests.chaos.installation import Installation

# What each person must have walked, with the events that took the person on (numbers of the person's story).
EXPECTED = [
    ("lobby", "next", 0),
    ("check", "yes", None),
    ("tell", "next", None),
    ("first", "next", 1),
    ("second", "next", 2),
    ("hold", "next", None),
    ("end", "", None),
]


def audit(one: Installation, accepted: Collection[str]) -> dict[str, Any]:
    """The figures; ``losses``, ``duplicates`` and ``wrong`` must be 0."""
    stored = _stored(one)
    stories = _stories(one, stored)
    people = {id.partition(":")[0] for id in accepted}
    calls, repeated, changed = _calls(one)
    lost = [id for id in accepted if id not in stored.values()]
    unfinished = [person for person in people if len(stories[person]) < len(EXPECTED)]
    wrong = [person for person in people - set(unfinished) if stories[person] != EXPECTED]
    return {
        "accepted": len(accepted),
        "people": len(people),
        "transitions": sum(map(len, stories.values())),
        "calls": calls,
        "calls repeated around a fault": repeated,
        "losses": len(lost) + len(unfinished),
        "duplicates": _twice(stored.values()) + _twice_taken(one) + changed,
        "wrong": len(wrong) + _early(one) + _sums_apart(one),
        "examples": [*lost[:3], *unfinished[:3], *((person, stories[person]) for person in wrong[:2])],
    }


def is_sound(figures: dict[str, Any]) -> bool:
    return not (figures["losses"] or figures["duplicates"] or figures["wrong"])


def unfinished(one: Installation, people: int) -> int:
    """How many of so many people have not reached the end."""
    ((finished,),) = one.rows("SELECT count(*) FROM journeys_instance WHERE status = 1")
    return people - int(finished)


def _stored(one: Installation) -> dict[int, str]:
    rows = one.rows("SELECT id, body FROM events_receivedevent")
    return {id: orjson.loads(body)["body"]["xdmEntity"]["_id"] for id, body in rows}


def _stories(one: Installation, stored: dict[int, str]) -> defaultdict[str, list[tuple[Any, ...]]]:
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    steps = one.rows(
        "SELECT person_id, activity, path, received_event_id FROM journeys_stepevent"
        " WHERE status <> 7 ORDER BY person_id, instance_id, sequence"
    )
    for person, activity, path, event in steps:
        place = None if event is None else int(stored[event].partition(":")[2])
        found[person].append((activity, path, place))
    return found


def _calls(one: Installation) -> tuple[int, int, int]:
    """(calls made, repetitions, calls that came with another key or other bytes the second time)."""
    by_key: defaultdict[str, set[bytes]] = defaultdict(set)
    for key, body in list(one.endpoint.calls):
        by_key[key].add(body)
    events = Counter(orjson.loads(body)["event"] for bodies in by_key.values() for body in bodies)
    changed = sum(len(bodies) > 1 for bodies in by_key.values()) + _extra(events)
    return len(by_key), len(one.endpoint.calls) - len(by_key), changed


def _twice(ids: Collection[str]) -> int:
    return _extra(Counter(ids))


def _twice_taken(one: Installation) -> int:
    """Steps taken twice, and people who are in the journey twice."""
    steps = one.rows("SELECT instance_id, sequence FROM journeys_stepevent WHERE status <> 7")
    inside = one.rows("SELECT person_id FROM journeys_instance")
    return _extra(Counter(steps)) + _extra(Counter(inside))


def _extra(counts: Counter[Any]) -> int:
    return sum(number - 1 for number in counts.values())


def _early(one: Installation) -> int:
    """The wait of a second, shortened."""
    times = "extract(epoch FROM at - entered_at)"
    if one.server is None:
        times = "(julianday(at) - julianday(entered_at)) * 86400 + 0.001"
    sql = f"SELECT count(*) FROM journeys_stepevent WHERE activity = 'hold' AND {times} < 1"
    return int(one.rows(sql)[0][0])


def _sums_apart(one: Installation) -> int:
    raw = one.rows("SELECT activity, path, status, count(*) FROM journeys_stepevent GROUP BY 1, 2, 3")
    sums = one.rows("SELECT activity, path, status, sum(n) FROM journeys_stepcount GROUP BY 1, 2, 3")
    return len({(*key, int(n)) for *key, n in raw} ^ {(*key, int(n)) for *key, n in sums})

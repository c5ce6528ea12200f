"""Who becomes one person: the table of cases, and that the size of waves makes no difference."""

from __future__ import annotations

import random

import pytest

from datasources.platform.namespaces.standard import STANDARD
from datasources.platform.profiles.joining import Choice, choose, is_weak
from datasources.platform.profiles.people import load_people
from journeyorch.access.models import Sandbox
from tests.datasources.profiles.conftest import EVERYTHING, NOW, feed


@pytest.mark.parametrize(
    ("named", "known", "primary", "choice"),
    [
        ({7: True}, {7}, 7, Choice(7, ())),
        ({7: False}, {7}, 7, Choice(7, ())),
        ({7: True, 3: True}, {3, 7}, 7, Choice(3, (7,))),
        ({7: True, 3: False}, {7}, 7, Choice(3, (7,))),
        ({7: True, 3: False}, {3, 7}, 3, Choice(7, ())),
        ({7: False, 3: False}, set(), 7, Choice(3, (7,))),
        ({7: False, 3: False}, {7}, 3, Choice(3, (7,))),
        ({7: False, 3: False}, {3, 7}, 7, Choice(7, ())),
        ({7: False, 3: False}, {3, 7}, None, Choice(3, ())),
        ({7: False, 3: False, 5: False}, {3, 7}, 5, Choice(3, (5,))),
        ({1: True, 2: True, 3: False, 4: False}, {1, 2, 3}, 1, Choice(1, (2, 4))),
    ],
)
def test_who_an_event_joins(named, known, primary, choice):
    assert choose(named, known=known, primary=primary) == choice


@pytest.mark.parametrize(
    ("namespace", "weak"),
    [
        ("ECID", True),
        ("GAID", True),
        ("FCM", True),
        ("Unheard", True),
        ("Email", False),
        ("Phone", False),
        ("CRMID", False),
    ],
)
def test_what_several_people_may_share_is_weak(namespace, weak):
    assert is_weak(namespace, STANDARD) is weak


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_waves_of_any_size_find_the_same_people(receive, seed):
    chance = random.Random(seed)
    names = [f"{code}:{n}" for code in ("CRMID", "Email", "ECID", "GAID") for n in range(4)]
    events = [
        receive(
            *chance.sample(names, chance.randint(1, 3)), record=chance.random() < 0.4, n=n, **{f"a{n % 5}": n}
        )
        for n in range(40)
    ]
    results = [people_after(events, size) for size in (1, 3, len(events))]
    assert results[1] == results[0]
    assert results[2] == results[0]


def people_after(events: list, size: int) -> dict:
    """By identity: everything known of the person, in a sandbox of its own."""
    sandbox = Sandbox.objects.create(name=f"waves-of-{size}", title="Waves")
    for start in range(0, len(events), size):
        feed(sandbox.pk, events[start : start + size])
    pairs = {identity[:2] for event in events for identity in event.identities}
    people = load_people(sandbox.pk, pairs, EVERYTHING, now=NOW)
    return {
        pair: (one.attributes, [event.data["n"] for event in one.history], sorted(one.identities))
        for pair, one in people.items()
    }

"""Several waves write the same people at once: nothing is lost, nobody is there twice."""

from __future__ import annotations

import itertools
import random
import threading

import pytest
from django.db import OperationalError, connection, transaction

from datasources.models import ExperienceEvent, Identity, Profile
from datasources.platform.namespaces.standard import STANDARD
from datasources.platform.profiles.changes import Stale, write
from datasources.platform.profiles.loading import load_feed
from datasources.platform.profiles.updates import set_attributes
from tests.datasources.profiles.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


class Crowd:
    """Workers that all load before any of them writes, where the database lets them."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.misses = 0
        self.ready = threading.Barrier(WORKERS, timeout=30)

    def run(self, work, jobs) -> None:
        threads = [threading.Thread(target=self._guarded, args=(work, job)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.errors == []

    def wave(self, sandbox_id, events, *, together: bool) -> None:
        for attempt in itertools.count():
            try:
                with transaction.atomic():
                    feed = load_feed(sandbox_id, events, namespaces=STANDARD, now=NOW, lock=attempt > 1)
                    if together and attempt == 0 and connection.vendor == "postgresql":
                        self.ready.wait()
                    for event in events:
                        feed.apply(event)
                    write(feed.changes())
                return
            except (Stale, OperationalError):
                self.misses += 1
                assert attempt < 50

    def _guarded(self, work, job) -> None:
        try:
            work(self, job)
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            self.errors.append(error)
            self.ready.abort()
        finally:
            connection.close()


def shares(events: list) -> list[list]:
    return [events[worker::WORKERS] for worker in range(WORKERS)]


def test_no_attribute_written_at_the_same_time_is_lost(sandbox, see, receive, person):
    see("CRMID:1")
    events = [receive("CRMID:1", record=True, **{f"a{n}": n, "same": n}) for n in range(40)]

    def work(crowd, mine):
        for event in mine:
            crowd.wave(sandbox.pk, [event], together=event is mine[0])

    Crowd().run(work, shares(events))
    assert person("CRMID:1").attributes == {f"a{n}": n for n in range(40)} | {"same": 39}


def test_a_stranger_met_by_several_at_once_becomes_one_person(sandbox, receive, person):
    events = [receive("CRMID:1", f"ECID:{n}", f"Email:{n}@b.c", n=n) for n in range(WORKERS)]
    crowd = Crowd()
    crowd.run(lambda crowd, event: crowd.wave(sandbox.pk, [event], together=True), events)
    assert Profile.objects.count() == 1
    assert Identity.objects.count() == 1 + 2 * WORKERS
    assert ExperienceEvent.objects.count() == WORKERS
    assert crowd.misses > 0 or connection.vendor == "sqlite"


def test_the_same_event_applied_by_several_at_once_is_applied_once(sandbox, receive, person):
    event = receive("CRMID:1", "Email:a@b.c", n=1)
    Crowd().run(lambda crowd, one: crowd.wave(sandbox.pk, [one], together=True), [event] * WORKERS)
    assert len(person("CRMID:1").history) == 1
    assert Profile.objects.count() == 1


@pytest.mark.parametrize("seed", range(3))
def test_people_merged_from_all_sides_are_one_in_the_end(sandbox, see, receive, person, seed):
    people = range(12)
    for n in people:
        see(f"CRMID:{n}", record=True, **{f"a{n}": n})
        see(f"CRMID:{n}", n=n)
    pairs = [(n, n + 1) for n in people[:-1]] * 2
    random.Random(seed).shuffle(pairs)
    events = [receive(f"CRMID:{a}", f"CRMID:{b}", n=f"{a}-{b}") for a, b in pairs]

    def work(crowd, mine):
        for event in mine:
            crowd.wave(sandbox.pk, [event], together=event is mine[0])

    Crowd().run(work, shares(events))
    (root,) = Profile.objects.filter(merged_into=None)
    assert Profile.objects.filter(merged_into=root).count() == len(people) - 1
    found = person("CRMID:7")
    assert found.attributes == {f"a{n}": n for n in people}
    assert len(found.history) == len(people) + len(events)
    assert len(found.identities) == len(people)


def test_waves_and_the_api_do_not_overwrite_each_other(sandbox, see, receive, person):
    see("CRMID:1")
    profile = Profile.objects.get()

    def work(crowd, job):
        for n in range(10):
            if job % 2:
                set_attributes(profile, {f"api{job}-{n}": n}, NOW)
            else:
                crowd.wave(
                    sandbox.pk, [receive("CRMID:1", record=True, **{f"e{job}-{n}": n})], together=False
                )

    Crowd().run(work, range(WORKERS))
    assert len(person("CRMID:1").attributes) == WORKERS * 10

"""A cap is never exceeded, whoever asks and whatever dies in between."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection

from journeyorch.outbound import capping as capping_module
from journeyorch.outbound.capping import Capping, Limit
from journeyorch.outbound.models import CapWindow

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _blocks_do_not_lapse(monkeypatch):
    """A busy machine may hold a test up for longer than a block lasts, and its slots would be lost."""
    monkeypatch.setattr(capping_module, "time", SimpleNamespace(monotonic=lambda: 0.0))


def taken(capping: Capping, limit: Limit, times: int, now: datetime | None = NOW) -> int:
    return sum(capping.take("source:1", limit, now) for _ in range(times))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "limit", [Limit(1), Limit(15), Limit(100), Limit(1000), Limit(7, 60_000), Limit(4000, 300_000)]
)
def test_exactly_the_limit_is_given_in_a_window(limit):
    assert taken(Capping(), limit, limit.calls + 200) == limit.calls


@pytest.mark.django_db
def test_the_next_window_gives_again():
    assert taken(Capping(), Limit(5), 9) == 5
    assert taken(Capping(), Limit(5), 9, NOW + timedelta(seconds=1)) == 5


@pytest.mark.django_db
def test_a_clock_that_goes_back_gives_nothing_of_a_window_that_is_over():
    later = NOW + timedelta(seconds=1)
    assert taken(Capping(), Limit(5), 3, later) == 3
    assert taken(Capping(), Limit(5), 9, NOW) == 0
    assert taken(Capping(), Limit(5), 9, later) == 2


@pytest.mark.django_db
def test_endpoints_do_not_share_a_cap():
    capping = Capping()
    assert [capping.take(name, Limit(1), NOW) for name in ("source:1", "source:2", "source:1")] == [
        True,
        True,
        False,
    ]


@pytest.mark.django_db
def test_a_process_that_dies_with_its_block_leaves_no_room_for_more():
    dying, heir = Capping(), Capping()
    before = taken(dying, Limit(100), 20)
    assert before + taken(heir, Limit(100), 500) <= 100


@pytest.mark.django_db
def test_a_quiet_process_holds_back_no_slots():
    capping = Capping()
    assert capping.take("source:1", Limit(1000), NOW)
    assert CapWindow.objects.get().taken == 1


@pytest.mark.django_db
def test_a_busy_process_asks_the_database_seldom(django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        assert taken(Capping(), Limit(2000), 1000) == 1000


@pytest.mark.django_db
def test_a_changed_limit_counts_at_once():
    capping = Capping()
    assert taken(capping, Limit(100), 20) == 20
    assert taken(capping, Limit(10), 20) == 0


@pytest.mark.django_db
def test_the_database_tells_the_time():
    assert Capping().take("source:1", Limit(1))
    row = CapWindow.objects.get()
    assert abs(row.at_ms / 1000 - datetime.now(UTC).timestamp()) < 3600


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_cap():
    # One capping for each pair of threads, as processes would have it.
    given: list[int] = []

    def ask(capping: Capping) -> None:
        given.append(taken(capping, Limit(50), 40))
        connection.close()

    threads = [
        threading.Thread(target=ask, args=(capping,)) for capping in (Capping(), Capping()) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 < sum(given) <= 50


ASK = """
import django; django.setup()
from datetime import UTC, datetime
from journeyorch.outbound.capping import Limit, take
now = datetime(2026, 1, 1, tzinfo=UTC)
print(sum(take("source:1", Limit(100), now) for _ in range(80)))
"""


@pytest.mark.one_database("postgres")
def test_processes_share_a_cap(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    workers = [
        subprocess.Popen([sys.executable, "-c", ASK], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    given = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert 0 < sum(given) <= 100

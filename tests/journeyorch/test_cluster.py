from __future__ import annotations

import os

import pytest
from django.db import OperationalError, connection
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from journeyorch.supervisor import broker as broker_module
from journeyorch.supervisor.board import Board
from journeyorch.supervisor.broker import BeatingBroker
from journeyorch.supervisor.cluster import _end_idle_transactions
from journeyorch.supervisor.keeper import queue_name, supervisor_of

# What the residents rely on (architecture.md, Workers): a lost task is not retried, nothing is stored.
EXPECTED = {
    "ORM": "default",
    "CACHED": False,
    "ACK_FAILURES": True,
    "MAX_ATTEMPTS": 1,
    "SAVE_LIMIT": -1,
    "CATCH_UP": False,
    "GUARD_CYCLE": 0.5,
    "RECYCLE": 500,
    "TIMEOUT": 30,
    "POLL": 0.05,
    "BULK": 1,
}


def test_q2_is_set_up_as_the_residents_need_it() -> None:
    assert {key: getattr(Conf, key) for key in EXPECTED} == EXPECTED
    assert Conf.RETRY >= 20 * Conf.TIMEOUT


@pytest.fixture
def board() -> Board:
    return Board(["drain"])


@pytest.fixture
def broker(board: Board, monkeypatch: pytest.MonkeyPatch) -> BeatingBroker:
    monkeypatch.setattr(Conf, "POLL", 0)
    monkeypatch.setattr(broker_module, "_AWAY_PAUSE", 0)
    monkeypatch.setattr(broker_module.connection_created, "connect", lambda *a, **k: None)
    return BeatingBroker("a queue", board.clusters["drain"])


def tasks(broker: BeatingBroker) -> list[str]:
    return [SignedPackage.loads(package)["func"] for _, package in broker.dequeue()]


@pytest.mark.django_db
def test_the_broker_hands_out_rows_and_now_and_then_a_beat(broker: BeatingBroker) -> None:
    assert tasks(broker) == ["journeyorch.queue.beat"]
    broker.enqueue(SignedPackage.dumps({"func": "work"}))
    assert tasks(broker) == ["work"]
    assert tasks(broker) == []
    broker._next_beat = 0.0
    assert tasks(broker) == ["journeyorch.queue.beat"]


@pytest.mark.django_db
def test_an_acknowledged_beat_is_noted_and_an_acknowledged_row_removed(
    broker: BeatingBroker, board: Board
) -> None:
    row = broker.enqueue(SignedPackage.dumps({"func": "work"}))
    broker.acknowledge(row)
    assert not OrmQ.objects.exists()
    assert board.clusters["drain"].answered_at == 0.0
    ((ack_id, _),) = broker.dequeue()
    broker.acknowledge(ack_id)
    assert board.clusters["drain"].answered_at > 0.0


@pytest.mark.django_db
def test_a_database_that_is_away_stops_neither_pusher_nor_beat(
    broker: BeatingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: object) -> None:
        raise OperationalError("the database system is shutting down")

    monkeypatch.setattr(broker_module.bulk, "run", away)
    monkeypatch.setattr(ORM, "acknowledge", away)
    monkeypatch.setattr(broker_module.connections, "close_all", lambda: None)
    assert tasks(broker) == ["journeyorch.queue.beat"]
    broker.acknowledge(1)


def test_the_sentinels_statistic_is_noted_without_a_cache(broker: BeatingBroker, board: Board) -> None:
    broker.set_stat("key", "value", 3)
    assert board.clusters["drain"].guarded_at > 0.0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_a_child_writes_on_the_board_its_parent_reads(board: Board) -> None:
    pid = os.fork()
    if pid == 0:
        board.clusters["drain"].begin(4711, pid=os.getpid())
        os._exit(0)
    os.waitpid(pid, 0)
    assert board.clusters["drain"].is_at(4711, pid=pid)
    assert not board.clusters["drain"].is_at(4712, pid=pid)
    board.clusters["drain"].end(4711)
    assert not board.clusters["drain"].is_at(4711, pid=pid)


@pytest.mark.django_db
def test_an_idle_transaction_of_a_worker_is_ended_by_the_database() -> None:
    _end_idle_transactions(connection=connection)
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("10s",)
        cursor.execute("RESET idle_in_transaction_session_timeout")


@pytest.mark.parametrize("name", ["host-1a2b3c4d", "my.host-with-dashes-1a2b3c4d"])
def test_a_queue_tells_its_supervisor(name: str) -> None:
    assert supervisor_of(queue_name(name, kind="drain", generation=12)) == name

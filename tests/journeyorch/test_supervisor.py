"""Real worker processes, killed in every way. Nothing is asserted about time but one generous limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import psutil
import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60.0
ORPHANED = "journeyorch:gone-1:drain:1"
T = TypeVar("T")

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
# Which process dies or hangs is nothing to the database; one of each sort runs on both.
production = pytest.mark.one_database("postgres")


def eventually(look: Callable[[], T], *, what: str) -> T:
    """What `look` returns as soon as it is true."""
    deadline = time.monotonic() + LIMIT
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {LIMIT:.0f} s for {what}"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Note:
    """A line that a fake resident wrote."""

    owner: str
    pid: int
    place: str

    @property
    def kind(self) -> str:
        return self.owner.partition("-")[0]

    @property
    def run(self) -> int:
        return int(self.owner.partition("-")[2].partition("@")[0])


class Workers:
    """A running `manage.py runworkers`, and what can be seen of it from outside."""

    def __init__(self, url: str, folder: Path, *options: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        settings = {"DJANGO_SETTINGS_MODULE": "tests.journeyorch.worker_settings", "NOTES": str(folder)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "django", "runworkers", *options],
                cwd=ROOT,
                env={**os.environ, **settings, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        processes = self.tree()
        self.process.kill()
        self.process.wait()
        for process in processes:
            process.kill() if process.is_running() else None

    def tree(self) -> list[psutil.Process]:
        if self.process.poll() is not None:
            return []
        return psutil.Process(self.process.pid).children(recursive=True)

    def notes(self) -> list[Note]:
        lines = self.lines("work")
        return [Note(owner, int(pid), place) for owner, pid, place in (line.split() for line in lines)]

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def new_note(self, kind: str = "drain") -> Note:
        """The next line that a resident of this kind writes."""
        before = len(self.notes())
        eventually(
            lambda: [note for note in self.notes()[before:] if note.kind == kind],
            what=f"work of a {kind} resident\n{self.log.read_text()}",
        )
        return [note for note in self.notes()[before:] if note.kind == kind][-1]

    def process_of(self, role: str) -> psutil.Process:
        """A process of the drain cluster by what it does; the order in which q2 starts them tells."""
        busy = psutil.Process(self.new_note().pid)
        sentinel = busy.parent()
        main = sentinel.parent()
        if role == "keeper":
            others = psutil.Process(self.process.pid).children()
            return next(process for process in others if not process.children())
        if role in ("main", "sentinel", "busy worker"):
            return {"main": main, "sentinel": sentinel, "busy worker": busy}[role]
        first, second, monitor, pusher = sorted(sentinel.children(), key=lambda child: child.pid)
        idle = second if first == busy else first
        return {"idle worker": idle, "monitor": monitor, "pusher": pusher}[role]

    def is_gone(self, processes: list[psutil.Process]) -> bool:
        return not any(is_alive(process) for process in processes)


def is_alive(process: psutil.Process) -> bool:
    """Zombies are dead: who should have buried them is of no interest here."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Workers]]:
    started: list[Workers] = []

    def start(*options: str) -> Workers:
        started.append(Workers(database_url, tmp_path, *options))
        return started[-1]

    yield start
    for workers in started:
        workers.__exit__()


@pytest.mark.parametrize(
    "role",
    [
        pytest.param("main", marks=production),
        pytest.param("sentinel", marks=production),
        pytest.param("pusher", marks=production),
        pytest.param("idle worker", marks=production),
        "busy worker",
        pytest.param("keeper", marks=production),
    ],
)
def test_work_goes_on_whichever_process_is_killed(start: Callable[..., Workers], role: str) -> None:
    workers = start()
    victim = workers.process_of(role)
    last_run = workers.new_note().run
    victim.kill()
    # Two runs later neither the resident that was at work nor a task queued before can be the reason.
    eventually(lambda: workers.new_note().run >= last_run + 4, what=f"work after the {role} was killed")
    eventually(lambda: not is_alive(victim), what="the end of the victim")
    assert workers.process.poll() is None
    assert workers.process_of(role).pid != victim.pid


@production
def test_finished_tasks_leave_the_queue_although_the_monitor_was_killed(
    start: Callable[..., Workers], database_url: str
) -> None:
    workers = start()
    last_run = workers.new_note().run
    workers.process_of("monitor").kill()
    eventually(lambda: workers.new_note().run >= last_run + 6, what="some further runs")
    # One at work and one that takes over; what a dead monitor did not remove would come on top.
    waiting = "SELECT count(*) FROM django_q_ormq WHERE key LIKE '%:drain:%'"
    eventually(lambda: query(database_url, waiting) <= 2, what="a short queue")
    assert workers.new_note()


@production
def test_residents_follow_one_another_and_know_their_places(start: Callable[..., Workers]) -> None:
    workers = start("--drain-residents=2")
    eventually(lambda: len(workers.lines("returned")) >= 4, what="residents that return")
    places = {(note.kind, note.place) for note in workers.notes()}
    assert places >= {("drain", "0/2"), ("drain", "1/2"), ("call", "0/1")}
    assert "replaced" not in workers.log.read_text()


@production
def test_a_resident_that_hangs_is_replaced(start: Callable[..., Workers]) -> None:
    workers = start()
    hung = workers.new_note()
    (workers.folder / f"hang-{hung.pid}").touch()
    eventually(lambda: workers.new_note().pid != hung.pid, what="work of another process")
    eventually(lambda: not psutil.pid_exists(hung.pid), what="the end of the hung process")
    assert psutil.Process(workers.new_note().pid).parent().is_running()


@production
def test_a_broken_ticker_ends_nothing(start: Callable[..., Workers]) -> None:
    workers = start()
    (workers.folder / "broken-ticker").touch()
    before = len(workers.lines("ticks"))
    eventually(lambda: len(workers.lines("ticks")) > before + 4, what="further ticks")
    assert "failed at the ticker" in workers.log.read_text()
    assert workers.new_note()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=production)])
def test_a_stop_signal_lets_residents_return_and_leaves_nothing(
    start: Callable[..., Workers], number: signal.Signals, database_url: str
) -> None:
    workers = start()
    owners = {workers.new_note("drain").owner, workers.new_note("call").owner}
    tree = workers.tree()
    assert len(tree) > 10
    workers.process.send_signal(number)
    assert workers.process.wait(LIMIT) == 0
    assert workers.is_gone(tree)
    assert owners <= set(workers.lines("returned"))
    assert count_rows(database_url) == 0


@production
def test_a_second_signal_does_not_wait_for_a_resident_that_hangs(start: Callable[..., Workers]) -> None:
    workers = start()
    (workers.folder / f"hang-{workers.new_note().pid}").touch()
    tree = workers.tree()
    workers.process.send_signal(signal.SIGINT)
    eventually(lambda: workers.lines("returned"), what="the other resident's return")
    assert workers.process.poll() is None
    workers.process.send_signal(signal.SIGINT)
    assert workers.process.wait(LIMIT) == 0
    assert workers.is_gone(tree)


@production
def test_a_resident_that_asks_for_endless_memory_fails_alone(start: Callable[..., Workers]) -> None:
    workers = start()
    workers.new_note("drain"), workers.new_note("call")
    tree = {process.pid for process in workers.tree()}
    (workers.folder / "greedy").touch()
    eventually(lambda: "MemoryError" in workers.log.read_text(), what="a MemoryError")
    last_run = workers.new_note().run
    eventually(lambda: workers.new_note().run > last_run, what="further runs")
    assert {process.pid for process in workers.tree()} == tree


@production
def test_when_the_supervisor_is_killed_nothing_stays_behind(start: Callable[..., Workers]) -> None:
    workers = start()
    workers.new_note("drain"), workers.new_note("call")
    tree = workers.tree()
    workers.process.kill()
    workers.process.wait()
    eventually(lambda: workers.is_gone(tree), what="the end of all processes")


def test_a_second_supervisor_removes_what_a_killed_one_left(
    start: Callable[..., Workers], database_url: str
) -> None:
    killed = start()
    killed.new_note()
    killed.process.kill()
    killed.process.wait()
    execute(database_url, f"UPDATE journeyorch_supervisor SET reported_at = {minutes_ago(2)}")
    execute(
        database_url,
        f"INSERT INTO django_q_ormq (key, payload, lock) VALUES ('{ORPHANED}', '', {minutes_ago(0)})",
    )
    start()
    orphans = f"SELECT count(*) FROM django_q_ormq WHERE key = '{ORPHANED}'"
    eventually(lambda: query(database_url, orphans) == 0, what="an empty queue")
    assert query(database_url, "SELECT count(*) FROM journeyorch_supervisor") == 1


@production
def test_work_goes_on_after_the_database_dropped_every_connection(
    start: Callable[..., Workers], database_url: str
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections to lose")
    workers = start()
    last = workers.new_note()
    tree = {process.pid for process in workers.tree()}
    execute(
        database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    eventually(lambda: workers.new_note().run >= last.run + 6, what="further runs")
    assert {process.pid for process in workers.tree()} == tree, "nothing had to be started anew"


def minutes_ago(minutes: int) -> str:
    if connection.vendor == "sqlite":
        return f"datetime('now', '-{minutes} minutes')"
    return f"now() - interval '{minutes} minutes'"


def count_rows(url: str) -> int:
    tables = ("journeyorch_supervisor", "journeyorch_resident", "django_q_ormq", "django_q_task")
    return sum(query(url, f"SELECT count(*) FROM {table}") for table in tables)


def query(url: str, statement: str) -> int:
    with closing(connect(url)) as database:
        return int(database.execute(statement).fetchone()[0])


def execute(url: str, statement: str) -> None:
    with closing(connect(url)) as database:
        database.execute(statement)


def connect(url: str) -> psycopg.Connection[tuple[int]]:
    import sqlite3

    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=20)  # type: ignore[return-value]
    return psycopg.connect(url, autocommit=True)

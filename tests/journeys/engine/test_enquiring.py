"""Questions that call workers ask beside the calls."""

from __future__ import annotations

from concurrent.futures import Executor, Future

import pytest

from journeyorch.outbound import enquiries
from journeys.engine.calls.enquiring import Enquirer


class Later(Executor):
    """Does what it was given when it is told to."""

    def __init__(self) -> None:
        self.given: list[tuple[Future, object]] = []

    def submit(self, act, /, *args, **kwargs):
        future = Future()
        self.given.append((future, act))
        return future

    def work(self) -> None:
        for future, act in self.given:
            future.set_result(act())
        self.given.clear()


@pytest.fixture
def asking(monkeypatch):
    """Questions that are due, by who knows them; True for one that fails."""
    due = {"first": [False, False], "second": [True, False], "third": [False]}
    asked = []

    def asks(name: str):
        def ask() -> bool:
            if not due[name]:
                return False
            asked.append(name)
            if due[name].pop(0):
                raise RuntimeError("That is a question too many.")
            return True

        return ask

    monkeypatch.setattr(enquiries, "_asking", [])
    for name in due:
        enquiries.register(asks(name))
    return asked


@pytest.fixture
def time():
    return [0.0]


@pytest.fixture
def enquirer(time, monkeypatch):
    monkeypatch.setattr("journeys.engine.calls.enquiring.usable_connection", lambda: None)
    executor = Later()
    return Enquirer(executor, clock=lambda: time[0]), executor


def test_everything_due_is_asked_and_a_question_that_fails_holds_up_no_others(asking, enquirer, time, caplog):
    enquirer, executor = enquirer
    enquirer.look()
    executor.work()
    assert asking == ["first", "first", "second", "third"]
    assert "a question too many" in caplog.text
    time[0] += 1
    enquirer.look()
    executor.work()
    assert asking[4:] == ["second"]


def test_nothing_is_asked_twice_at_once_nor_looked_for_too_often(asking, enquirer, time):
    enquirer, executor = enquirer
    for time[0] in (0.0, 0.5, 5.0, 6.0):
        enquirer.look()
    assert len(executor.given) == 1
    executor.work()
    for time[0] in (6.1, 6.2):
        enquirer.look()
    assert len(executor.given) == 1


def test_a_resident_that_is_over_begins_no_further_question(asking, enquirer):
    enquirer, executor = enquirer
    enquirer.look()
    enquirer.stop()
    executor.work()
    assert asking == []

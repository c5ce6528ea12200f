"""A kind of long work that counts, and can be told to fail."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from journeyorch.access.models import Sandbox
from journeyorch.background import kinds
from journeyorch.background.kinds import Bad, GivenUp, Progress
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import begin

SIZE = 10


class Counting:
    """Makes a sandbox for each number, ten numbers a batch: rows that show what was committed."""

    drops_file = True
    cancellable = True
    permission = "access.view_sandbox"
    title = "Counting"

    def __init__(self) -> None:
        self.fails: list[BaseException] = []

    def work(self, task: BackgroundTask) -> Progress:
        at = task.cursor.get("at", 0)
        until = min(at + SIZE, task.spec["until"])
        for number in range(at, until):
            Sandbox.objects.create(name=f"n{number}", title="n")
        if self.fails:
            raise self.fails.pop(0)
        bad = [Bad(number, "It is odd.") for number in range(at, until) if number % 2]
        over = until == task.spec["until"]
        return Progress({"at": until}, until, bad=bad, over=over, result={"made": until} if over else {})


@pytest.fixture
def counting() -> Iterator[Counting]:
    kind = Counting()
    with mock.patch.dict(kinds._kinds, {"counting": kind}, clear=True):
        yield kind


@pytest.fixture
def count(db, counting):
    def start(until: int, **options) -> BackgroundTask:
        sandbox = Sandbox.objects.get(name="prod")
        values = {"by": None, "title": "Count", "spec": {"until": until}, "total": until, **options}
        return begin("counting", sandbox=sandbox, **values)

    return start


def made() -> int:
    return Sandbox.objects.filter(name__startswith="n").count()


__all__ = ["GivenUp", "made"]

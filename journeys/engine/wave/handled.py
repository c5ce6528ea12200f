"""What a wave is going to write, as values."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from journeys.engine.decide import CallRequest, JumpRequest, StepRecord
from journeys.engine.entrance import Entered
from journeys.engine.wave.load import EntranceKey, Row


class Step(NamedTuple):
    """A step event to be written; ``entrance`` 1: came in, 2: came in again, 0: neither."""

    version_id: int
    instance_id: UUID | None
    lane_id: int
    run: int
    namespace: str
    person_id: str
    entrance: int
    record: StepRecord


class Forgotten(NamedTuple):
    """What is left of a test run in a lane, or a part of it, and is to be deleted."""

    version_id: int
    run: int
    lane_id: int
    instances: list[UUID]
    entrances: list[EntranceKey]
    all: bool  # nobody else of it is in the lane


class Kept(NamedTuple):
    """An input that waits for versions to be compiled again, and what is left of it: its detail."""

    input_id: int
    versions: frozenset[int]
    detail: str


#: A wave of fewer things has taken everything that waited in its lanes, even of one person (load.py).
SURELY_ALL = 20


class Done(NamedTuple):
    """What a look at the lanes came to: how many things were handled, and whether more may be waiting."""

    handled: int
    more: bool


class Handled:
    """What a wave is going to write."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.inputs: list[int] = []  # to be deleted
        self.rows: dict[UUID, Row] = {}  # changed or new
        self.created: set[UUID] = set()
        self.ended: dict[UUID, datetime] = {}
        self.entrances: dict[EntranceKey, Entered] = {}
        self.newcomers: set[EntranceKey] = set()  # of these, those of whom nothing is remembered yet
        self.steps: list[Step] = []
        self.calls: list[tuple[Row, CallRequest]] = []
        self.tested: Counter[tuple[int, int]] = Counter()  # people who entered, by version in test and run
        self.forgotten: list[Forgotten] = []
        self.dropped: set[UUID] = set()  # instances that wait for none of the calls that were open before
        self.resent: set[UUID] = set()  # parked calls to be made after all
        self.jumps: list[tuple[Row, JumpRequest]] = []
        self.is_part = False  # something waits in its lanes that it did not take, or had no time for
        self.kept: list[Kept] = []  # inputs that stay until somebody can say what they lead to
        self.postponed: list[Row] = []  # due, and nobody can say what comes next: to be looked at later

    @property
    def count(self) -> int:
        """How many things were handled."""
        forgotten = sum(len(one.instances) for one in self.forgotten)
        return len(self.inputs) + len(self.rows) + len(self.postponed) + len(self.kept) + forgotten

    @property
    def done(self) -> Done:
        """A jump is a new input of the same lane; nobody is woken up for it.

        Where nothing could be handled, timers wait for events that are not routed: the next wave would be
        the same.
        """
        goes_on = self.is_part and self.count > 0
        return Done(self.count, more=self.count >= SURELY_ALL or bool(self.jumps) or goes_on)

    @property
    def is_empty(self) -> bool:
        return not self.count

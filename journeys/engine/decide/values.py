"""The plain frozen values that ``decide`` takes and gives.

Times are aware UTC datetimes. Nothing here knows a database, a clock or a network.
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Position(enum.IntEnum):
    """Where an instance is between two stimuli (the numbers of ``Instance.Position``)."""

    WAITING = 1
    CALLING = 2
    ENDED = 3
    PARKED = 4  # nobody knows whether the call was made; an operator decides


class Status(enum.IntEnum):
    """How an instance fares (the numbers of ``Instance.Status``)."""

    RUNNING = 0
    FINISHED = 1
    ERROR = 2
    TIMED_OUT = 3
    STOPPED = 4


class StepStatus(enum.IntEnum):
    """How a step ended (the numbers of ``StepEvent.Status``)."""

    TRANSITIONS = 0
    ENDED = 1
    ERROR = 2
    TIMED_OUT = 3
    CAPPED = 4
    INSTANCE_TIMED_OUT = 5
    STOPPED = 6
    DISCARDED = 7
    OPERATED = 8  # somebody did something with the person; ``path`` says what (``Operated``)


class Verb(enum.StrEnum):
    """What an operator may do with a person inside, or a call worker with a call whose outcome is unknown."""

    RETRY = "retry"  # the failed step, or the call waited for, as a new visit
    SKIP = "skip"  # go on along a chosen path
    END = "end"
    PARK = "park"  # not an operator's: nobody knows whether the call was made
    DONE = "done"  # of a parked call: it was made
    AGAIN = "again"  # of a parked call: make it, with the key that it had
    FAIL = "fail"  # of a parked call: take it as failed


class Refusal(enum.StrEnum):
    """Why an operation was not carried out."""

    MOVED_ON = "movedOn"  # the person is not where the operator saw them
    NOT_FAILED = "notFailed"  # neither failed nor waiting for a call
    NOT_PARKED = "notParked"
    ENDED = "ended"
    INSIDE_AGAIN = "insideAgain"  # entered once more since; once at a time
    TIME_OVER = "timeOver"  # the global timeout has passed
    VERSION_OVER = "versionOver"  # nobody is in the version any more
    INTERNAL = "internal"  # a bug; see the log
    CRASHED = "crashed"  # it killed its workers, and was taken out


class Operation(NamedTuple):
    """What is to be done with one person, who was seen at ``activity``."""

    verb: Verb
    activity: str
    path: str = ""  # SKIP: the way to go on along
    by: str = ""  # who wants it, for the story; empty: the engine
    call: UUID | None = None  # PARK: which


class Discard(enum.StrEnum):
    """Why an event did nothing for a journey (users.md, Who enters)."""

    REENTRANCE_NOT_ALLOWED = "reentranceNotAllowed"
    REENTRANCE_WAIT = "reentranceWait"
    ALREADY_INSIDE = "alreadyInside"
    NOT_LISTENING = "notListening"
    WRONG_NAMESPACE = "wrongNamespace"
    NOT_A_TEST_PROFILE = "notATestProfile"
    TEST_LIMIT = "testLimit"
    OUTSIDE_DATES = "outsideDates"
    JOURNEY_CLOSED = "journeyClosed"
    WRONG_SEGMENT_STATUS = "wrongSegmentStatus"
    INTERNAL = "internal"


# What a pause can listen to: a configured event by its id, and tuples that begin with what they are.
Key = Hashable
FEEDBACK = "feedback"


def feedback_key(message: str, reaction: str) -> Key:
    """A reaction ("opened") to what this message activity of the journey sends."""
    return (FEEDBACK, message, reaction)


def segment_key(segment_id: int, status: str) -> Key:
    """That a person comes into a segment ("realized") or leaves it ("exited")."""
    return ("segment", segment_id, status)


class Arrival(NamedTuple):
    """News of one person: a received event with the configurations that it matched, or something of ours.

    What is no received event has no ``received_id``; ``mark`` makes it the same one again.
    """

    received_id: int | None
    keys: tuple[Key, ...]
    received_at: datetime
    payload: Mapping[str, Any]
    mark: str = ""

    @property
    def is_feedback(self) -> bool:
        """What became of a message: kept with the message, so that it may come at any moment."""
        first = self.keys[0] if self.keys else None
        return isinstance(first, tuple) and first[0] == FEEDBACK


class Returned(NamedTuple):
    """The committed result of a call (``journeyorch.outbound.calls.Outcome``, without ``retryable``)."""

    key: UUID
    status: str
    code: str
    data: Any
    message: str
    elapsed_ms: int  # from the first attempt to the end of the last one
    attempts: int = 1  # 0: there was no need to call, the answer was known


class Woke(NamedTuple):
    """The instance's ``wake_at`` has come."""


Stimulus = Arrival | Returned | Woke


class Timer(NamedTuple):
    """One racing timer: when, which of the parallel activities (0 is the top one), and where it leads."""

    due: datetime
    order: int
    activity: str
    path: str
    status: StepStatus


class Pending(NamedTuple):
    """A call under way; ``fetch`` is the index of the step's fetch, or -1 for what the step itself does."""

    key: UUID
    fetch: int


# One fetch of the current step, done or failed: field group, calls that it took, milliseconds.
Measured = tuple[str, int, int]


class State(NamedTuple):
    """Everything about an instance that outlives a wave."""

    instance_id: UUID
    position: Position
    status: Status
    activity: str
    visit: int  # steps entered so far; part of idempotency keys
    sequence: int  # of the next step event
    entered_at: datetime  # when the current step was entered
    ends_at: datetime  # global timeout
    race: tuple[str, ...] = ()  # activities that wait in parallel, top first
    timers: tuple[Timer, ...] = ()
    pending: tuple[Pending, ...] = ()
    fetched: tuple[int, ...] = ()  # fetches of the current step that are done
    asked: Mapping[str, str] = {}  # its data with parameters: ``asked_key`` to ``data_key``
    call_by: datetime | None = None  # when calls that nobody answered are given up
    held: tuple[Arrival, ...] = ()  # events that came while calling
    events: Mapping[str, Any] = {}  # payloads and action responses by reference name
    data: Mapping[str, Any] = {}  # fetched data by ``data_key``
    properties: Mapping[str, Any] = {}  # journey properties that change on the way
    messages: Mapping[str, str] = {}  # how the sending of each message ended: sent, failed
    measured: tuple[Measured, ...] = ()  # fetches of the current step, for its step event

    @property
    def wake_at(self) -> datetime | None:
        """Least of step timer, global timeout and call deadline; None when ended."""
        if self.position is Position.ENDED:
            return None
        moments = [self.ends_at, *[timer.due for timer in self.timers]]
        if self.call_by is not None:
            moments.append(self.call_by)
        return min(moments)


class StepRecord(NamedTuple):
    """A processed step, to be written as a step event and counted."""

    sequence: int
    activity: str
    status: StepStatus
    path: str
    entered_at: datetime
    at: datetime
    received_id: int | None = None
    detail: Mapping[str, Any] | None = None


class CallRequest(NamedTuple):
    """A call to be made (engine.md, Calls); ``key`` is its idempotency key."""

    key: UUID
    activity: str
    kind: str
    endpoint: str
    spec: Mapping[str, Any]


class JumpRequest(NamedTuple):
    """An internal event for another journey of the same person; ``key`` makes it the same one again."""

    key: UUID
    journey_id: int
    event_id: int
    payload: Mapping[str, Any]


class Decision(NamedTuple):
    """What a stimulus changed: the new state, and what is to be written and done."""

    state: State
    steps: tuple[StepRecord, ...] = ()
    calls: tuple[CallRequest, ...] = ()
    discards: tuple[tuple[Arrival, Discard], ...] = ()
    updates: tuple[Mapping[tuple[str, ...], Any], ...] = ()  # fields to be set in the profile, in order
    jumps: tuple[JumpRequest, ...] = ()

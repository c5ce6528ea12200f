"""What a call is to the rooms that know how to make it (engine.md, Calls).

The engine stores calls and decides when they are made; it does not know what a fetch, a custom action or a
message is. Each kind is a ``Handler``, registered by the app that owns it with ``register``.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class CallSpec(NamedTuple):
    """One outward call, as the journey's step wrote it down."""

    key: uuid.UUID  # idempotency key, the same for every retry
    sandbox_id: int
    kind: str  # "fetch", "custom_action", "message"
    spec: Mapping[str, Any]  # plain JSON, its form is the handler's
    namespace: str  # whom the step is about; "" if nobody
    person_id: str
    in_test: bool


class Prepared(NamedTuple):
    """The exact request, rendered once and without credentials; retries send it again byte for byte."""

    request: dict[str, Any]


class Outcome(NamedTuple):
    """How a call, or one attempt at it, ended."""

    status: str  # "ok", "http", "timedOut", "capped", "error" (journey-format.md, Errors on the way)
    code: str = ""  # HTTP status as text, or a short reason
    data: Any = None  # what the journey may refer to later, plain JSON
    message: str = ""  # one sentence for people; never a secret
    retryable: bool = False
    elapsed_ms: int = 0
    retry_after: float = 0.0  # seconds that the other side asked to be left alone for


class Later(NamedTuple):
    """A call that must wait, and why; nothing of it counts as an attempt."""

    until: datetime
    message: str  # one sentence for people


class Made(NamedTuple):
    """A call that is over, with its last outcome."""

    spec: CallSpec
    prepared: Prepared | None
    outcome: Outcome


class Handler(Protocol):
    """How calls of one kind are made."""

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        """Render each call's request, in order; an ``Outcome`` ends a call that cannot be made.

        May read the database (in bulk), never the network.
        """

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        """Make one attempt within ``timeout`` seconds, in a thread; never raises for what others do."""

    def parks(self, calls: Sequence[CallSpec]) -> list[bool]:
        """Of calls whose worker died after it began: which must not be made again before somebody says so.

        May read the database (in bulk).
        """

    def record(self, made: Sequence[Made], now: datetime) -> None:
        """Write what the app keeps about finished calls; runs inside the transaction of the results."""


#: None: the call may be made.
Verdict = Outcome | Later | None


class Gate(Protocol):
    """Who has the last word before a call of some kind is made, and made again."""

    def admit(self, calls: Sequence[tuple[CallSpec, Prepared]]) -> list[Verdict]:
        """What is to become of each, in order: asked right before every attempt.

        May read and write the database (in bulk), never the network.
        """

    def forget(self, calls: Collection[tuple[CallSpec, Prepared | None]]) -> None:
        """These calls, which may have waited, are not made at all: nobody waits for them any more.

        Without their requests those that have none, and those whose request may have gone out.
        """


_handlers: dict[str, tuple[Handler, Gate | None]] = {}


def register(kind: str, handler: Handler, gate: Gate | None = None) -> None:
    """Make ``handler`` responsible for calls of ``kind``; from the app's ``ready()``."""
    _handlers[kind] = handler, gate


def handler_of(kind: str) -> Handler:
    """The handler of a kind; ``KeyError`` if no app registered one."""
    return _handlers[kind][0]


def gate_of(kind: str) -> Gate | None:
    """Who is asked before each attempt at a call of this kind; None: nobody."""
    return _handlers[kind][1]

"""Before every outgoing request: slots and connections of the caps that hold for it.

Who makes requests for a sandbox says so with ``on_behalf_of``. All requests of the block are asked about,
also those that an authentication makes for its token. Without it, as for requests of no sandbox, there are no
caps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from journeyorch.outbound import capping
from journeyorch.outbound.protection.permits import release, take_permit
from journeyorch.outbound.protection.rules import Cap, rules
from journeyorch.phrases import sentence

OVER_THE_CAP, NO_CONNECTION = "capped", "noConnection"

_USED_UP = sentence("The endpoint allows {calls} calls in {seconds} s; they are used up.")


class Capped(Exception):
    """A request that must not be made; ``code`` says why, the text is one sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Caller(NamedTuple):
    """For whom requests are made. ``paid``: the method and URL of the one that has its slots already."""

    sandbox_id: int
    service: str  # "action" or "dataSource"
    paid: tuple[str, str] | None = None


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


@contextmanager
def on_behalf_of(caller: Caller) -> Iterator[None]:
    """Requests of this block are the caller's."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


@contextmanager
def single_request(caller: Caller) -> Iterator[None]:
    """``on_behalf_of`` for what no batch of calls belongs to: looks first which caps hold by now."""
    rules.current([caller.sandbox_id])
    with on_behalf_of(caller):
        yield


@contextmanager
def passage(method: str, url: str, *, seconds: float) -> Iterator[bool]:
    """Around one exchange of at most ``seconds``: whether its connection may be kept. Raises ``Capped``.

    The connections of an endpoint with a limit are closed: an idle one would count, and be of no use to the
    other workers.
    """
    caller = _caller.get()
    caps = _caps(caller, method, url) if caller else ()
    if not caps:
        yield True
        return
    with ExitStack() as held:
        limited = [cap for cap in caps if cap.connections is not None]
        for cap in limited:
            _connect(cap, held, seconds=seconds)
        if not _use_paid(caller, method, url):
            take_slots(caps)
        yield not limited


def _caps(caller: Caller, method: str, url: str) -> Sequence[Cap]:
    known = rules.latest(caller.sandbox_id)
    return known.caps_of(caller.service, method, url) if known and known.caps else ()


def _use_paid(caller: Caller | None, method: str, url: str) -> bool:
    """Whether this request has its slots already; a second one, as after a 401, has not.

    What an authentication adds to the query makes it no other request.
    """
    if caller is None or caller.paid is None:
        return False
    paid_method, paid_url = caller.paid
    if method != paid_method or url.partition("?")[0] != paid_url.partition("?")[0]:
        return False
    _caller.set(caller._replace(paid=None))
    return True


def _connect(cap: Cap, held: ExitStack, *, seconds: float) -> None:
    assert cap.connections is not None
    permit = take_permit(cap.key, cap.connections, seconds=seconds)
    if permit is None:
        raise Capped(
            NO_CONNECTION, f"The endpoint allows {cap.connections} connections at once; all are in use."
        )
    held.callback(release, permit)


def take_slots(caps: Sequence[Cap]) -> None:
    """Take one slot of each cap. Raises ``Capped``; slots of the others are spent then."""
    for cap in caps:
        if cap.limit is not None and not capping.take(cap.key, cap.limit):
            seconds = f"{cap.limit.period_ms / 1000:g}"
            message = _USED_UP(calls=cap.limit.calls, seconds=seconds)
            raise Capped(OVER_THE_CAP, message)

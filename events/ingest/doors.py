"""Which inlet a request comes in by, and whether it may (ingestion.md, Keys).

What an inlet allows is kept in memory together with the sandbox's generation. Nothing here asks whether the
copy is still current: storing the events does, in its own statement (``store``), so that a request that gets
in costs no query for its inlet, and a revoked key is never honoured.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from events.ingest.credentials import Key, Keys, Shown, digest
from events.ingest.credentials import refusal as credentials_refusal
from events.ingest.refusals import Refused, being_reset
from events.inlets import signing_key
from events.mapping.rules import compiled
from events.models import Inlet, InletToken
from journeyorch.outbound.secrets import SecretUnusable

logger = logging.getLogger(__name__)

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Door(NamedTuple):
    """An inlet as a request meets it."""

    inlet_id: int
    key: str
    sandbox_id: int
    generation: int
    open_to_all: bool
    rate_limit: int | None  # messages a second
    keys: Keys
    origins: frozenset[str]  # of web pages that may send
    maps_id: bool = False  # whether its mapping says what a message's ``_id`` is
    organization: str = ""  # what its clients call the company that they send for


_doors: dict[str, Door] = {}
# Write keys that have opened an inlet, and which.
_by_key: dict[str, str] = {}
_MOST_KEYS = 10_000


def admit(key: str, *, shown: Shown, now: datetime) -> Door:
    """The door that the request may use; ``Refused`` with 404, 401 or 403.

    A refusal is never given on the word of a stale copy: somebody just handed a new key must get in.
    """
    door = _doors.get(key)
    if door and _refusal(door, shown, now) is None:
        return door
    door = _doors[key] = look_up(key)
    if refusal := _refusal(door, shown, now):
        raise refusal
    return door


def inlet_of_key(key: str) -> str:
    """The id of the inlet that a write key opens: a bearer key of an inlet, or the id of an inlet itself.

    ``Refused`` with 401 if there is none. Whether the key still holds is for ``admit`` to say.
    """
    found = _by_key.get(key)
    if found is None:
        found = _look_up_key(key)
        if found is None:
            raise Refused(401, "Unauthorized", "The write key is not known.")
        if len(_by_key) >= _MOST_KEYS:
            _by_key.clear()
        _by_key[key] = found
    return found


def _look_up_key(key: str) -> str | None:
    if not _KEY.fullmatch(key):
        return None
    by_id = Inlet.objects.filter(key=key).values_list("key", flat=True)
    by_token = InletToken.objects.filter(kind=InletToken.Kind.BEARER, digest=digest(key))
    return by_id.first() or by_token.values_list("inlet__key", flat=True).first()


def origins_of(key: str, origin: str) -> frozenset[str]:
    """The origins that may send to an inlet, read anew if this one is not known to be among them."""
    door = _doors.get(key)
    if door is None or origin not in door.origins:
        try:
            door = _doors[key] = look_up(key)
        except Refused:
            return frozenset()
    return door.origins


def all_origins() -> frozenset[str]:
    """The origins of every inlet: a browser that asks before it sends may not say yet which one it means."""
    named = Inlet.objects.filter(enabled=True).values_list("allowed_origins", flat=True)
    return frozenset(origin for origins in named for origin in origins)


def require(key: str) -> None:
    """``Refused`` with 404 unless there is such an inlet."""
    if key not in _doors:
        _doors[key] = look_up(key)


def forget(key: str) -> None:
    """Look the inlet up again next time; its sandbox's configuration has moved on."""
    _doors.pop(key, None)


def forget_all() -> None:
    """For tests, where generations repeat."""
    _doors.clear()
    _by_key.clear()


def look_up(key: str) -> Door:
    """Read an inlet from the database.

    ``Refused`` with 404 if there is none or it is disabled, with 503 while its sandbox is being reset.
    """
    inlet = None
    # Nothing else is worth a query, and some characters cannot even be asked for.
    if _KEY.fullmatch(key):
        inlet = Inlet.objects.select_related("sandbox").filter(key=key, enabled=True).first()
    if inlet is None:
        forget(key)
        raise Refused(404, "Not Found", "There is no such inlet.")
    if inlet.sandbox.reset_since:
        forget(key)
        raise being_reset()
    return Door(
        inlet_id=inlet.pk,
        key=inlet.key,
        sandbox_id=inlet.sandbox_id,
        generation=inlet.sandbox.generation,
        open_to_all=inlet.mode == Inlet.Mode.UNAUTHENTICATED,
        rate_limit=inlet.rate_limit,
        # The generation was read before the keys: if they changed in between, storing finds it outdated.
        keys=_keys(inlet.tokens.all()),
        origins=frozenset(inlet.allowed_origins),
        maps_id=compiled(inlet.mapping).gives_id,
        organization=inlet.organization,
    )


def _keys(tokens: Iterable[InletToken]) -> Keys:
    bearer: dict[str, Key] = {}
    clients: dict[str, Key] = {}
    signing: list[Key] = []
    for token in tokens:
        match token.kind:
            case InletToken.Kind.BEARER:
                bearer[token.digest] = Key(b"", token.expires_at)
            case InletToken.Kind.CLIENT:
                clients[token.client_id] = Key(b"", token.expires_at)
            case InletToken.Kind.SIGNING:
                signing.extend(_signing(token))
    return Keys(bearer, clients, signing)


def _signing(token: InletToken) -> Iterable[Key]:
    try:
        yield Key(signing_key(token), token.expires_at)
    except SecretUnusable:
        # The other keys of the inlet must go on.
        logger.exception("The signing secret %s… of inlet %s cannot be used", token.hint, token.inlet_id)


def _refusal(door: Door, shown: Shown, now: datetime) -> Refused | None:
    if shown.origin and door.origins and shown.origin not in door.origins:
        return Refused(403, "Authorization", "Pages of this origin may not send here")
    return None if door.open_to_all else credentials_refusal(shown, door.keys, inlet=door.key, now=now)

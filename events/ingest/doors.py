"""Which inlet a request comes in by, and whether it may (events.md, Ingestion).

What an inlet allows is kept in memory together with the sandbox's generation. Nothing here asks whether the
copy is still current: storing the events does, in its own statement (``store``), so that a request that gets
in costs no query for its inlet, and a revoked key is never honoured.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from events.ingest.refusals import Refused
from events.models import Inlet

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Door(NamedTuple):
    """An inlet as a request meets it."""

    inlet_id: int
    key: str
    sandbox_id: int
    generation: int
    open_to_all: bool
    rate_limit: int | None  # messages a second
    keys: Mapping[str, datetime | None]  # SHA-256 of each bearer key → when it expires


_doors: dict[str, Door] = {}


def admit(key: str, *, authorization: str, now: datetime) -> Door:
    """The door that the request may use; ``Refused`` with 404, 401 or 403.

    A refusal is never given on the word of a stale copy: somebody just handed a new key must get in.
    """
    door = _doors.get(key)
    if door and _refusal(door, authorization, now) is None:
        return door
    door = _doors[key] = look_up(key)
    if refusal := _refusal(door, authorization, now):
        raise refusal
    return door


def forget(key: str) -> None:
    """Look the inlet up again next time; its sandbox's configuration has moved on."""
    _doors.pop(key, None)


def forget_all() -> None:
    """For tests, where generations repeat."""
    _doors.clear()


def look_up(key: str) -> Door:
    """Read an inlet from the database; ``Refused`` with 404 if there is none or it is disabled."""
    inlet = None
    # Nothing else is worth a query, and some characters cannot even be asked for.
    if _KEY.fullmatch(key):
        inlet = Inlet.objects.select_related("sandbox").filter(key=key, enabled=True).first()
    if inlet is None:
        forget(key)
        raise Refused(404, "Not Found", "There is no such inlet.")
    # The generation was read before the keys: if they changed in between, storing will find it outdated.
    keys = dict(inlet.tokens.values_list("digest", "expires_at"))
    return Door(
        inlet_id=inlet.pk,
        key=inlet.key,
        sandbox_id=inlet.sandbox_id,
        generation=inlet.sandbox.generation,
        open_to_all=inlet.mode == Inlet.Mode.UNAUTHENTICATED,
        rate_limit=inlet.rate_limit,
        keys=keys,
    )


def digest(plain: str) -> str:
    """The form in which a bearer key is stored. Plain SHA-256: the keys are random, not chosen by people."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def _refusal(door: Door, authorization: str, now: datetime) -> Refused | None:
    if door.open_to_all:
        return None
    scheme, _, plain = authorization.partition(" ")
    if scheme.lower() != "bearer" or not plain.strip():
        return Refused(
            401, "Authorization", "Ims service token is empty", headers={"WWW-Authenticate": "Bearer"}
        )
    try:
        expires_at = door.keys[digest(plain.strip())]
    except KeyError:
        return Refused(403, "Authorization", "Ims service token is not valid")
    if expires_at is not None and expires_at <= now:
        return Refused(403, "Authorization", "Ims service token has expired")
    return None

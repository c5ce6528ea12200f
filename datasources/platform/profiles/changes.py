"""What a wave wants to write about people, and the writing: in bulk, all or nothing (engine.md, Waves)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from datasources.platform.profiles.attributes import Attributes
from datasources.platform.profiles.people import (
    ATTRIBUTES,
    DATA,
    EVENTS,
    ID,
    IDENTITIES,
    MERGED_INTO,
    NAMESPACE,
    PROFILE,
    PROFILES,
    SANDBOX,
    SEEN_AT,
    TEST_PROFILE,
    TIMES,
    TIMESTAMP,
    TYPE,
    VALUE,
    VERSION,
)
from journeyorch import bulk
from journeyorch.bulk import Column

SOURCE, CREATED_AT = Column("source", "text"), Column("created_at", "timestamptz")
UPDATED_AT = Column("updated_at", "timestamptz")

# The escape of NUL in JSON text, unless its backslash is itself escaped.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class Stale(Exception):
    """Somebody else changed one of these people since they were loaded: roll back, load and decide again."""


class Content(NamedTuple):
    """A profile's new attributes and the flag that follows from them."""

    profile_id: int
    attributes: Attributes
    test_profile: bool

    @property
    def columns(self) -> tuple[Any, ...]:
        values, times = self.attributes
        return self.profile_id, json_text(values), json_text(times), self.test_profile


class NewIdentity(NamedTuple):
    namespace: str
    value: str
    profile_id: int
    seen_at: datetime


class NewEvent(NamedTuple):
    """An experience event; ``source`` makes it the same one again, ``data`` is JSON text."""

    source: str
    profile_id: int
    type: str
    at: datetime
    data: str


@dataclass(frozen=True)
class Changes:
    """Plain rows. ``versions``: which profiles must still be as they were loaded, with the version."""

    sandbox_id: int
    at: datetime
    versions: Mapping[int, int] = field(default_factory=dict)
    created: Sequence[Content] = ()
    updated: Sequence[Content] = ()
    merged: Mapping[int, int] = field(default_factory=dict)  # loser → winner
    identities: Sequence[NewIdentity] = ()
    # Identities whose profile no longer exists, by row id: the profile to belong to.
    adopted: Mapping[int, int] = field(default_factory=dict)
    seen: Mapping[int, datetime] = field(default_factory=dict)  # by row id of the identity
    events: Sequence[NewEvent] = ()


def json_text(value: Any) -> str:
    """JSON as it is stored. NUL becomes U+FFFD, because PostgreSQL's jsonb cannot hold it.

    ``ValueError`` for what is no JSON, or nested deeper than 254.
    """
    try:
        text = orjson.dumps(value).decode()
    except TypeError as error:
        raise ValueError(f"It cannot be stored as JSON: {error}.") from error
    return _NUL.sub("\\1\ufffd", text) if "\\u0000" in text else text


def write(changes: Changes) -> None:
    """Write everything, inside the caller's transaction; raises ``Stale`` if that must be rolled back.

    The order of tables and of rows is always the same, so that two waves never wait for each other in a ring.
    """
    _hold(changes)
    _write_profiles(changes)
    _write_identities(changes)
    _write_events(changes)


def _hold(changes: Changes) -> None:
    """Lock the profiles that must be unchanged, in the order of their ids."""
    wanted = sorted(changes.versions.items())
    held = bulk.lookup(PROFILES, [ID, VERSION], wanted, [ID], lock=True)
    _all(len(held), wanted)


def _write_profiles(changes: Changes) -> None:
    at, sandbox = changes.at, changes.sandbox_id
    stored = [ATTRIBUTES, TIMES, TEST_PROFILE]
    new = [(*row.columns, sandbox, 1, at, at) for row in changes.created]
    columns = [ID, *stored, SANDBOX, VERSION, CREATED_AT, UPDATED_AT]
    _all(bulk.insert(PROFILES, columns, new, on_conflict="DO NOTHING"), new)
    after = {id: version + 1 for id, version in changes.versions.items()}
    rows = [(*row.columns, at, after.pop(row.profile_id)) for row in changes.updated]
    bulk.update(PROFILES, [ID], [*stored, UPDATED_AT, VERSION], rows)
    bulk.update(PROFILES, [ID], [VERSION], list(after.items()))
    merged = list(changes.merged.items())
    # Who was merged into a loser before follows it, so that a root is never two steps away.
    bulk.update(PROFILES, [MERGED_INTO], [MERGED_INTO], merged)
    bulk.update(PROFILES, [ID], [MERGED_INTO], merged)


def _write_identities(changes: Changes) -> None:
    columns = [NAMESPACE, VALUE, PROFILE, SEEN_AT, SANDBOX]
    new = sorted((*row, changes.sandbox_id) for row in changes.identities)
    _all(bulk.insert(IDENTITIES, columns, new, on_conflict="DO NOTHING"), new)
    adopted = sorted(changes.adopted.items())
    nobody = f'NOT EXISTS (SELECT 1 FROM "{PROFILES}" AS p WHERE p.id = t.profile_id)'  # noqa: S608 - a constant
    _all(bulk.update(IDENTITIES, [ID], [PROFILE], adopted, where=nobody, in_order=True), adopted)
    seen = sorted(changes.seen.items())
    bulk.update(IDENTITIES, [ID], [SEEN_AT], seen, where="t.seen_at < v.seen_at", in_order=True)


def _write_events(changes: Changes) -> None:
    columns = [SOURCE, PROFILE, TYPE, TIMESTAMP, DATA, SANDBOX]
    new = sorted((*row, changes.sandbox_id) for row in changes.events)
    _all(bulk.insert(EVENTS, columns, new, on_conflict="DO NOTHING"), new)


def _all(written: int, rows: Sequence[Any]) -> None:
    if written != len(rows):
        raise Stale

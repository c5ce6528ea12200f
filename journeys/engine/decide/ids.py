"""Ids that follow from what they name, so that the same thing can never be made twice."""

from __future__ import annotations

import hashlib
from uuid import UUID

from journeys.engine.decide.values import Arrival


def instance_id_of(arrival: Arrival, *, journey_id: int, person: tuple[str, str], run: int) -> UUID:
    """The instance that this event starts for this person in this journey, or in this test run of it.

    The same event handled twice would break the primary key instead of letting somebody in twice.
    """
    event = arrival.mark or arrival.received_id
    name = f"{journey_id}\0{run}\0{event}\0{person[0]}\0{person[1]}"
    return _id_of(name, milliseconds=int(arrival.received_at.timestamp() * 1000))


def call_key(instance_id: UUID, activity: str, visit: int, purpose: str) -> UUID:
    """The idempotency key of a call: the same for every retry of the same step of the same visit.

    It begins with the instance's moment, the only one that deciding the step again finds unchanged.
    """
    return _id_of(f"{instance_id.hex}:{activity}:{visit}:{purpose}", milliseconds=instance_id.int >> 80)


def _id_of(name: str, *, milliseconds: int) -> UUID:
    """What has this name and belongs to this moment, in milliseconds since 1970.

    The moment comes first, so that new rows stand together in the index (in the manner of a UUID of version
    7): among millions, each row at a place of its own costs a read, and a whole page in the write-ahead log.
    """
    digest = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=10).digest(), "big")
    # RFC 9562, section 5.7; Python's own uuid7 comes with 3.14.
    value = (milliseconds << 80) | (digest & ~(0xF << 76) & ~(0x3 << 62)) | (0x7 << 76) | (0x2 << 62)
    return UUID(int=value)

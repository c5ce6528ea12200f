"""What is kept of messages: one delivery per call with its history, and an experience event for the person
who got one.

The events are what journeys ask for with "contacted in the last 24 hours?". Their form is XDM's:
``eventType`` is ``directMarketing.emailSent`` for email and ``message.feedback`` with ``feedbackStatus``
``sent`` otherwise; ``directMarketing.sends.value`` is 1 in all of them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import transaction

from actions.contact.leaving import Told, leave_alone
from actions.contact.suppression import Addressee
from actions.kinds import ADDRESS_LENGTH
from actions.messages.feedback import Line, catch_up, load_feedback, write_history
from actions.messages.people import NOBODY, PersonKey, Recipient, load_recipients, person_key
from actions.messages.traits import Traits, domain_of
from actions.models import Delivery, MessageTemplate
from datasources.models import ExperienceEvent, Profile
from datasources.platform.profiles.feed import Touch
from datasources.platform.segments.store import look_again
from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import CallSpec, Made, Prepared

#: Codes of outcomes by which somebody must not or need not be written to.
HELD_BACK = frozenset({"noConsent", "suppressed", "quietHours", "frequencyCap", "notAllowedInTest"})
_BOUNCES = {"hardBounce": Delivery.Status.BOUNCED, "softBounce": Delivery.Status.SOFT_BOUNCED}
_CHANNELS = "https://ns.adobe.com/xdm/channels/"


class _Row(NamedTuple):
    sandbox_id: int
    message_id: uuid.UUID
    kind: str
    template_id: int
    channel_id: int | None
    profile_id: int | None
    address: str
    status: str
    code: str
    detail: str
    created_at: datetime
    updated_at: datetime
    variant: str

    @property
    def line(self) -> Line:
        """Of the message's history."""
        traits = Traits(domain_of(self.kind, self.address), self.variant)
        return Line(self.message_id, self.status, self.updated_at, self.detail, traits)


_DELIVERY_COLUMNS = [
    Column("sandbox_id", "bigint"),
    Column("message_id", "uuid"),
    Column("kind", "text"),
    Column("template_id", "bigint"),
    Column("channel_id", "bigint"),
    Column("profile_id", "bigint"),
    Column("address", "text"),
    Column("status", "text"),
    Column("code", "text"),
    Column("detail", "text"),
    Column("created_at", "timestamptz"),
    Column("updated_at", "timestamptz"),
    Column("variant", "text"),
]
# A delivery that waited is there already; what was heard of it since has raised its status.
_NEW_OR_QUEUED = (
    "(message_id) DO UPDATE SET channel_id = excluded.channel_id, profile_id = excluded.profile_id,"
    " address = excluded.address, status = excluded.status, code = excluded.code,"
    " detail = excluded.detail, updated_at = excluded.updated_at, variant = excluded.variant"
    " WHERE t.status = 'queued'"
)
_EVENT_COLUMNS = [
    Column("sandbox_id", "bigint"),
    Column("profile_id", "bigint"),
    Column("source", "text"),
    Column("event_type", "text"),
    Column("timestamp", "timestamptz"),
    Column("data", "jsonb"),
]


def record(made: Sequence[Made], now: datetime) -> None:
    """Write down finished calls; again with the same calls it changes nothing.

    A call whose template is gone leaves no delivery: nobody could tell of what kind it was.
    """
    kinds = _kinds_of_templates(made)
    profiles = _present_profiles(made)
    # In the order of the keys, so that two who write the same ones do not wait for each other.
    rows = [
        _row(each, kinds[each.spec.spec["template"]], profiles[each.spec.key], now=now)
        for each in sorted(made, key=lambda each: each.spec.key)
        if each.spec.spec["template"] in kinds
    ]
    events = [_event(row) for row in rows if row.status == Delivery.Status.SENT and row.profile_id]
    bulk.insert(Delivery._meta.db_table, _DELIVERY_COLUMNS, rows, on_conflict=_NEW_OR_QUEUED)
    write_history((row.line for row in rows), now)
    bulk.insert(ExperienceEvent._meta.db_table, _EVENT_COLUMNS, events, on_conflict="DO NOTHING")
    _look_again_at_segments(rows, now)
    known = load_feedback(row.message_id for row in rows)
    catch_up({row.message_id: row.status for row in rows}, known, now)
    leave_alone([_told(row, kind) for row in rows for kind, _ in known.get(row.message_id, ())], now)


def _told(row: _Row, kind: str) -> Told:
    to = Addressee(row.sandbox_id, row.kind, row.address)
    return Told(to, row.profile_id, row.message_id, kind)


def record_waiting(waiting: Sequence[tuple[CallSpec, Prepared, str]], now: datetime) -> None:
    """Write down messages that must wait, each with the reason; again it changes nothing."""
    rows = [_waiting_row(*each, now=now) for each in sorted(waiting, key=lambda each: each[0].key)]
    bulk.insert(Delivery._meta.db_table, _DELIVERY_COLUMNS, rows, on_conflict="DO NOTHING")
    write_history((row.line for row in rows), now)


def record_dropped(message_ids: Collection[uuid.UUID], now: datetime) -> None:
    """Messages that waited, and whose journey has ended meanwhile."""
    waited = Delivery.objects.filter(message_id__in=message_ids, status=Delivery.Status.QUEUED)
    detail = "The person's journey ended while it waited."
    with transaction.atomic():
        ids = list(waited.select_for_update().values_list("message_id", flat=True))
        changes = {"status": Delivery.Status.HELD, "code": "journeyEnded", "detail": detail}
        waited.filter(message_id__in=ids).update(**changes, updated_at=now)
        write_history((Line(id, Delivery.Status.HELD, now, detail) for id in ids), now)


def _waiting_row(call: CallSpec, prepared: Prepared, why: str, *, now: datetime) -> _Row:
    request = prepared.request
    return _Row(
        sandbox_id=call.sandbox_id,
        message_id=call.key,
        kind=request["message"]["kind"],
        template_id=request["template"],
        channel_id=request["channel"],
        profile_id=request["profile"],
        address=_storable(request["message"]["to"]),
        status=Delivery.Status.QUEUED,
        code="quietHours",
        detail=why,
        created_at=now,
        updated_at=now,
        variant=request.get("variant", ""),
    )


def _look_again_at_segments(rows: Sequence[_Row], now: datetime) -> None:
    """Of those who have a new event in their history."""
    people: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.status == Delivery.Status.SENT and row.profile_id:
            people[row.sandbox_id].add(row.profile_id)
    for sandbox_id, profiles in sorted(people.items()):
        look_again(sandbox_id, profiles, now, touched=Touch.EVENTS)


def _kinds_of_templates(made: Sequence[Made]) -> dict[int, str]:
    wanted = {each.spec.spec["template"] for each in made}
    return dict(MessageTemplate.objects.filter(pk__in=wanted).values_list("pk", "kind"))


def _present_profiles(made: Sequence[Made]) -> dict[uuid.UUID, int | None]:
    """The profile of each call by its key, None for nobody.

    A profile may have been merged since the message was rendered, or erased: neither must get a row back.
    """
    people = load_recipients(each.spec for each in made if each.prepared is None)
    named = {each.spec.key: _profile_of(each, people) for each in made}
    wanted = {profile_id for profile_id in named.values() if profile_id}
    rows = Profile.objects.filter(pk__in=wanted).values_list("pk", "merged_into_id")
    present = {profile_id: merged_into or profile_id for profile_id, merged_into in rows}
    return {key: present.get(profile_id) if profile_id else None for key, profile_id in named.items()}


def _profile_of(made: Made, people: Mapping[PersonKey, Recipient]) -> int | None:
    if made.prepared:
        profile_id: int | None = made.prepared.request["profile"]
        return profile_id
    return people.get(person_key(made.spec), NOBODY).profile_id


def _row(made: Made, kind: str, profile_id: int | None, *, now: datetime) -> _Row:
    address = made.prepared.request["message"]["to"] if made.prepared else made.spec.spec.get("address")
    return _Row(
        sandbox_id=made.spec.sandbox_id,
        message_id=made.spec.key,
        kind=kind,
        template_id=made.spec.spec["template"],
        channel_id=made.prepared.request.get("channel") if made.prepared else None,
        profile_id=profile_id,
        address=_storable(str(address or "")),
        status=status_of(made),
        code="" if made.outcome.status == "ok" else made.outcome.code or made.outcome.status,
        detail=made.outcome.message,
        created_at=now,
        updated_at=now,
        variant=made.prepared.request.get("variant", "") if made.prepared else "",
    )


def _storable(address: str) -> str:
    """An address that may never have been checked, as every database takes it."""
    return address.replace("\x00", "").encode("utf-8", "replace").decode()[:ADDRESS_LENGTH]


def status_of(made: Made) -> str:
    """Sent, held back, bounced or failed."""
    if made.outcome.status == "ok":
        return Delivery.Status.SENT
    if made.outcome.code in HELD_BACK:
        return Delivery.Status.HELD
    return _BOUNCES.get(made.outcome.code, Delivery.Status.FAILED)


def _event(row: _Row) -> tuple[Any, ...]:
    data = sent_event(row.kind, str(row.message_id), row.created_at)
    source, text = f"delivery:{row.message_id}", orjson.dumps(data).decode()
    return row.sandbox_id, row.profile_id, source, data["eventType"], row.created_at, text


def sent_event(kind: str, message_id: str, at: datetime) -> Mapping[str, Any]:
    """The experience event of a message that was sent, in XDM. Pure."""
    journey_management: dict[str, Any] = {"messageProfile": {"channel": {"_id": _CHANNELS + kind}}}
    if kind != "email":
        journey_management["messageDeliveryfeedback"] = {"feedbackStatus": "sent"}
    return {
        "_id": message_id,
        "eventType": "directMarketing.emailSent" if kind == "email" else "message.feedback",
        "timestamp": at.isoformat(),
        "directMarketing": {"sends": {"value": 1}, "messageID": message_id},
        "_experience": {"customerJourneyManagement": journey_management},
    }

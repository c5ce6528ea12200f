"""What is kept of messages: one delivery per call, and an experience event for the person who got one.

The events are what journeys ask for with "contacted in the last 24 hours?". Their form is XDM's:
``eventType`` is ``directMarketing.emailSent`` for email and ``message.feedback`` with ``feedbackStatus``
``sent`` otherwise; ``directMarketing.sends.value`` is 1 in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from actions.messages.people import NOBODY, load_recipients, person_key
from actions.models import Delivery, MessageTemplate
from datasources.models import ExperienceEvent, Profile
from journeyorch.outbound.calls import Made

_BOUNCES = frozenset({"hardBounce", "softBounce"})
_CHANNELS = "https://ns.adobe.com/xdm/channels/"
_ADDRESS_LENGTH = 512


def record(made: Sequence[Made], now: datetime) -> None:
    """Write down finished calls; again with the same calls it changes nothing.

    A call whose template is gone leaves no delivery: nobody could tell of what kind it was.
    """
    kinds = _kinds_of_templates(made)
    profiles = _present_profiles(made)
    rows = [
        _delivery(each, kinds[each.spec.spec["template"]], profiles[each.spec.key], now=now)
        for each in sorted(made, key=lambda each: each.spec.key)
        if each.spec.spec["template"] in kinds
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    events = [_event(row) for row in rows if row.status == Delivery.Status.SENT and row.profile_id]
    ExperienceEvent.objects.bulk_create(events, ignore_conflicts=True)


def _kinds_of_templates(made: Sequence[Made]) -> dict[int, str]:
    wanted = {each.spec.spec["template"] for each in made}
    return dict(MessageTemplate.objects.filter(pk__in=wanted).values_list("pk", "kind"))


def _present_profiles(made: Sequence[Made]) -> dict[Any, int | None]:
    """The profile of each call by its key, None for nobody.

    A profile may have been merged since the message was rendered, or erased: neither must get a row back.
    """
    people = load_recipients(each.spec for each in made if each.prepared is None)
    named = {
        each.spec.key: each.prepared.request["profile"]
        if each.prepared
        else people.get(person_key(each.spec), NOBODY).profile_id
        for each in made
    }
    wanted = {profile_id for profile_id in named.values() if profile_id}
    present = {
        profile_id: merged_into or profile_id
        for profile_id, merged_into in Profile.objects.filter(pk__in=wanted).values_list(
            "pk", "merged_into_id"
        )
    }
    return {key: present.get(profile_id) for key, profile_id in named.items()}


def _delivery(made: Made, kind: str, profile_id: int | None, *, now: datetime) -> Delivery:
    address = made.prepared.request["message"]["to"] if made.prepared else made.spec.spec.get("address")
    return Delivery(
        sandbox_id=made.spec.sandbox_id,
        message_id=made.spec.key,
        kind=kind,
        template_id=made.spec.spec["template"],
        profile_id=profile_id,
        address=str(address or "").replace("\x00", "")[:_ADDRESS_LENGTH],
        status=status_of(made),
        detail=made.outcome.message,
        created_at=now,
        updated_at=now,
    )


def status_of(made: Made) -> str:
    """Sent, bounced or failed; also those held back are failed, with the reason in the detail."""
    if made.outcome.status == "ok":
        return Delivery.Status.SENT
    return Delivery.Status.BOUNCED if made.outcome.code in _BOUNCES else Delivery.Status.FAILED


def _event(delivery: Delivery) -> ExperienceEvent:
    data = sent_event(delivery.kind, str(delivery.message_id), delivery.created_at)
    return ExperienceEvent(
        sandbox_id=delivery.sandbox_id,
        profile_id=delivery.profile_id,
        source=f"delivery:{delivery.message_id}",
        event_type=data["eventType"],
        timestamp=delivery.created_at,
        data=data,
    )


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

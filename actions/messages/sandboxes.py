"""Whose messages: what comes back names a message, and only the message says in which sandbox it was sent."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from actions.models import CampaignMessage, Delivery


def of_messages(sandbox_id: int) -> Q:
    """The condition that a row's ``message_id`` names a message of the sandbox, whoever sent it."""
    sent = (
        model.objects.filter(sandbox=sandbox_id, message_id=OuterRef("message_id"))
        for model in (Delivery, CampaignMessage)
    )
    ours, others = map(Exists, sent)
    return Q(ours | others)

"""The pages of messages, which links were clicked, and how channels' addresses for webhooks fare."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkClick(models.Model):
    """That a link of a message was clicked, once for each of its links."""

    message_id = models.UUIDField()
    link = models.CharField(max_length=200)  # its label, or the beginning of its address
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also the look-up by message.
            models.UniqueConstraint(fields=["message_id", "link"], name="link_click_once"),
        ]


class MirrorPage(models.Model):
    """A message's HTML as it was sent, for "view in your browser"; only of templates that offer it."""

    message_id = models.UUIDField(unique=True)
    html = models.TextField()
    created_at = models.DateTimeField()
    # Opened in the browser for the first time.
    seen_at = models.DateTimeField(null=True)


class Refusal(models.TextChoices):
    """Why a callback of a provider was not taken."""

    FORGED = (
        "forged",
        _(
            "It did not prove that it comes from the provider. Compare the secrets here with those on the "
            "provider's pages; for Amazon SES also the topic."
        ),
    )
    UNREADABLE = "unreadable", _("It is not written as the provider documents it. Look at the address there.")
    UNUSABLE = "unusable", _("The channel cannot be used.")
    UNCONFIRMED = (
        "unconfirmed",
        _(
            "The subscription could not be confirmed. Amazon asks again a few times; after that, have it ask "
            "from the page of the topic."
        ),
    )


class WebhookState(models.Model):
    """What came to a channel's address for webhooks lately, for whoever sets the channel up."""

    channel = models.OneToOneField(
        "actions.Channel", models.CASCADE, primary_key=True, related_name="webhook"
    )
    # To the minute: not every callback is worth writing that down.
    taken_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=12, choices=Refusal, blank=True)
    detail = models.TextField(blank=True)

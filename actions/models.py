"""What goes out: custom actions, channels, message templates, deliveries (technical.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from actions.contact.models import ContactCount, ContactRules, SandboxContactRules, Suppression
from actions.kinds import ADDRESS_LENGTH, Kind
from actions.tracking.models import LinkClick, MirrorPage, WebhookState
from datasources.models import Profile
from datasources.names import NAME_VALIDATOR
from journeyorch.access.models import Configuration, ConfigurationPart, Sandbox
from journeyorch.ordered_json import OrderedJSONField

__all__ = [
    "Action",
    "CampaignAction",
    "CampaignInstance",
    "CampaignMessage",
    "CampaignStandardAction",
    "Channel",
    "ContactCount",
    "Delivery",
    "Feedback",
    "Kind",
    "LinkClick",
    "MessageTemplate",
    "MirrorPage",
    "OnUnknown",
    "SandboxContactRules",
    "Suppression",
    "TemplateVariant",
    "WebhookState",
]


class OnUnknown(models.TextChoices):
    """What becomes of a call whose worker died while it was made: nobody knows whether it arrived."""

    RESEND = "resend", _("Make it again, with the same key")
    PARK = "park", _("Park it until an operator decides")


ON_UNKNOWN_HELP = _(
    "A worker may die after it began a call: then nobody knows whether it arrived. A system that recognises "
    "the key makes repetitions harmless; where a repetition would do harm, park the call."
)


def _on_unknown() -> Any:
    return models.CharField(
        _("when the outcome is unknown"), max_length=6, choices=OnUnknown, default=OnUnknown.RESEND
    )


class CampaignInstance(Configuration):
    """An instance of Adobe Campaign Standard, whose transactional messages journeys send."""

    name = models.CharField(_("name"), max_length=30, validators=[NAME_VALIDATOR])
    url = models.CharField(_("URL"), max_length=2000, default="https://mc.adobe.io")
    organization = models.CharField(_("organization"), max_length=60)
    # The part of the address that stands for transactional messages; "": mc and the organization.
    api = models.CharField(_("transactional API"), max_length=60, blank=True)
    # Goes with each call beside the authentication: a configuration of the method "api_key", sealed.
    key = models.JSONField(_("API key"), null=True, editable=False)
    auth = models.JSONField(_("authentication"), default=dict, blank=True)

    kept_secret = frozenset({"key"})

    class Meta:
        verbose_name = _("Campaign Standard instance")
        verbose_name_plural = _("Campaign Standard instances")
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "name"], name="campaign_instance_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class Action(Configuration):
    """A call to a third-party system with a typed payload; also those to Adobe Campaign are such calls."""

    class Type(models.TextChoices):
        CUSTOM = "custom", _("Custom")
        CAMPAIGN_STANDARD = "campaign_standard", _("Adobe Campaign Standard")
        CAMPAIGN = "campaign", _("Adobe Campaign v7/v8")

    class Method(models.TextChoices):
        POST = "POST"
        PUT = "PUT"
        PATCH = "PATCH"
        GET = "GET"
        DELETE = "DELETE"

    type = models.CharField(_("type"), max_length=20, choices=Type, default=Type.CUSTOM, editable=False)
    name = models.CharField(
        _("name"),
        max_length=30,
        validators=[NAME_VALIDATOR],
    )
    description = models.TextField(_("description"), blank=True)
    url = models.CharField(_("URL"), max_length=2000)
    method = models.CharField(_("method"), max_length=6, choices=Method, default=Method.POST)
    on_unknown = _on_unknown()
    # [{"name", "value"}] constant or [{"name", "variable": true, "label", "type"}]
    headers = models.JSONField(_("headers"), default=list, blank=True)
    query = models.JSONField(_("query parameters"), default=list, blank=True)
    auth = models.JSONField(_("authentication"), default=dict, blank=True)
    # The sealed secret of signatures (outbound.signing); {}: requests are not signed.
    signing = models.JSONField(_("signature"), default=dict, blank=True)
    # The pasted payload as a tree of constants and variables (actions/payload.py).
    payload = OrderedJSONField(_("action parameters"), default=dict, blank=True)
    response_sample = models.JSONField(_("response payload"), null=True, blank=True)
    # Of Campaign Standard: where the template is, and what it declares (actions/campaign/standard.py).
    instance = models.ForeignKey(
        CampaignInstance, null=True, blank=True, on_delete=models.PROTECT, related_name="templates"
    )
    declaration = models.JSONField(_("template"), default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="action_name_unique")]

    def __str__(self) -> str:
        return self.name


class CampaignStandardAction(Action):
    """The same row on a page of its own: a template of Campaign Standard."""

    class Meta:
        proxy = True
        verbose_name = _("Campaign Standard template")
        verbose_name_plural = _("Campaign Standard templates")


class CampaignAction(Action):
    """The same row on a page of its own: a template of Campaign v7 or v8."""

    class Meta:
        proxy = True
        verbose_name = _("Campaign v7/v8 action")
        verbose_name_plural = _("Campaign v7/v8 actions")


class CampaignMessageQuerySet(models.QuerySet["CampaignMessage"]):
    def open(self) -> CampaignMessageQuerySet:
        """Those of which Campaign has not said what became of them."""
        return self.exclude(status__in=CampaignMessage.FINAL)

    def due(self, now: datetime) -> CampaignMessageQuerySet:
        """Those that it is to be asked about."""
        return self.filter(ask_at__lte=now)


class CampaignMessage(models.Model):
    """A message that Campaign Standard took; its address is asked for what became of it."""

    #: What Campaign says at the end; before that pending, processing or paused.
    FINAL = ("processed", "ignored", "deliveryFailed", "routingFailed", "tooOld", "targetingFailed")

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False)
    # The call that sent it, which the journeys know.
    message_id = models.UUIDField(_("call"), unique=True)
    action = models.ForeignKey(Action, null=True, on_delete=models.SET_NULL, db_constraint=False)
    href = models.CharField(max_length=2000)
    status = models.CharField(_("status"), max_length=40)
    created_at = models.DateTimeField(_("sent"))
    asked_at = models.DateTimeField(_("asked"), null=True)
    asks = models.SmallIntegerField(_("times asked"), default=0)
    # When it is to be asked about next, or the end of the lease of who is asking; null: not any more.
    ask_at = models.DateTimeField(_("asked again"), null=True)

    objects = CampaignMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Campaign message")
        verbose_name_plural = _("Campaign messages")
        indexes = [
            # Whose status is asked for next: those that have been due longest.
            models.Index(
                fields=["ask_at"],
                name="campaign_message_due",
                condition=models.Q(ask_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.message_id)


class Channel(Configuration, ContactRules):
    """How messages of one kind leave: a provider with its configuration (actions/channels, one file each)."""

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    provider = models.CharField(_("provider"), max_length=30)
    # What the provider's own form asks; secrets encrypted (outbound.secrets).
    config = models.JSONField(_("configuration"), default=dict, blank=True)
    on_unknown = _on_unknown()
    track_opens = models.BooleanField(_("track opens"), default=True)
    track_clicks = models.BooleanField(_("track clicks"), default=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="channel_name_unique")]

    def __str__(self) -> str:
        return self.name


class MessageTemplate(Configuration):
    """The words of a message in Liquid, over ``profile`` and its declared parameters."""

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    # email: subject, html, text; sms: text; push: title, body
    content = models.JSONField(_("content"), default=dict)
    # [{"name", "label", "type", "required", "default", "sample"}] (actions/messages/parameters.py)
    parameters = models.JSONField(_("parameters"), default=list, blank=True)
    transactional = models.BooleanField(
        _("transactional"),
        default=False,
        help_text=_(
            "The person has asked for it, such as a confirmation: sent without consent to marketing, also in "
            "quiet hours, and not counted by frequency caps."
        ),
    )

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "name"], name="message_template_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVariant(ConfigurationPart):
    """A template's words in another language, for people whose profile prefers it."""

    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(
        _("language"),
        max_length=35,
        validators=[
            RegexValidator(r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", _("Write a tag such as de or pt-BR."))
        ],
        help_text=_("As profiles have it in preferredLanguage. Example: de, or pt-BR"),
    )
    # As that of the template.
    content = models.JSONField(_("content"), default=dict)

    class Meta:
        verbose_name = _("language variant")
        verbose_name_plural = _("language variants")
        constraints = [
            models.UniqueConstraint(fields=["template", "language"], name="template_variant_language_unique")
        ]

    def __str__(self) -> str:
        return self.language

    @property
    def owner(self) -> MessageTemplate:
        return self.template


class Delivery(models.Model):
    """One message to one person; one per call (architecture.md, Messages)."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")  # waits, as for the end of quiet hours
        HELD = "held", _("Held back")  # must not be sent, as to somebody who has unsubscribed
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        OPENED = "opened", _("Opened")
        CLICKED = "clicked", _("Clicked")
        SOFT_BOUNCED = "softBounced", _("Bounced (soft)")  # refused for now, and given up
        BOUNCED = "bounced", _("Bounced (hard)")  # refused for good
        FAILED = "failed", _("Failed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        COMPLAINED = "complained", _("Complained")

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False)
    # The idempotency key of the call; providers get it as message id and give it back in their feedback.
    message_id = models.UUIDField(unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    template = models.ForeignKey(MessageTemplate, null=True, on_delete=models.SET_NULL, db_constraint=False)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, db_constraint=False)
    profile = models.ForeignKey(Profile, null=True, on_delete=models.SET_NULL, db_constraint=False)
    address = models.CharField(_("address"), max_length=ADDRESS_LENGTH)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.QUEUED)
    # Why it was held back, or did not arrive: the code of the outcome, such as "noConsent" or "hardBounce".
    code = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    # Whose words were sent: a language, or actions.messages.traits.OWN_WORDS; "": none were made.
    variant = models.CharField(_("variant"), max_length=60, default="", db_default="", blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            # The list of deliveries, newest first.
            models.Index(fields=["sandbox", "-created_at"], name="delivery_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} – {self.address}"


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Questions about the lines of histories."""

    def history_of(self, message_id: UUID) -> FeedbackQuerySet:
        """Everything that was recorded of a message, in its order."""
        return self.filter(message_id=message_id).order_by("at", "pk")


class Feedback(models.Model):
    """A line of a message's history; of each kind the first time.

    No reference to the delivery: a provider may be quicker than our own record of the sending.
    """

    message_id = models.UUIDField(_("message"))
    kind = models.CharField(_("kind"), max_length=12, choices=Delivery.Status)
    at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("recorded"))
    # The link that was clicked, the reason of a bounce.
    detail = models.TextField(_("detail"), blank=True)
    # What reports count by (actions/messages/traits.py).
    domain = models.CharField(max_length=60, default="", db_default="", blank=True)
    variant = models.CharField(max_length=60, default="", db_default="", blank=True)
    device = models.CharField(max_length=10, default="", db_default="", blank=True)
    platform = models.CharField(max_length=10, default="", db_default="", blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            # Also the look-up by message.
            models.UniqueConstraint(fields=["message_id", "kind"], name="feedback_once"),
        ]

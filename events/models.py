"""What comes in: inlets, received events, and the events that journeys know (technical.md, Events)."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from datasources.models import Dataset, Schema
from journeyorch.access.models import Configuration, ConfigurationPart, Sandbox

#: For so long a repetition is recognized.
DEDUPLICATION_DAYS = 7


class Inlet(Configuration):
    """A streaming connection: where and how one sender delivers events."""

    class Mode(models.TextChoices):
        AUTHENTICATED = "authenticated", _("Authenticated")
        UNAUTHENTICATED = "unauthenticated", _("Unauthenticated")

    key = models.CharField(_("inlet id"), max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    mode = models.CharField(_("mode"), max_length=16, choices=Mode, default=Mode.AUTHENTICATED)
    schema = models.ForeignKey(
        Schema,
        verbose_name=_("schema"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("What its events are checked against when they name no schema."),
    )
    profile_schema = models.ForeignKey(
        Schema,
        verbose_name=_("schema of people"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("For protocols that send records of people beside events, such as “identify” calls."),
    )
    dataset = models.ForeignKey(
        Dataset,
        verbose_name=_("dataset"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Where messages of its schema belong that name no dataset; empty: the schema's default."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    rate_limit = models.PositiveIntegerField(
        _("events per second"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    # Rows of events/mapping/rules.py.
    mapping = models.JSONField(_("mapping"), default=list, blank=True, editable=False)
    # Origins of web pages whose scripts may send here, such as "https://shop.example" (ingest/origins.py).
    allowed_origins = models.JSONField(_("web pages that may send"), default=list, blank=True)
    # What the cookies are named after that protocols/edge.py has the pages' script set.
    organization = models.CharField(
        _("organization ID"),
        max_length=80,
        blank=True,
        validators=[
            RegexValidator(r"^[0-9A-Za-z]{1,40}@[A-Za-z]{1,20}$", _("Write it as in 0123ABCD@AdobeOrg."))
        ],
        help_text=_("For the Edge Network's SDKs: the same as in their configuration (orgId)."),
    )

    class Meta:
        verbose_name = _("inlet")
        verbose_name_plural = _("inlets")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="inlet_name_unique")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.mode == self.Mode.UNAUTHENTICATED and not self.rate_limit:
            message = _("An inlet open to everybody needs a limit of events per second.")
            raise ValidationError({"rate_limit": message})


class InletToken(ConfigurationPart):
    """A key of an inlet, shown once (ingest/credentials.py says how each kind is used).

    Web processes remember an inlet's keys together with the sandbox's generation (ingest/doors.py): without
    raising it, a revoked key would be honoured on.
    """

    not_audited = frozenset({"digest", "sealed"})

    class Kind(models.TextChoices):
        BEARER = "bearer", _("Bearer key")
        SIGNING = "signing", _("Signing secret")
        CLIENT = "client", _("Client id and secret")

    inlet = models.ForeignKey(Inlet, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.BEARER, editable=False)
    # The SHA-256 of the key or of the client's secret.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # The client's public name; "" for the other kinds.
    client_id = models.CharField(_("client id"), max_length=40, blank=True, editable=False)
    # A signing secret must be read again to check a signature: encrypted (outbound/secrets.py).
    sealed = models.JSONField(null=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        constraints = [
            # Also the look-up of the token endpoint.
            models.UniqueConstraint(
                fields=["client_id"], name="inlet_client_unique", condition=~Q(client_id="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"

    @property
    def owner(self) -> Inlet:
        return self.inlet


class ReceivedEventQuerySet(models.QuerySet["ReceivedEvent"]):
    """Questions about arrivals."""

    def unrouted(self, sandbox_id: int) -> ReceivedEventQuerySet:
        """Those still to be routed, in order of receipt (engine.md, Route)."""
        return self.filter(sandbox_id=sandbox_id, routed=False).order_by("id")

    def with_inlet_names(self) -> ReceivedEventQuerySet:
        """Each with its ``inlet_name``, None if the inlet was deleted: a look-up instead of a join, because
        what came by a deleted inlet is still shown."""
        name = Inlet.objects.filter(pk=OuterRef("inlet_id")).values("name")
        return self.annotate(inlet_name=Subquery(name))


class ReceivedEvent(models.Model):
    """One arrival, as it came. The order of receipt is the order of its id (engine.md, Route)."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    inlet = models.ForeignKey(Inlet, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    received_at = models.DateTimeField(_("received"))
    routed = models.BooleanField(default=False, db_default=False)
    # The id of the tested journey version whose form made it; NULL: it came from outside.
    test_of = models.BigIntegerField(null=True)
    # Which adapter reads the body (events/protocols, one file each).
    protocol = models.CharField(max_length=20, default="collection")
    # The message as it came, as JSON text; text, because the database need not understand it.
    body = models.TextField()

    objects = ReceivedEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("received event")
        verbose_name_plural = _("received events")
        indexes = [
            # The router: the oldest unrouted ones of a sandbox.
            models.Index(fields=["sandbox", "id"], name="received_event_unrouted", condition=Q(routed=False)),
            # The live list of an inlet, newest first.
            models.Index(fields=["inlet", "-id"], name="received_event_of_inlet"),
        ]

    def __str__(self) -> str:
        return str(_("received event %(number)s") % {"number": self.pk})


class EventKeyQuerySet(models.QuerySet["EventKey"]):
    """Questions about keys."""

    def outdated(self, today: date) -> EventKeyQuerySet:
        """Those that no longer drop repetitions (ingestion.md, A message: 7 days)."""
        return self.filter(day__lt=today - timedelta(days=DEDUPLICATION_DAYS))


class EventKey(models.Model):
    """What was received in the last 7 days, by inlet and key, so that a repetition is dropped."""

    inlet = models.ForeignKey(Inlet, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    key = models.CharField(max_length=255)
    # The sweep of keys older than 7 days.
    day = models.DateField(db_index=True)

    objects = EventKeyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inlet", "key"], name="event_key_unique")]


class InletAllowance(models.Model):
    """How many messages an inlet with a rate limit took in the current second, over all web processes."""

    inlet = models.OneToOneField(Inlet, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    second = models.BigIntegerField()  # epoch
    taken = models.IntegerField()


class Event(Configuration):
    """An event that journeys can start with or wait for, as a technical user configured it."""

    class Type(models.TextChoices):
        SYSTEM = "system", _("System-generated")
        RULE = "rule", _("Rule-based")

    name = models.CharField(
        _("name"),
        max_length=30,
        validators=[
            RegexValidator(r"^[A-Za-z0-9_]{1,30}$", _("Use at most 30 letters, digits and underscores."))
        ],
    )
    description = models.TextField(_("description"), blank=True)
    type = models.CharField(_("type"), max_length=6, choices=Type, default=Type.SYSTEM)
    event_id = models.CharField(_("event ID"), max_length=64, unique=True, null=True, editable=False)
    condition = models.TextField(_("event ID condition"), blank=True)
    schema = models.ForeignKey(Schema, on_delete=models.PROTECT, verbose_name=_("schema"))
    fields = models.JSONField(
        _("payload fields"), default=list, blank=True, help_text=_("Paths that journeys may use; empty: all.")
    )
    namespace = models.CharField(_("namespace"), max_length=60, blank=True)
    key = models.TextField(
        _("key"), blank=True, help_text=_("Expression that gives the person's id; empty: identityMap.")
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="event_name_unique")]

    def __str__(self) -> str:
        return self.name


class Quarantined(models.Model):
    """A received event that could not be handled, with the reason; kept to be inspected and replayed."""

    received_event = models.OneToOneField(ReceivedEvent, on_delete=models.CASCADE, db_constraint=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False)
    code = models.CharField(_("reason"), max_length=40)
    message = models.TextField(_("message"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("quarantined event")
        verbose_name_plural = _("quarantine")

    def __str__(self) -> str:
        return str(_("received event %(number)s") % {"number": self.received_event_id})

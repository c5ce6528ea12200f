"""What is known about people: profiles, their identities, experience events (technical.md, Namespaces)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox


class Profile(models.Model):
    """One person: XDM profile attributes. Written if ``version`` is unchanged (engine.md, Waves)."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    attributes = models.JSONField(_("attributes"), default=dict)
    # When each attribute was last written, by dotted path; a merge keeps the newest value of each.
    attribute_times = models.JSONField(default=dict, editable=False)
    test_profile = models.BooleanField(_("test profile"), default=False)
    version = models.BigIntegerField(default=1, editable=False)
    # Set for good when two profiles turn out to be one person; the other end is never merged itself.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.CASCADE, db_index=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        indexes = [
            # The list of profiles of a sandbox, newest change first.
            models.Index(fields=["sandbox", "-updated_at"], name="profile_recent"),
            # Who was merged into somebody; most were not, and cost nothing here.
            models.Index(
                fields=["merged_into"], name="profile_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(_("Profile %(number)s") % {"number": self.pk})


class Identity(models.Model):
    """One name by which a person is known: (namespace code, canonical value) in a sandbox."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    namespace = models.CharField(_("namespace"), max_length=60)
    value = models.CharField(_("value"), max_length=512)
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, db_constraint=False, related_name="identities"
    )
    # The most recently seen identity of a namespace starts segment qualifications.
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            # Look-up of a person by identity, and no two profiles with the same one.
            models.UniqueConstraint(fields=["sandbox", "namespace", "value"], name="identity_unique")
        ]

    def __str__(self) -> str:
        return f"{self.namespace}:{self.value}"


class ExperienceEvent(models.Model):
    """Something that happened to a person, in XDM; newest first in expressions."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    # What makes it the same event again: "event:<received event>" or "delivery:<message id>".
    source = models.CharField(max_length=80, editable=False)
    event_type = models.CharField(_("type"), max_length=120, blank=True)
    timestamp = models.DateTimeField(_("time"))
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("experience event")
        verbose_name_plural = _("experience events")
        constraints = [models.UniqueConstraint(fields=["sandbox", "source"], name="experience_event_once")]
        indexes = [
            # A person's latest events, of all types or read by the engine with a limit.
            models.Index(fields=["profile", "-timestamp"], name="experience_event_recent"),
            # Retention: the oldest of all people. Not by id: senders say when something happened.
            models.Index(fields=["timestamp"], name="experience_event_oldest"),
        ]

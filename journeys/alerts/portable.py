"""The portable form of an alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox
from journeyorch.portable.forms import FormKind, id_of, named
from journeyorch.portable.kind import Document, portable
from journeys.admin import AlertForm
from journeys.models import Alert, Journey


class AlertDocument(Document):
    """``journey``: by its name; "" for all of them. The secret of the webhook is made on the alert's page."""

    name: str
    kind: Literal["failed_rate", "no_entrance", "breaker_open", "lag"]
    threshold: float
    journey: str = ""
    emails: list[str] = []
    url: str = ""
    active: bool = True


@portable
class Alerts(FormKind):
    name = "alerts"
    title = _("Alerts")
    model = Alert
    form = AlertDocument
    form_class = AlertForm
    filters = ("kind", "active")

    def unlike(self, row: Any) -> dict[str, Any]:
        journey = row.journey.name if row.journey else ""
        return {"journey": journey, "emails": row.emails.splitlines()}

    def data(self, sandbox: Sandbox, document: AlertDocument) -> dict[str, Any]:
        journey = named(Journey, sandbox, document.journey, at="journey")
        given = {"journey": id_of(journey), "emails": "\n".join(document.emails)}
        return {**super().data(sandbox, document), **given}

    def refers(self, row: Any) -> Iterator[Model]:
        if row.journey:
            yield row.journey

"""The portable form of an alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, Unfit, portable
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

    def document(self, row: Any) -> AlertDocument:
        return AlertDocument(
            name=row.name,
            kind=row.kind,
            threshold=row.threshold,
            journey=row.journey.name if row.journey else "",
            emails=row.emails.splitlines(),
            url=row.url,
            active=row.active,
        )

    def data(self, sandbox: Sandbox, document: AlertDocument) -> dict[str, Any]:
        name = document.journey.replace("\x00", "")
        journey = Journey.objects.filter(sandbox=sandbox, name=name).first() if name else None
        if name and journey is None:
            raise Unfit([Flaw("/journey", f"There is no such journey here: {name[:120]}.")])
        given = {"journey": journey.pk if journey else "", "emails": "\n".join(document.emails)}
        return {**super().data(sandbox, document), **given}

    def refers(self, row: Any) -> Iterator[Model]:
        if row.journey:
            yield row.journey

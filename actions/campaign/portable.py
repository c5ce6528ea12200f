"""The portable forms of what connects Adobe Campaign: instances, their templates, actions of v7 and v8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from actions.campaign.forms import ClassicForm, InstanceForm, StandardForm
from actions.campaign.moving import move_templates
from actions.custom_portable import ActionDocument, ActionKind
from actions.models import Action, CampaignAction, CampaignInstance, CampaignStandardAction
from journeyorch.access.models import Sandbox
from journeyorch.outbound.auth_portable import auth_data, auth_document, auth_place
from journeyorch.portable.forms import FormKind, id_of, named
from journeyorch.portable.kind import Document, portable
from journeyorch.portable.secrets import PLACEHOLDER


class CampaignInstanceDocument(Document):
    """``api``: the part of its addresses for transactional messages, if it is not mc and the organization."""

    name: str
    url: str = "https://mc.adobe.io"
    organization: str
    api: str = ""
    api_key: str
    auth: dict[str, Any] | None = None


@portable
class CampaignInstances(FormKind):
    name = "campaign_instances"
    title = _("Campaign Standard instances")
    model = CampaignInstance
    form = CampaignInstanceDocument
    form_class = InstanceForm

    def unlike(self, row: Any) -> dict[str, Any]:
        key = PLACEHOLDER if row.key else ""
        return {"api_key": key, "auth": auth_document(row.auth, url=row.url)}

    def data(self, sandbox: Sandbox, document: CampaignInstanceDocument) -> dict[str, Any]:
        given = document.model_dump(mode="json", exclude={"auth", "api_key"})
        key = "" if document.api_key == PLACEHOLDER else document.api_key
        return {**given, "api_key": key, **auth_data(document.auth)}

    def place(self, field: str) -> str:
        return auth_place(field)

    def store(self, form: Any, document: CampaignInstanceDocument) -> Any:
        with transaction.atomic():
            saved = form.save()
            move_templates(saved)
        return saved


class CampaignTemplateDocument(Document):
    """``instance``: its name. ``fields``: name, label and type of each, as on its page."""

    name: str
    description: str = ""
    instance: str
    event_id: str
    channel: Literal["email", "sms", "push"]
    kind: Literal["event", "profile"] = "event"
    application: str = ""
    platform: Literal["", "gcm", "apns"] = ""
    fields: list[dict[str, Any]] = []
    on_unknown: Literal["resend", "park"] = "resend"


@portable
class CampaignTemplates(ActionKind):
    name = "campaign_templates"
    title = _("Campaign Standard templates")
    model = CampaignStandardAction
    form = CampaignTemplateDocument
    form_class = StandardForm
    type = Action.Type.CAMPAIGN_STANDARD

    def unlike(self, row: Any) -> dict[str, Any]:
        return {**row.declaration, "instance": row.instance.name if row.instance else ""}

    def data(self, sandbox: Sandbox, document: CampaignTemplateDocument) -> dict[str, Any]:
        instance = named(CampaignInstance, sandbox, document.instance, at="instance")
        given = document.model_dump(mode="json", exclude={"fields"})
        return {**given, "instance": id_of(instance), "fields_of_template": json.dumps(document.fields)}

    def place(self, field: str) -> str:
        return "/fields" if field == "fields_of_template" else super().place(field)

    def refers(self, row: Any) -> Iterator[Model]:
        yield from [row.instance] if row.instance else []


class CampaignActionDocument(ActionDocument):
    """That of a custom action, whose payload is one that Campaign v7 or v8 takes."""


@portable
class CampaignActions(ActionKind):
    name = "campaign_actions"
    title = _("Campaign v7/v8 actions")
    model = CampaignAction
    form = CampaignActionDocument
    form_class = ClassicForm
    filters = ("method",)
    type = Action.Type.CAMPAIGN

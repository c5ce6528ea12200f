"""The portable form of a custom action, and what those of other actions share with it."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

from django.utils.translation import gettext_lazy as _

from actions.custom_forms import ActionForm
from actions.models import Action
from journeyorch.access.models import Sandbox
from journeyorch.outbound.auth_portable import auth_data, auth_document, auth_place
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, portable
from journeyorch.portable.secrets import PLACEHOLDER


class ActionDocument(Document):
    """``headers``, ``query`` and ``payload`` as on its page; ``signing``: the secret of signatures."""

    name: str
    description: str = ""
    url: str
    method: Literal["POST", "PUT", "PATCH", "GET", "DELETE"] = "POST"
    headers: list[dict[str, Any]] = []
    query: list[dict[str, Any]] = []
    auth: dict[str, Any] | None = None
    signing: str = ""
    payload: dict[str, Any] = {}
    response_sample: Any = None
    on_unknown: Literal["resend", "park"] = "resend"


class ActionKind(FormKind):
    """Base of what journeys call as an action: rows of one table, each of a ``type``."""

    model = Action
    form: ClassVar[type[Document]] = ActionDocument
    form_class: ClassVar[Any] = ActionForm
    used_as = "action"
    type: ClassVar[Action.Type]

    def rows(self, sandbox: Sandbox) -> Any:
        return super().rows(sandbox).filter(type=self.type)

    def holds(self, row: Any) -> bool:
        return isinstance(row, Action) and row.type == self.type

    def store(self, form: Any, document: Any) -> Any:
        form.instance.type = self.type
        return form.save()

    def unlike(self, row: Any) -> dict[str, Any]:
        signing = PLACEHOLDER if row.signing else ""
        return {"auth": auth_document(row.auth, url=row.url), "signing": signing}

    def data(self, sandbox: Sandbox, document: Any) -> dict[str, Any]:
        given = document.model_dump(mode="json", exclude={"auth", "signing"})
        texts = {
            name: json.dumps(given[name]) if given[name] else ""
            for name in ("headers", "query", "payload", "response_sample")
        }
        secret = "" if document.signing == PLACEHOLDER else document.signing
        signing = {"signing_secret": secret, "unsigned": not document.signing}
        return {**given, **texts, **signing, **auth_data(document.auth)}

    def place(self, field: str) -> str:
        return "/signing" if field == "signing_secret" else auth_place(field)


@portable
class Actions(ActionKind):
    name = "actions"
    title = _("Custom actions")
    filters = ("method",)
    type = Action.Type.CUSTOM

"""The portable forms of caps and throttles. Their ids name them, and are the same in all sandboxes.

Addresses of their own they have below ``/authoring`` (``api``).
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from journeyorch.access.models import Sandbox, User
from journeyorch.api.flaws import Flaw
from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.api import Limits
from journeyorch.outbound.protection.models import CappingConfig, ThrottlingConfig
from journeyorch.portable.kind import Document, Kind, Unfit, portable

_UID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_NO_NUL = r"^[^\x00]*$"


class ProtectionDocument(Document):
    """``deployed``: whether it is in force."""

    uid: str = Field(pattern=_UID)
    methods: list[str] = Field(default=[], max_length=20)
    deployed: bool = False


class CapDocument(ProtectionDocument):
    url: str = Field(default="", max_length=2000, pattern=_NO_NUL)
    services: dict[str, Limits] = Field(default={}, max_length=10)


class ThrottleDocument(ProtectionDocument):
    name: str = Field(default="", max_length=120, pattern=_NO_NUL)
    description: str = Field(default="", max_length=2000, pattern=_NO_NUL)
    url_pattern: str = Field(default="", max_length=2000, pattern=_NO_NUL)
    max_throughput: int | None = Field(default=None, ge=-(2**31), lt=2**31)


class ProtectionKind(Kind):
    """Base of both. ``terms``: the fields of the model that a document says."""

    key = "uid"
    has_plain_addresses = False
    terms: ClassVar[tuple[str, ...]]

    def find(self, sandbox: Sandbox, key: str) -> Any | None:
        try:
            return self.rows(sandbox).filter(uid=uuid.UUID(key)).first()
        except ValueError:
            return None

    def document(self, row: Any) -> Any:
        said = {name: getattr(row, name) for name in self.terms}
        return self.form.model_validate({**said, "uid": str(row.uid), "deployed": row.is_deployed})

    def save(self, sandbox: Sandbox, document: Any, row: Any | None, *, by: User | None) -> Any:
        """What a deployed cap says anew comes into force at once, as the document has it."""
        config = row or self.model(sandbox=sandbox, uid=uuid.UUID(document.uid))
        given, now = document.model_dump(mode="json", exclude_none=True), timezone.now()
        try:
            with transaction.atomic():
                if config.is_deployed and (isinstance(config, CappingConfig) or not document.deployed):
                    config = lifecycle.undeploy(config, now=now)
                for name in self.terms:
                    setattr(config, name, given.get(name))
                lifecycle.save(config, by=by, now=now)
                if document.deployed and not config.is_deployed:
                    config = lifecycle.deploy(config, by=by, now=now)
        except lifecycle.NotPossible as refusal:
            raise Unfit([Flaw("", str(refusal))]) from None
        return config


@portable
class Caps(ProtectionKind):
    name = "caps"
    title = _("Caps")
    model = CappingConfig
    form = CapDocument
    terms = ("url", "methods", "services")


@portable
class Throttles(ProtectionKind):
    name = "throttles"
    title = _("Throttles")
    model = ThrottlingConfig
    form = ThrottleDocument
    terms = ("name", "description", "url_pattern", "methods", "max_throughput")

    def rows(self, sandbox: Sandbox) -> Any:
        return ThrottlingConfig.objects.existing().filter(sandbox=sandbox)

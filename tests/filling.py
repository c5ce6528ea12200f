"""A row in every table that a sandbox can have something in, whatever tables there are."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from journeyorch.access.models import Sandbox, User
from journeyorch.resetting.contents import Content, contents

_MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
_VALUES: dict[type[models.Field], Any] = {
    models.DateTimeField: _MOMENT,
    models.DateField: date(2026, 3, 1),
    models.JSONField: {},
    models.BinaryField: b"x",
}


def fill(sandbox: Sandbox) -> None:
    """One row of each model; rows refer to each other, and to one message, wherever they can."""
    made: dict[type[models.Model], models.Model] = {Sandbox: sandbox, User: _somebody()}
    message = uuid.uuid4()
    for content in reversed(contents()):
        row = content.model()
        for field in content.model._meta.concrete_fields:
            _set(row, field, sandbox, made, message)
        # As it is: no audit line, no check, nothing made beside it.
        made[content.model] = content.model._base_manager.bulk_create([row])[0]


def rows_of(sandbox: Sandbox) -> dict[str, int]:
    """How many rows each table has of a sandbox."""
    return {content.name: _count(content, sandbox) for content in contents()}


def _count(content: Content, sandbox: Sandbox) -> int:
    return content.rows(sandbox.pk).count()


def _somebody() -> User:
    return User.objects.get_or_create(username="somebody")[0]


def _set(row: models.Model, field: Any, sandbox: Sandbox, made: Any, message: uuid.UUID) -> None:
    if isinstance(field, models.ForeignKey):
        if field.related_model is not type(row):  # nothing was there before
            setattr(row, field.name, made[field.related_model._meta.concrete_model])
    elif field.name == "lane_id":
        row.lane_id = sandbox.pk * 64 + 3  # type: ignore[attr-defined]
    elif field.name == "message_id":
        row.message_id = message  # type: ignore[attr-defined]
    elif not (isinstance(field, models.AutoField) or field.has_default() or field.null):
        setattr(row, field.attname, _value(field, sandbox))


def _value(field: models.Field, sandbox: Sandbox) -> Any:
    for kind, value in _VALUES.items():
        if isinstance(field, kind):
            return value
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.CharField | models.TextField):
        return f"{field.name}{sandbox.pk}"[: field.max_length or 60]  # unlike the neighbour's
    return 0

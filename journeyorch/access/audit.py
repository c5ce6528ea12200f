"""The audit log: who changed, published, stopped or deleted what (architecture.md, Access)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from journeyorch.access.acting import actor
from journeyorch.access.models.audit_entry import AuditEntry
from journeyorch.outbound.secrets import SEALED

# What is shown in place of a secret, and of what is too long to be read.
_HIDDEN, _ANOTHER, _LONG = "…", "another", 2000
# Somebody who works on one thing for an hour has made one change: drawings save themselves every second.
_JOINED_WITHIN = timedelta(hours=1)
_CHANGED, _CREATED = "changed", "created"

Changes = dict[str, list[Any]]


def record(
    verb: str,
    thing: Model,
    *,
    changes: Mapping[str, list[Any]] | None = None,
    label: str | None = None,
    sandbox_id: int | None = None,
) -> None:
    """Write one line; inside the transaction of what it tells of, so that both happen or neither.

    ``label``: how the thing is called in the log, if not by its ``audit_label`` or its own name; never with
    personal data, because the log outlives the erasure of a person. ``sandbox_id``: to whose log it belongs,
    if the thing does not say.
    """
    who, now = actor(), timezone.now()
    kind, key = thing._meta.label_lower, str(thing.pk)
    changed = dict(changes or {})
    if verb == _CHANGED:
        last = AuditEntry.objects.filter(kind=kind, object_id=key).order_by("-at", "-pk").first()
        if last and _goes_on(last, who, now):
            last.changes, last.at = _joined(last.changes, changed), now
            last.save(update_fields=["changes", "at"])
            return
    AuditEntry.objects.create(
        at=now,
        actor=who.name,
        credential=who.credential,
        sandbox_id=sandbox_id or getattr(thing, "sandbox_id", None),
        verb=verb,
        kind=kind,
        object_id=key,
        label=(str(getattr(thing, "audit_label", thing)) if label is None else label)[:200],
        changes=changed,
    )


def _goes_on(last: AuditEntry, who: Any, now: Any) -> bool:
    same = (last.verb, last.actor, last.credential) == (_CHANGED, who.name, who.credential)
    return same and now - last.at < _JOINED_WITHIN


def _joined(first: Changes, then: Changes) -> Changes:
    """Two changes as one: from before the first to after the second."""
    joined = {**first, **{name: [first.get(name, values)[0], values[1]] for name, values in then.items()}}
    return {name: values for name, values in joined.items() if values[0] != values[1]}


def saved(thing: Any, *, before: Mapping[str, Any] | None) -> None:
    """A line for what has just been saved: created, or what is different now; nothing for no difference."""
    if before is None:
        record(_CREATED, thing)
        return
    after = values_of(type(thing), thing.pk) or {}
    changes = {
        name: [_HIDDEN, _ANOTHER] if name in thing.kept_secret else [before[name], value]
        for name, value in after.items()
        if before[name] != value and name not in thing.not_audited
    }
    if changes:
        record(thing.audited_as(changes), thing, changes=shown(changes))


def values_of(model: type[Model], key: Any) -> dict[str, Any] | None:
    """The stored values of a row by field; None if there is no such row (yet)."""
    names = [field.attname for field in model._meta.concrete_fields]
    return None if key is None else model._base_manager.filter(pk=key).values(*names).first()


def shown(changes: Mapping[str, list[Any]]) -> Changes:
    """Changes as the log keeps them: plain JSON, without secrets, and not endlessly long."""
    return {name: [_plain(value) for value in values] for name, values in changes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {SEALED}:
            return _HIDDEN
        plain: Any = {str(name): _plain(part) for name, part in value.items()}
    elif isinstance(value, list | tuple):
        plain = [_plain(part) for part in value]
    elif value is None or isinstance(value, bool | int | float):
        return value
    else:
        plain = str(value)
    return plain if len(str(plain)) <= _LONG else _HIDDEN

"""Stored secrets under the newest key, after ``SECRETS_KEYS`` got another one in front."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model

from journeyorch.outbound import secrets


class Store(NamedTuple):
    """A JSON field whose values may hold sealed secrets."""

    model: type[Model]
    field: str

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field}"


class Renewed(NamedTuple):
    """What became of one store; ``unusable`` names rows whose secrets no key opens any more."""

    name: str
    rows: int
    unusable: tuple[str, ...]


_stores: list[Store] = []


def register(model: type[Model], field: str) -> None:
    """Rotate the secrets in this field, too; from an app's ``ready()``."""
    _stores.append(Store(model, field))


def rotate_all(*, only_count: bool = False) -> Iterator[Renewed]:
    """Seal every stored secret anew that the newest key has not sealed; each row in its own transaction."""
    return (_rotate(store, only_count=only_count) for store in _stores)


def _rotate(store: Store, *, only_count: bool) -> Renewed:
    renewed, unusable = 0, []
    rows = store.model._default_manager.order_by("pk")
    for pk in list(rows.values_list("pk", flat=True)):
        try:
            renewed += _rotate_row(store, pk, only_count=only_count)
        except secrets.SecretUnusable:
            unusable.append(f"{store.model._meta.verbose_name} {pk}")
    return Renewed(store.name, renewed, tuple(unusable))


def _rotate_row(store: Store, pk: Any, *, only_count: bool) -> bool:
    """Whether there was something to do. Locked, so that what somebody saves meanwhile is not undone."""
    with transaction.atomic():
        row = store.model._default_manager.select_for_update().filter(pk=pk)
        before = row.values_list(store.field, flat=True).first()
        after = _renewed(before)
        if after == before:
            return False
        if not only_count:
            row.update(**{store.field: after})
        return True


def _renewed(value: Any) -> Any:
    if secrets.is_sealed(value):
        return value if secrets.is_newest(value) else secrets.rotate(value)
    if isinstance(value, dict):
        return {key: _renewed(inner) for key, inner in value.items()}
    return [_renewed(item) for item in value] if isinstance(value, list) else value

"""What a sandbox holds: found in the models themselves, so that a new table is emptied without being listed.

A row belongs to a sandbox if required foreign keys lead from it there, also such as the database does not
check. Rooms say so of tables from which none leads there, and of tables that stay.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet

from journeyorch.access.models import Sandbox

Within = Callable[[int], Q]


class Content(NamedTuple):
    """The rows of one table that belong to a sandbox."""

    model: type[Model]
    within: Within
    through: tuple[type[Model], ...] = ()

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def is_named(self) -> bool:
        """Whether people have a word for such rows; the others are figures, leases, parts of something.

        Those that are told by others' rows are left out: they take too long to be counted on a page.
        """
        return not self.through and "verbose_name_plural" in self.model._meta.original_attrs

    def rows(self, sandbox_id: int) -> QuerySet[Any]:
        return self.model._base_manager.filter(self.within(sandbox_id))


_told: dict[type[Model], Content] = {}
_staying: set[type[Model]] = set()


def register(model: type[Model], within: Within, *, through: tuple[type[Model], ...] = ()) -> None:
    """Say which rows of a table belong to a sandbox, where no foreign key does.

    ``through``: whose rows are asked for that, so that they must still be there.
    """
    _told[model] = Content(model, within, through)
    contents.cache_clear()


def register_staying(*models: type[Model]) -> None:
    """Rows of these tables stay, though they belong to a sandbox."""
    _staying.update(models)
    contents.cache_clear()


def is_staying(model: type[Model]) -> bool:
    return model in _staying


@cache
def contents() -> tuple[Content, ...]:
    """Everything that a sandbox can hold: what refers to something comes before it."""
    found = {model: content for model in apps.get_models() if (content := _content_of(model)) is not None}
    order: TopologicalSorter[type[Model]] = TopologicalSorter(dict.fromkeys(found, ()))
    for model, content in found.items():
        # Sorted: whoever goes on must find the tables in the same order.
        for other in sorted(_referred_to(content) & found.keys(), key=lambda other: other._meta.label):
            order.add(other, model)
    return tuple(found[model] for model in order.static_order())


def _content_of(model: type[Model]) -> Content | None:
    if model._meta.proxy or model is Sandbox or model in _staying:
        return None
    if model in _told:
        return _told[model]
    path = _path_to_sandbox(model, frozenset())
    return None if path is None else Content(model, lambda sandbox_id: Q(**{path: sandbox_id}))


def _path_to_sandbox(model: type[Model], seen: frozenset[type[Model]]) -> str | None:
    """The shortest chain of required foreign keys from a model to its sandbox, as lookups write it."""
    if model is Sandbox:
        return ""
    paths = []
    for field in _foreign_keys(model):
        target = _target(field)
        if not field.null and target not in seen:
            path = _path_to_sandbox(target, seen | {model})
            if path is not None:
                paths.append(f"{field.name}__{path}".removesuffix("__"))
    return min(paths, key=lambda path: path.count("__"), default=None)


def _referred_to(content: Content) -> set[type[Model]]:
    targets = {_target(field) for field in _foreign_keys(content.model)}
    return (targets | set(content.through)) - {content.model}


def _foreign_keys(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _target(field: ForeignKey[Any, Any]) -> type[Model]:
    # A proxy shares the table of what it stands for.
    return field.related_model._meta.concrete_model  # type: ignore[return-value]

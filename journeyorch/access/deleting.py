"""What the page of deletion lists, without rows that nobody knows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst


def without_inner_rows(found: tuple[Any, Any, Any, Any]) -> tuple[Any, Any, Any, Any]:
    """What ``get_deleted_objects`` found, less what connects things and less our own bookkeeping.

    Their models have no name in the reader's language; of a group there would be a line for each permission.
    """
    deleted, counts, missing, protected = found
    inner = [
        model._meta
        for model in apps.get_models(include_auto_created=True)
        if not isinstance(model._meta.verbose_name, Promise)
    ]
    unknown = {str(each.verbose_name_plural) for each in inner}
    beginnings = tuple(f"{capfirst(str(each.verbose_name))}: " for each in inner)
    kept = {name: n for name, n in counts.items() if str(name) not in unknown}
    return _without(deleted, beginnings), kept, missing, protected


def _without(lines: list[Any], beginnings: tuple[str, ...]) -> list[Any]:
    """The nested list; what a line has below it stands in a list after it."""
    kept: list[Any] = []
    for line in lines:
        if isinstance(line, list):
            if below := _without(line, beginnings):
                kept.append(below)
        elif not str(line).startswith(beginnings):
            kept.append(line)
    return kept

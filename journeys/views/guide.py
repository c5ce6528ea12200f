"""How a definition is written: an example for this sandbox, and what the activities are configured with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from journeys.activities.base import Activity, kinds
from journeys.activities.catalog import Catalog
from journeys.engine.catalog import read_catalog


class KindRow(NamedTuple):
    """A kind of activity; ``options`` are names in its ``config`` with their titles."""

    kind: str
    title: str
    help: str
    options: list[tuple[str, str]]


class Guide(NamedTuple):
    """What stands beside the text field."""

    example: dict[str, Any]
    kinds: list[KindRow]
    names: list[tuple[str, list[str]]]  # what there is to refer to, by kind


def guide(sandbox_id: int, titles: Iterable[str]) -> Guide:
    """``titles`` name the lists of events, actions and templates."""
    catalog = read_catalog(sandbox_id)
    lists = ([*catalog.events], [*catalog.actions], [*catalog.templates])
    names = [(title, found) for title, found in zip(titles, lists, strict=True) if found]
    return Guide(example(catalog), [_row(kind) for kind in kinds().values()], names)


def example(catalog: Catalog) -> dict[str, Any]:
    """The smallest journey that does something: after the first event of the sandbox wait, then end. Pure."""
    event = next(iter(catalog.events), "OrderPlaced")
    return {
        "start": ["first"],
        "activities": {
            "first": {"kind": "event", "config": {"event": event}, "to": {"next": ["pause"]}},
            "pause": {"kind": "wait", "config": {"duration": "PT1H"}, "to": {"next": ["done"]}},
            "done": {"kind": "end", "label": "Done"},
        },
    }


def _row(kind: type[Activity]) -> KindRow:
    fields = kind.Config.model_fields.items()
    options = [(name, _(field.title) if field.title else name) for name, field in fields]
    return KindRow(kind.kind, _(kind.title), _(kind.help), options)

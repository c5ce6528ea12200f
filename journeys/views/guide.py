"""How a definition is written: an example for this sandbox, and what the activities are configured with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple, get_args

from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from journeys.activities.base import Activity, kinds
from journeys.activities.catalog import Catalog
from journeys.engine.catalog import read_catalog


class KindRow(NamedTuple):
    """A kind of activity; ``options`` are names in its ``config`` with their titles.

    ``ways`` are the names in its ``to``; ``labelled`` is the option that lists further ones by their ids.
    """

    kind: str
    title: str
    help: str
    options: list[tuple[str, str]]
    ways: list[str]
    labelled: str


class Guide(NamedTuple):
    """What stands beside the text field."""

    example: dict[str, Any]
    kinds: list[KindRow]
    names: list[tuple[str, list[str]]]  # what there is to refer to, by kind


def guide(sandbox_id: int, titles: Iterable[str]) -> Guide:
    """``titles`` name the lists of events, actions, templates, segments and targets of jumps."""
    catalog = read_catalog(sandbox_id)
    journeys = [f"{uid} ({target.name})" for uid, target in catalog.journeys.items() if target.event]
    lists = ([*catalog.events], [*catalog.actions], [*catalog.templates], [*catalog.segments], journeys)
    names = [(title, found) for title, found in zip(titles, lists, strict=True) if found]
    return Guide(example(catalog), [row_of(kind) for kind in kinds().values()], names)


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


def row_of(kind: type[Activity]) -> KindRow:
    """What every kind may have, the alternative path, stands last."""
    fields = sorted(kind.Config.model_fields.items(), key=lambda item: item[0] == "error_path")
    options = [(name, _about(field)) for name, field in fields]
    return KindRow(kind.kind, _(kind.title), _(kind.help), options, _ways(kind), kind.labelled)


def _about(field: FieldInfo) -> str:
    """An option's title, and how it is written where that is no plain text or number."""
    title = _(field.title) if field.title else ""
    parts = [*_parts(field.annotation)]
    choices = [str(part) for part in parts if isinstance(part, str)]
    inner = [name for part in parts if _is_model(part) for name in _names_in(part)]
    forms = {timedelta: "“PT15M”, “P1D”", datetime: "“2026-03-29T08:30”"}
    examples = [text for type, text in forms.items() if type in parts]
    return ": ".join(part for part in (title, ", ".join(choices or inner or examples)) if part)


def _parts(annotation: Any) -> Iterator[Any]:
    """Types and literals that an annotation is made of."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _parts(one)


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _names_in(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _ways(kind: type[Activity]) -> list[str]:
    """All that a configuration can ask for."""
    wanted = {
        "timeout": timedelta(days=1), "timeout_path": True, "error_path": True, "other": True,
        "type": "custom", kind.labelled: [],
    }  # fmt: skip
    fields = kind.Config.model_fields
    config = kind.Config.model_construct(None, **{name: wanted[name] for name in fields if name in wanted})
    return [way.id for way in kind.ways(config)]

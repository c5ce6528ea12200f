"""The kinds of activities as the designer knows them: what they are called, their ways out, their forms.

A kind says all of it itself (``journeys/activities``), so that a new one needs no change of the designer. The
form is the JSON schema of its configuration, with what its fields say about their controls:

* ``widget``: the control, where the type does not say it: ``expression`` (with ``expected``, its type),
  ``event``, ``template``, ``values`` and so on;
* ``when``: shown only if other fields have these values, ``*`` standing for any;
* ``titles``: of the values in ``enum``;
* ``help``: the topic of the help button beside it (``journeys/help_topics.py``).
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from journeys.activities.base import ERROR, OTHER, TIMEOUT, Activity, kinds

_OPTIONAL = {ERROR, OTHER, TIMEOUT}


def describe_kinds() -> list[dict[str, Any]]:
    """All kinds in the order of the palette, in the reader's language."""
    return [describe_kind(kind) for kind in kinds().values()]


def describe_kind(kind: type[Activity]) -> dict[str, Any]:
    """One kind as plain JSON."""
    return {
        "kind": kind.kind,
        "title": _(kind.title),
        "help": _(kind.help),
        "category": kind.category,
        "icon": kind.icon,
        "canStart": kind.can_start,
        "waits": kind.waits,
        "labelled": kind.labelled,
        "ways": _fixed_ways(kind),
        "failsWhen": dict(kind.fails_when),
        "names": kind.named_by,
        "reactions": list(kind.reactions),
        "stores": _has_own("stores", kind) and not kind.shares_reference,
        "schema": _form(kind),
    }


def _has_own(method: str, kind: type[Activity]) -> bool:
    """Whether a kind says something else than all kinds do; methods of classes are new with every look."""
    return getattr(kind, method).__func__ is not getattr(Activity, method).__func__


def _fixed_ways(kind: type[Activity]) -> list[str]:
    """Those that it has however it is configured."""
    listed: dict[str, list[Any]] = {kind.labelled: []} if kind.labelled else {}
    ways = kind.ways(kind.Config.model_construct(None, **listed))
    return [way.id for way in ways if way.id not in _OPTIONAL]


def _form(kind: type[Activity]) -> dict[str, Any]:
    schema = kind.Config.model_json_schema()
    definitions = schema.pop("$defs", {})
    form: dict[str, Any] = _resolved(schema, definitions)
    # What every kind may have, the alternative path, stands last.
    fields = sorted(form["properties"].items(), key=lambda item: item[0] in ("other", "error_path"))
    fields.sort(key=lambda item: item[0] == "error_path")
    return {**form, "properties": dict(fields)}


def _resolved(part: Any, definitions: dict[str, Any]) -> Any:
    """With definitions in the places of references to them, and titles translated."""
    if isinstance(part, list):
        return [_resolved(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(definitions[part["$ref"].rpartition("/")[2]], definitions)
    resolved = {
        name: _resolved(each, definitions)
        for name, each in part.items()
        if name not in ("description", "additionalProperties")
    }
    if isinstance(part.get("title"), str):
        resolved["title"] = _(part["title"])
    if "titles" in part:
        resolved["titles"] = [_(title) for title in part["titles"]]
    return resolved

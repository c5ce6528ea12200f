"""What is different between two versions of a journey: steps, their fields, paths, properties. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from journeys.activities.base import Translate, gettext_noop, kinds, read_config, shown_name
from journeys.definition.document import ActivityDocument, Document
from journeys.definition.layout import START, ways_of

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_STEP_TITLES = {
    "kind": gettext_noop("Kind"),
    "name": gettext_noop("Name in expressions"),
    "label": gettext_noop("Label"),
    "description": gettext_noop("Description"),
    "note": gettext_noop("Note"),
}
_PROPERTY_TITLES = {
    "start_at": gettext_noop("Start"),
    "end_at": gettext_noop("End"),
    "reentrance.allowed": gettext_noop("Re-entrance"),
    "reentrance.wait": gettext_noop("Wait before re-entrance"),
    "time_zone": gettext_noop("Time zone"),
    "use_profile_time_zone": gettext_noop("Time zone of the person"),
    "timeout_seconds": gettext_noop("Timeout and error"),
}
_SENTENCES = {
    ADDED: gettext_noop("The step “{0}” is new."),
    REMOVED: gettext_noop("The step “{0}” is gone."),
    CHANGED: gettext_noop("The step “{0}” is changed: {1}."),
}
_PATH = gettext_noop("The path “{0}” goes to {1} and no longer to {2}.")
_PATH_ENDS = gettext_noop("The path “{0}” ends, and no longer goes to {1}.")
_PATH_BEGINS = gettext_noop("The path “{0}” goes to {1} and no longer ends.")
_ENTRANCE = gettext_noop("Beginning")
_EMPTY = gettext_noop("nothing")
_ORDER = gettext_noop("order of paths")
_FIELD = gettext_noop("{0} is {1} instead of {2}")
# Longer values are cut in sentences; the field itself can be looked at in the drawing.
_LONGEST = 120


class FieldChange(NamedTuple):
    """One field; ``before`` and ``after`` as people read them."""

    title: str
    before: str
    after: str


class StepChange(NamedTuple):
    """``what``: added, removed or changed; only a changed step has fields."""

    what: str
    name: str
    fields: tuple[FieldChange, ...] = ()


class PathChange(NamedTuple):
    """Where a path of a step that both versions have leads to; names of steps."""

    source: str
    way: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Comparison(NamedTuple):
    """``moved``: keys of lines of the drawings, as ``source:way:target``, that only one of them has."""

    steps: dict[str, StepChange]
    paths: list[PathChange]
    properties: list[FieldChange]
    moved: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.steps or self.paths or self.properties)


def compare(before: Document, after: Document, translate: Translate = str) -> Comparison:
    """The differences, in the order of the later version; what is gone comes last."""
    return Comparison(
        steps=dict(_steps(before, after, translate)),
        paths=list(_paths(before, after, translate)),
        properties=list(
            _fields(_properties(before), _properties(after), _property_title(translate), translate)
        ),
        moved=frozenset(_lines(before) ^ _lines(after)),
    )


def in_words(found: Comparison, translate: Translate = str) -> list[str]:
    """Each difference as a sentence."""

    def say(phrase: str, *parts: str) -> str:
        return translate(phrase).format(*parts)

    def quoted(text: str) -> str:
        return f"“{text}”" if text else say(_EMPTY)

    def told(field: FieldChange) -> str:
        return say(_FIELD, field.title, quoted(field.after), quoted(field.before))

    def led(path: PathChange) -> str:
        after, before = (", ".join(map(quoted, names)) for names in (path.after, path.before))
        if not after:
            return say(_PATH_ENDS, path.name, before)
        return say(_PATH, path.name, after, before) if before else say(_PATH_BEGINS, path.name, after)

    steps = [
        say(_SENTENCES[change.what], change.name, "; ".join(map(told, change.fields)))
        for change in found.steps.values()
    ]
    return [*steps, *map(led, found.paths), *(f"{told(field)}." for field in found.properties)]


# --- Steps ----------------------------------------------------------------------------------------


def _steps(before: Document, after: Document, translate: Translate) -> Iterator[tuple[str, StepChange]]:
    for id in _in_order(after):
        activity = after.activities[id]
        name = name_of(activity, translate)
        old = before.activities.get(id)
        if old is None:
            yield id, StepChange(ADDED, name)
        elif fields := tuple(_step_fields(old, activity, translate)):
            yield id, StepChange(CHANGED, name, fields)
    for id in _in_order(before):
        if id not in after.activities:
            yield id, StepChange(REMOVED, name_of(before.activities[id], translate))


def _in_order(document: Document) -> list[str]:
    """As people walk, upper paths first: a database may have stored the steps in any order."""
    found: dict[str, None] = {}
    ahead = list(reversed(document.start))
    while ahead:
        id = ahead.pop()
        if id in found or id not in document.activities:
            continue
        found[id] = None
        activity = document.activities[id]
        targets = [target for way in ways_of(activity) for target in activity.to.get(way.id, ())]
        ahead += reversed(targets)
    return [*found, *sorted(set(document.activities) - set(found))]


def name_of(activity: ActivityDocument, translate: Translate) -> str:
    """As its card is called."""
    if activity.kind not in kinds():
        return activity.label or activity.kind
    config, _faults = read_config(activity)
    return shown_name(activity, config, translate)


def _step_fields(old: ActivityDocument, new: ActivityDocument, translate: Translate) -> Iterator[FieldChange]:
    own = {name: (getattr(old, name), getattr(new, name)) for name in _STEP_TITLES}
    for name, (was, becomes) in own.items():
        if was != becomes:
            yield FieldChange(translate(_STEP_TITLES[name]), was, becomes)
    title = _config_title(new, translate)
    yield from _fields(_flat(_config(old)), _flat(_config(new)), title, translate)
    orders = _order(_config(old)), _order(_config(new))
    if orders[0] != orders[1] and set(orders[0]) == set(orders[1]):
        labels = _labels(_config(new))
        was, becomes = (", ".join(labels.get(id, id) for id in order) for order in orders)
        yield FieldChange(translate(_ORDER), was, becomes)


def _config(activity: ActivityDocument) -> Mapping[str, Any]:
    """With what is not written taken as it is meant: a default is no difference."""
    config, _faults = read_config(activity)
    return config.model_dump(mode="json", by_alias=True) if config is not None else activity.config


def _config_title(activity: ActivityDocument, translate: Translate) -> Callable[[str], str]:
    kind = kinds().get(activity.kind)
    fields = kind.Config.model_fields if kind else {}
    labels = _labels(_config(activity))

    def title(path: str) -> str:
        first, *rest = path.split(".")
        known = fields.get(first)
        words = translate(known.title) if known and known.title else first
        return " – ".join([words, *(labels.get(part, part) for part in rest)])

    return title


def _items(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The paths that people label."""
    for value in config.values():
        if isinstance(value, list):
            yield from (one for one in value if isinstance(one, Mapping) and "id" in one)


def _labels(config: Mapping[str, Any]) -> dict[str, str]:
    return {str(one["id"]): str(one.get("label") or one["id"]) for one in _items(config)}


def _order(config: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(one["id"]) for one in _items(config))


# --- Fields ---------------------------------------------------------------------------------------


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Plain values by dotted path; items of lists that have ids go by these, so that moving is no change."""
    if isinstance(value, Mapping):
        named = {str(name): inner for name, inner in value.items() if name != "id"}
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) and "id" in one for one in value):
        named = {str(one["id"]): one for one in value}
    else:
        return {path: value}
    found: dict[str, Any] = {}
    for name, inner in named.items():
        found |= _flat(inner, f"{path}.{name}" if path else name)
    return found


def _fields(
    old: Mapping[str, Any], new: Mapping[str, Any], title: Callable[[str], str], translate: Translate
) -> Iterator[FieldChange]:
    for path in dict.fromkeys([*new, *old]):
        was, becomes = old.get(path), new.get(path)
        if was != becomes and (was or becomes):
            yield FieldChange(title(path), _shown(was, translate), _shown(becomes, translate))


def _shown(value: Any, translate: Translate) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return translate(gettext_noop("yes") if value else gettext_noop("no"))
    if isinstance(value, list):
        return ", ".join(_shown(one, translate) for one in value)
    if isinstance(value, Mapping):
        return "–".join(_shown(one, translate) for one in value.values())
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _properties(document: Document) -> dict[str, Any]:
    return _flat(document.properties.model_dump(mode="json"))


def _property_title(translate: Translate) -> Callable[[str], str]:
    return lambda path: translate(_PROPERTY_TITLES[path]) if path in _PROPERTY_TITLES else path


# --- Paths ----------------------------------------------------------------------------------------


def _paths(before: Document, after: Document, translate: Translate) -> Iterator[PathChange]:
    """Of steps that both have: where else a path leads now. New steps bring their paths with them."""

    def names(document: Document, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name_of(document.activities[id], translate) for id in ids if id in document.activities)

    both = [id for id in after.activities if id in before.activities]
    for source in [START, *both]:
        was, becomes = _targets(before, source), _targets(after, source)
        labels = _way_labels(before, source, translate) | _way_labels(after, source, translate)
        for way in dict.fromkeys([*becomes, *was]):
            old, new = was.get(way, ()), becomes.get(way, ())
            if old != new:
                step = name_of(after.activities[source], translate) if source else translate(_ENTRANCE)
                name = " – ".join(filter(None, (step, labels.get(way, ""))))
                yield PathChange(source, way, name, names(before, old), names(after, new))


def _targets(document: Document, source: str) -> dict[str, tuple[str, ...]]:
    if source == START:
        return {"start": tuple(document.start)}
    return {way: ids for way, ids in document.activities[source].targets.items() if ids}


def _way_labels(document: Document, source: str, translate: Translate) -> dict[str, str]:
    if source == START:
        return {}
    return {way.id: way.label for way in ways_of(document.activities[source], translate)}


def _lines(document: Document) -> set[str]:
    sources = [START, *document.activities]
    return {
        f"{source}:{way}:{target}"
        for source in sources
        for way, targets in _targets(document, source).items()
        for target in targets
    }

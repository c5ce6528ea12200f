"""Which journeys use an event, an action or a field group: "used in N journeys" (journeyorch/usage.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from operator import itemgetter
from typing import Any

from django.db.models import F, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from actions.models import Action, Channel, MessageTemplate
from datasources.models import FieldGroup, ProfileFieldGroup, Segment
from events.models import Event
from journeyorch.expressions import ExpressionError
from journeyorch.expressions.parse import parse
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeyorch.expressions.syntax import Field
from journeyorch.usage import Use
from journeys.definition.document import Document, read_document
from journeys.models import Journey, JourneyVersion

Status = JourneyVersion.Status
# What is used there must stay as it is: a draft is meant to be published, and people are inside the others.
_COUNTED = (Status.DRAFT, *JourneyVersion.RUNNING)


def uses(kind: str, obj: Model) -> Iterator[Use]:
    """The versions that use a saved object, for ``journeyorch.usage``; none for kinds that are not ours."""
    find = _FINDERS.get(kind)
    for version in find(obj) if find else ():
        yield Use(str(version), reverse("version", args=[version.uid]))


def names_of_usable(sandbox_id: int) -> list[tuple[str, str]]:
    """What ``versions_with`` may be asked for: kinds and names, in the order of the names. One query."""
    groups = FieldGroup.objects.filter(source__sandbox=sandbox_id)
    of_profiles = ProfileFieldGroup.objects.filter(sandbox=sandbox_id)
    found = (
        _named(Event.objects.filter(sandbox=sandbox_id), "event", F("name")),
        _named(Action.objects.filter(sandbox=sandbox_id), "action", F("name")),
        _named(groups, "field_group", Concat("source__name", Value("."), "name")),
        _named(of_profiles, "field_group", Concat(Value(f"{PROFILE_SOURCE}."), "name")),
    )
    return sorted(found[0].union(*found[1:], all=True), key=itemgetter(1))


def _named(rows: QuerySet[Any], kind: str, name: Any) -> QuerySet[Any]:
    called = Cast(name, TextField())
    return rows.order_by().values_list(Value(kind, TextField()), called)


def versions_with(sandbox_id: int, kind: str, name: str) -> list[int]:
    """The ids of all versions that use what is called so, whatever their status.

    ``kind``: event, action, or field_group, whose name is that of its source, a dot, and its own.
    """
    drawings = _drawings(sandbox_id, name.rpartition(".")[2], statuses=Status.values)
    return [version.pk for version, document in drawings if _is_used(document, kind, name)]


def _is_used(document: Document, kind: str, name: str) -> bool:
    if kind == "field_group":
        source, _, group = name.partition(".")
        return reads_group(document, source, group)
    return name in names_in(document, kind)


def jumps_into(journey: Journey) -> list[JourneyVersion]:
    """Whence people jump into it: of each such journey the latest version with people inside, by name."""
    uid, found = str(journey.uid), dict[int, JourneyVersion]()
    for version, document in _drawings(journey.sandbox_id, uid, statuses=JourneyVersion.RUNNING):
        if uid in names_in(document, "journey"):
            found[version.journey_id] = version
    return sorted(found.values(), key=lambda version: version.journey.name)


def names_in(document: Document, key: str) -> set[str]:
    """What the activities name under a key of their configuration, such as ``event`` or ``action``."""
    values = (activity.config.get(key) for activity in document.activities.values())
    return {value for value in values if isinstance(value, str)}


def reads_group(document: Document, source: str, group: str) -> bool:
    """Whether any expression of the drawing reads a field group."""
    texts = (text for activity in document.activities.values() for text in _texts(activity.config))
    return any(_mentions(text, source, group) for text in texts if source in text and group in text)


def asks_segment(document: Document, segment: str) -> bool:
    """Whether any expression of the drawing asks if somebody is in the segment."""
    texts = (text for activity in document.activities.values() for text in _texts(activity.config))
    return any("inSegment" in text and segment in text for text in texts)


def mentions(document: Document, text: str) -> bool:
    """Whether a text stands anywhere in the configuration of the activities."""
    texts = (one for activity in document.activities.values() for one in _texts(activity.config))
    return any(text in one for one in texts)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a configuration: expressions stand in many places, and each kind has its own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _mentions(text: str, source: str, group: str) -> bool:
    try:
        tree = parse(text)
    except ExpressionError:
        # Half-written in a draft. It holds both names; a use too many is better than one too few.
        return "#" in text
    return any(
        field.sign == "#" and [step.name for step in field.steps[:2]] == [source, group]
        for field in _references(tree)
    )


def _references(part: Any) -> Iterator[Field]:
    """Every field reference below a node, also those inside conditions and parameters of others."""
    if isinstance(part, Field):
        yield part
    if isinstance(part, (list, tuple)):
        for item in part:
            yield from _references(item)
    elif is_dataclass(part):
        yield from _references([getattr(part, each.name) for each in fields(part)])


# --- Which versions -------------------------------------------------------------------------------


def _with_event(event: Model) -> Iterable[JourneyVersion]:
    return _naming(Event.objects.filter(pk=event.pk), "event")


def _with_action(action: Model) -> Iterable[JourneyVersion]:
    return _naming(Action.objects.filter(pk=action.pk), "action")


def _naming(stored: QuerySet[Any], key: str) -> Iterator[JourneyVersion]:
    # The stored name: a form may have given the object another one already, and be refused for it.
    for name, sandbox_id in stored.values_list("name", "sandbox_id"):
        for version, document in _drawings(sandbox_id, name):
            if name in names_in(document, key):
                yield version


def _with_group(group: Model) -> Iterator[JourneyVersion]:
    stored = FieldGroup.objects.filter(pk=group.pk)
    for name, source, sandbox_id in stored.values_list("name", "source__name", "source__sandbox_id"):
        for version, document in _drawings(sandbox_id, name):
            if reads_group(document, source, name):
                yield version


def _with_profile_group(group: Model) -> Iterator[JourneyVersion]:
    assert isinstance(group, ProfileFieldGroup)
    stored = ProfileFieldGroup.objects.filter(pk=group.pk).values_list("name", flat=True)
    # One that is not saved yet takes the place of the group that every sandbox has.
    name = stored.first() or group.name
    for version, document in _drawings(group.sandbox_id, name):
        if reads_group(document, PROFILE_SOURCE, name):
            yield version


def _with_template(template: Model) -> Iterable[JourneyVersion]:
    return _naming(MessageTemplate.objects.filter(pk=template.pk), "template")


def _with_channel(channel: Model) -> Iterator[JourneyVersion]:
    """The last one of a kind is used by all messages of the kind; others can take the place of any other."""
    for kind, sandbox_id in Channel.objects.filter(pk=channel.pk).values_list("kind", "sandbox_id"):
        others = Channel.objects.filter(sandbox=sandbox_id, kind=kind).exclude(pk=channel.pk)
        for version, document in () if others.exists() else _drawings(sandbox_id, kind):
            if any(activity.kind == kind for activity in document.activities.values()):
                yield version


def _with_segment(segment: Model) -> Iterator[JourneyVersion]:
    stored = Segment.objects.filter(pk=segment.pk)
    for name, sandbox_id in stored.values_list("name", "sandbox_id"):
        for version, document in _drawings(sandbox_id, name):
            if name in names_in(document, "segment") or asks_segment(document, name):
                yield version


_FINDERS: Mapping[str, Callable[[Any], Iterable[JourneyVersion]]] = {
    "event": _with_event,
    "action": _with_action,
    "field_group": _with_group,
    "profile_field_group": _with_profile_group,
    "template": _with_template,
    "channel": _with_channel,
    "segment": _with_segment,
}


def _drawings(
    sandbox_id: int, name: str, *, statuses: Sequence[str] = _COUNTED
) -> Iterator[tuple[JourneyVersion, Document]]:
    """The versions of a sandbox whose drawing holds this name somewhere, with their drawings."""
    versions = JourneyVersion.objects.filter(sandbox_id=sandbox_id, status__in=statuses)
    # Looked for by the database, so that only a few of many drawings are read and understood here.
    holding = versions.annotate(drawn=Cast("document", TextField())).filter(drawn__contains=name)
    for version in holding.select_related("journey").order_by("pk"):
        document, _ = read_document(version.document)
        if document is not None:
            yield version, document

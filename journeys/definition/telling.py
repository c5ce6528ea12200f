"""A journey as plain sentences, to be read and approved by people who draw none. Pure.

Each kind of activity tells its own sentence (``tell``); which follows which is told by the outline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from journeys.activities.base import Activity, gettext_noop, in_units, kinds, read_config
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Document, Properties
from journeys.definition.layout import ways_of


class Told(NamedTuple):
    """``steps``: sentences by activity; ``paths``: who takes a path, by (activity, way)."""

    journey: list[str]
    steps: dict[str, list[str]]
    paths: dict[tuple[str, str], str]


def tell(document: Document, words: Words, *, names: Mapping[str, str]) -> Told:
    """All that is to be told. ``names``: of the activities, as their cards have them."""
    steps: dict[str, list[str]] = {}
    paths: dict[tuple[str, str], str] = {}
    for id, activity in document.activities.items():
        own = words._replace(is_start=id in document.start, steps=names)
        steps[id] = _told(activity, own)
        paths |= {(id, way): text for way, text in _paths_told(activity, own).items()}
    return Told(list(_properties(document.properties, words)), steps, paths)


def _told(activity: ActivityDocument, words: Words) -> list[str]:
    kind: type[Activity] | None = kinds().get(activity.kind)
    config, _faults = read_config(activity)
    if kind is None or config is None:
        return [words.say(gettext_noop("This step is not finished: its configuration cannot be read."))]
    told = kind.tell(config, words)
    if getattr(config, "error_path", False) and kind.can_fail(config):
        told.append(words.say(gettext_noop("If it fails or takes too long, the path of errors is taken.")))
    own = [activity.description] if activity.description else []
    return [*told, *own]


def _paths_told(activity: ActivityDocument, words: Words) -> dict[str, str]:
    kind = kinds().get(activity.kind)
    config, _faults = read_config(activity)
    if kind is None or config is None:
        return {}
    existing = {way.id for way in ways_of(activity, words.translate)}
    return {way: text for way, text in kind.tell_paths(config, words).items() if way in existing}


def _properties(properties: Properties, words: Words) -> Iterator[str]:
    if properties.start_at:
        yield words.say(gettext_noop("People enter from {0} on."), words.write(properties.start_at))
    if properties.end_at:
        yield words.say(gettext_noop("Nobody enters after {0}."), words.write(properties.end_at))
    if not properties.reentrance.allowed:
        yield words.say(gettext_noop("Everybody enters once only."))
    elif properties.reentrance.wait:
        phrase = gettext_noop("Whoever was in it may enter again, {0} after the last time.")
        yield words.say(phrase, in_units(properties.reentrance.wait))
    else:
        yield words.say(gettext_noop("Whoever was in it may enter again at any time."))
    zone = gettext_noop("Times are those of {0}.")
    if properties.use_profile_time_zone:
        zone = gettext_noop("Times are those of the person's own time zone, or else of {0}.")
    yield words.say(zone, properties.time_zone)

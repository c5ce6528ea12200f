"""What keeps a journey from being published (journey-format.md, Problems)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import journeys.activities  # noqa: F401 - registers the kinds
from journeyorch.expressions.scope import PROPERTIES_ROOT
from journeyorch.phrases import phrase
from journeys.activities.base import Activity, Fault, kinds, read_config
from journeys.activities.catalog import Catalog, EventInfo
from journeys.activities.room import Room, Surrounding
from journeys.definition.document import Document
from journeys.definition.graph import Graph
from journeys.definition.problems import Problem
from journeys.definition.references import is_of_profile, references_of
from journeys.definition.whole import check_connections, check_dates, check_length, check_start
from journeys.engine.decide.step import Step


class Reading:
    """A document with everything that is derived from it once: configurations, graph, scopes."""

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self.document = document
        self.catalog = catalog
        self.graph = Graph(document)
        self.configs: dict[str, Any] = {}
        self.unread: dict[str, list[Fault]] = {}
        for id, activity in document.activities.items():
            config, faults = read_config(activity)
            if config is None:
                self.unread[id] = faults
            else:
                self.configs[id] = config
        self._rooms: dict[frozenset[str], Room] = {}

    def kind(self, id: str) -> type[Activity]:
        return kinds()[self.document.activities[id].kind]

    def reference(self, id: str) -> str:
        """The name by which expressions refer to what the activity leaves; empty: it leaves nothing."""
        if id not in self.configs or self._is_silent(id):
            return ""
        return self.kind(id).stores(self.document.activities[id], self.configs[id])

    def _is_silent(self, id: str) -> bool:
        """An action without a response sample leaves nothing to refer to."""
        action = self.catalog.actions.get(getattr(self.configs[id], "action", ""))
        return action is not None and action.response is None

    def room(self, id: str) -> Room:
        """What the activity's expressions may refer to: what stands before it on some path."""
        upstream = frozenset(self.graph.upstream(id) & self.configs.keys())
        if upstream not in self._rooms:
            above = {each: self.reactions(each) for each in upstream}
            kinds = frozenset(activity.kind for activity in self.document.activities.values())
            brought = self.brought(upstream)
            surrounding = Surrounding(above, kinds, frozenset(self.namespaces()), brought)
            self._rooms[upstream] = Room(self.catalog, self._types(upstream), surrounding=surrounding)
        return self._rooms[upstream]

    def reactions(self, id: str) -> tuple[str, ...]:
        """What can become known of the message that the activity sends; empty: it sends none."""
        return self.kind(id).reactions_of(self.configs[id], self.catalog)

    def brought(self, ids: Iterable[str]) -> dict[str, EventInfo]:
        """The events whose payloads these activities leave, by the name that expressions use."""
        events = ((id, self.kind(id).brings(self.configs[id], self.catalog)) for id in ids)
        return {self.reference(id): event for id, event in events if event is not None}

    def parallel_to(self, id: str) -> set[str]:
        """The activities that some path leads to together with this one, itself included."""
        paths = (
            targets for activity in self.document.activities.values() for targets in activity.to.values()
        )
        return {target for targets in paths if id in targets for target in targets}

    def ends_by_itself(self, id: str) -> bool:
        """Whether a race that the activity takes part in is over at some time, whatever events come."""
        config = self.configs.get(id)
        return config is None or self.kind(id).category != "events" or bool(config.timeout)

    def namespaces(self) -> set[str]:
        """The namespaces of all its events; a valid journey has exactly one."""
        told = (self.kind(id).namespace(config, self.catalog) for id, config in self.configs.items())
        return {namespace for namespace in told if namespace is not None}

    def _types(self, upstream: frozenset[str]) -> dict[str, Any]:
        left = {id: self.kind(id).leaves(self.configs[id], self.catalog) for id in upstream}
        return {self.reference(id): type for id, type in left.items() if type is not None}


def check(document: Document, catalog: Catalog, *, max_activities: int) -> list[Problem]:
    """All problems of a journey, those of the whole first, then in the order of the drawing."""
    reading = Reading(document, catalog)
    problems = [
        *_check_whole(reading, max_activities),
        *check_dates(reading),
        *check_start(reading),
        *_check_loop(reading),
        *_check_names(reading),
        *check_connections(reading),
        *_check_activities(reading),
        *_check_listening(reading),
        *check_length(reading),
    ]
    if not any(problem.is_error for problem in problems):
        problems.extend(_check_profile_use(reading))
    return problems


def _check_whole(reading: Reading, max_activities: int) -> Iterator[Problem]:
    count = len(reading.document.activities)
    if count > max_activities:
        message = phrase(
            "The journey has {count} activities, {max_activities} are allowed; split it into two journeys.",
            count=count,
            max_activities=max_activities,
        )
        yield Problem("ERR_JOURNEY_TOO_MANY_ACTIVITIES", message)
    if reading.document.properties.time_zone not in available_timezones():
        yield Problem(
            "ERR_JOURNEY_TIME_ZONE", phrase("The journey's time zone is unknown; choose one from the list.")
        )
    namespaces = reading.namespaces()
    if len(namespaces) > 1:
        named = ", ".join(sorted(namespace or "none" for namespace in namespaces))
        message = phrase(
            "The events tell people apart by different namespaces ({named}); use events of one namespace.",
            named=named,
        )
        yield Problem("ERR_JOURNEY_NAMESPACES", message)


def _check_loop(reading: Reading) -> Iterator[Problem]:
    if loop := reading.graph.loop():
        message = phrase("The path leads back to an activity before it; remove one of the connections.")
        yield Problem("ERR_JOURNEY_LOOP", message, loop[0])


def _check_names(reading: Reading) -> Iterator[Problem]:
    # What all of a kind leave under one name is one thing: the latest of them.
    users = {
        (name, "" if reading.kind(id).shares_reference else id)
        for id in reading.configs
        if (name := reading.reference(id))
    }
    counts = Counter(name for name, _ in users)
    for id in reading.configs:
        if (name := reading.reference(id)) == PROPERTIES_ROOT:
            message = phrase(
                "“{name}” means the journey itself in expressions; give the activity another name.", name=name
            )
            yield Problem("ERR_JOURNEY_NAME_TWICE", message, id, "name")
        elif counts[name] > 1:
            message = phrase(
                "Several activities are called “{name}” in expressions; give each its own name.", name=name
            )
            yield Problem("ERR_JOURNEY_NAME_TWICE", message, id, "name")


def _check_activities(reading: Reading) -> Iterator[Problem]:
    for id in reading.document.activities:
        if id in reading.unread:
            for field, message in reading.unread[id]:
                yield Problem("ERR_JOURNEY_CONFIGURATION", message, id, field)
        else:
            yield from _check_ways(reading, id)
            yield from reading.kind(id).check(
                id, reading.document.activities[id], reading.configs[id], reading.room(id)
            )


def _check_ways(reading: Reading, id: str) -> Iterator[Problem]:
    activity = reading.document.activities[id]
    ways = {way.id for way in reading.kind(id).ways(reading.configs[id])}
    for way, targets in activity.to.items():
        if way not in ways and targets:
            message = phrase(
                "There is no path “{way}” out of this activity any more; delete what follows it.", way=way
            )
            yield Problem("ERR_JOURNEY_WAY_MISSING", message, id, way)
        yield from _check_targets(reading, id, way, targets)
    for way in ("error", "timeout"):
        if way in ways and not activity.to.get(way):
            message = phrase(
                "The alternative path leads nowhere; people who take it leave the journey there."
            )
            yield Problem("WARN_JOURNEY_ALTERNATIVE_EMPTY", message, id, way)


def _check_targets(reading: Reading, id: str, way: str, targets: list[str]) -> Iterator[Problem]:
    for target in targets:
        if target not in reading.document.activities:
            message = phrase(
                "The path leads to an activity “{target}” that does not exist; connect it anew.",
                target=target,
            )
            yield Problem("ERR_JOURNEY_TARGET_MISSING", message, id, way)
        elif target in reading.document.start:
            message = phrase(
                "The path leads to the start of the journey; only people who enter may come there."
            )
            yield Problem("ERR_JOURNEY_LOOP", message, id, way)
    if len(targets) > 1:
        present = [target for target in targets if target in reading.configs]
        if not all(reading.kind(target).waits for target in present):
            message = phrase(
                "Only events and waits may be in parallel; put the other activities one after the other."
            )
            yield Problem("ERR_JOURNEY_PARALLEL", message, id, way)
        if len(set(targets)) != len(targets):
            yield Problem(
                "ERR_JOURNEY_PARALLEL", phrase("The path leads twice to the same activity."), id, way
            )


def _check_listening(reading: Reading) -> Iterator[Problem]:
    """Whoever waits for an event with nothing beside it stays until the journey's own timeout."""
    for id, config in reading.configs.items():
        if id in reading.document.start or reading.kind(id).category != "events" or config.timeout:
            continue
        if not any(reading.ends_by_itself(other) for other in reading.parallel_to(id)):
            message = phrase("Nothing ends the waiting if the event does not come; set a timeout.")
            yield Problem("WARN_JOURNEY_NO_TIMEOUT", message, id, "timeout")


def _check_profile_use(reading: Reading) -> Iterator[Problem]:
    """Without a namespace nobody knows whose profile to look at. Only for what compiles."""
    if reading.namespaces() != {""}:
        return
    if reading.document.properties.use_profile_time_zone:
        message = phrase(
            "The journey's event has no namespace, so no profile tells a time zone; switch that off."
        )
        yield Problem("ERR_JOURNEY_PROFILE_WITHOUT_NAMESPACE", message, field="use_profile_time_zone")
    for id, config in reading.configs.items():
        document = reading.document.activities[id]
        step = reading.kind(id).compile(id, document, config, reading.room(id))
        if _needs_person(step):
            message = phrase(
                "The journey's event has no namespace, so no profile can be used; give the event one."
            )
            yield Problem("ERR_JOURNEY_PROFILE_WITHOUT_NAMESPACE", message, id)


def _needs_person(step: Step) -> bool:
    references = references_of(step)
    return step.updates_profile or step.uses_person or any(is_of_profile(each) for each in references)


def time_zone_of(document: Document) -> ZoneInfo:
    """The journey's fixed time zone."""
    return ZoneInfo(document.properties.time_zone)

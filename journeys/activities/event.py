"""General event: waits until a configured event comes for the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import Field

from journeyorch.phrases import phrase
from journeys.activities.base import (
    Activity,
    Config,
    Way,
    activity,
    gettext_noop,
    tell_timeout,
    ways_of_listening,
)
from journeys.activities.catalog import Catalog, EventInfo
from journeys.activities.listening import ListeningStep
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Duration
from journeys.definition.problems import Problem


class EventConfig(Config):
    """Which event, and for how long to wait for it."""

    event: str = Field(
        title=gettext_noop("Event"),
        min_length=1,
        json_schema_extra={"widget": "event", "help": "design.event"},
    )
    timeout: Duration | None = Field(
        default=None,
        title=gettext_noop("Timeout"),
        gt=timedelta(0),
        le=timedelta(days=90),
        json_schema_extra={"help": "design.timeout"},
    )
    timeout_path: bool = Field(
        default=False,
        title=gettext_noop("Add a path for the timeout"),
        json_schema_extra={"when": {"timeout": "*"}},
    )


class EventStep(ListeningStep):
    """Listens to one event; a timeout leads to its own path, else along the normal one."""

    __slots__ = ("_name",)
    node_type = "event"

    def __init__(self, *, event_id: int, reference: str, **step: Any) -> None:
        super().__init__(keys=[event_id], **step)
        self._name = reference

    def stores(self) -> str:
        return self._name


@activity("event")
class Event(Activity):
    title = gettext_noop("Event")
    category = "events"
    icon = "globe"
    help = gettext_noop(
        "Waits until the event comes for this person; as the first activity it lets people enter."
    )
    node_type = "event"
    can_start = True
    waits = True
    named_by = "event"
    Config = EventConfig

    @classmethod
    def ways(cls, config: EventConfig) -> list[Way]:
        return ways_of_listening(config.timeout, config.timeout_path)

    @classmethod
    def tell(cls, config: EventConfig, words: Words) -> list[str]:
        if words.is_start:
            return [words.say(gettext_noop("Whoever the event {0} is about enters."), config.event)]
        waits = words.say(gettext_noop("Waits until the event {0} comes for the person."), config.event)
        return [waits, *tell_timeout(config, words)]

    @classmethod
    def stores(cls, document: ActivityDocument, config: EventConfig) -> str:
        return document.name or config.event

    @classmethod
    def brings(cls, config: EventConfig, catalog: Catalog) -> EventInfo | None:
        return catalog.events.get(config.event)

    @classmethod
    def leaves(cls, config: EventConfig, catalog: Catalog) -> Any:
        event = cls.brings(config, catalog)
        return event.type if event else None

    @classmethod
    def namespace(cls, config: EventConfig, catalog: Catalog) -> str | None:
        event = cls.brings(config, catalog)
        return event.namespace if event else None

    @classmethod
    def check(cls, id: str, document: ActivityDocument, config: EventConfig, room: Room) -> Iterable[Problem]:
        if config.event not in room.catalog.events:
            message = phrase("The event “{event}” no longer exists; choose another one.", event=config.event)
            yield Problem("ERR_JOURNEY_EVENT_MISSING", message, id, "event")

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: EventConfig, room: Room) -> EventStep:
        return EventStep(
            id=id,
            name=document.label or cls.stores(document, config),
            to=document.targets,
            event_id=room.catalog.events[config.event].id,
            reference=cls.stores(document, config),
            timeout=config.timeout,
            timeout_path=config.timeout_path,
        )

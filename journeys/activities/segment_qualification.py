"""Segment qualification: the person comes into a segment, or leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from journeyorch.expressions import types
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
from journeys.activities.catalog import Catalog
from journeys.activities.listening import ListeningStep
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Duration
from journeys.definition.problems import Problem
from journeys.engine.decide.values import segment_key

# The statuses of a membership that are heard (journey-format.md, segment_qualification).
_STATUSES: Mapping[str, tuple[str, ...]] = {
    "entered": ("realized",),
    "left": ("exited",),
    "both": ("realized", "exited"),
}
#: The name by which expressions read the latest qualification.
REFERENCE = "SegmentQualification"
_QUALIFICATION = types.ObjectType(
    {
        "status": types.STRING,
        "lastQualificationTime": types.DATE_TIME,
        "segmentId": types.STRING,
        "segmentName": types.STRING,
    }
)


# As a start, and later.
_TOLD: Mapping[str, tuple[str, str]] = {
    "entered": (
        gettext_noop("Whoever comes into the segment {0} enters."),
        gettext_noop("Waits until the person comes into the segment {0}."),
    ),
    "left": (
        gettext_noop("Whoever leaves the segment {0} enters."),
        gettext_noop("Waits until the person leaves the segment {0}."),
    ),
    "both": (
        gettext_noop("Whoever comes into the segment {0}, or leaves it, enters."),
        gettext_noop("Waits until the person comes into the segment {0}, or leaves it."),
    ),
}


class SegmentQualificationConfig(Config):
    """Which segment, and in which direction; ``namespace``: as a start, by which people are known."""

    segment: str = Field(title=gettext_noop("Segment"), min_length=1, json_schema_extra={"widget": "segment"})
    on: Literal["entered", "left", "both"] = Field(
        default="entered",
        title=gettext_noop("Behaviour"),
        json_schema_extra={
            "titles": [gettext_noop("Comes in"), gettext_noop("Leaves"), gettext_noop("Both")],
        },
    )
    namespace: str = Field(
        default="", title=gettext_noop("Namespace"), json_schema_extra={"widget": "namespace"}
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


class SegmentQualificationStep(ListeningStep):
    __slots__ = ()
    node_type = "segmentQualification"
    uses_person = True

    def stores(self) -> str:
        return REFERENCE


@activity("segment_qualification")
class SegmentQualification(Activity):
    title = gettext_noop("Segment qualification")
    category = "events"
    icon = "users"
    help = gettext_noop("Waits until the person comes into a segment or leaves it; as a start it lets in.")
    node_type = "segmentQualification"
    can_start = True
    waits = True
    shares_reference = True
    named_by = "segment"
    Config = SegmentQualificationConfig

    @classmethod
    def ways(cls, config: SegmentQualificationConfig) -> list[Way]:
        return ways_of_listening(config.timeout, config.timeout_path)

    @classmethod
    def tell(cls, config: SegmentQualificationConfig, words: Words) -> list[str]:
        enters, waits = _TOLD[config.on]
        if words.is_start:
            return [words.say(enters, config.segment)]
        return [words.say(waits, config.segment), *tell_timeout(config, words)]

    @classmethod
    def stores(cls, document: ActivityDocument, config: SegmentQualificationConfig) -> str:
        return REFERENCE

    @classmethod
    def leaves(cls, config: SegmentQualificationConfig, catalog: Catalog) -> Any:
        return _QUALIFICATION

    @classmethod
    def namespace(cls, config: SegmentQualificationConfig, catalog: Catalog) -> str | None:
        return config.namespace or None

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: SegmentQualificationConfig, room: Room
    ) -> Iterable[Problem]:
        segment = room.catalog.segments.get(config.segment)
        if segment is None:
            message = phrase(
                "The segment “{segment}” no longer exists; choose another one.", segment=config.segment
            )
            yield Problem("ERR_JOURNEY_SEGMENT_MISSING", message, id, "segment")
        elif not segment.is_evaluated:
            message = phrase("The segment has never been evaluated; nobody may be in it yet.")
            yield Problem("WARN_JOURNEY_SEGMENT_UNEVALUATED", message, id, "segment")
        if not room.above and not config.namespace:
            message = phrase("Nothing says by which identity people enter; choose a namespace.")
            yield Problem("ERR_JOURNEY_SEGMENT_NAMESPACE", message, id, "namespace")
        elif config.namespace and config.namespace not in room.catalog.namespaces:
            message = phrase(
                "The namespace “{namespace}” tells no people apart; choose another one.",
                namespace=config.namespace,
            )
            yield Problem("ERR_JOURNEY_SEGMENT_NAMESPACE", message, id, "namespace")

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: SegmentQualificationConfig, room: Room
    ) -> SegmentQualificationStep:
        segment = room.catalog.segments[config.segment]
        return SegmentQualificationStep(
            id=id,
            name=document.label or config.segment,
            to=document.targets,
            keys=[segment_key(segment.id, status) for status in _STATUSES[config.on]],
            timeout=config.timeout,
            timeout_path=config.timeout_path,
        )

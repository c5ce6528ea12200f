"""What the inputs of a lane bring to people's journeys: received events, and news that the product makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from datasources.platform.profiles.feed import Received
from events.catalog import Catalog
from events.loading import load_entities
from events.routing import Entity
from journeys.engine.decide import Arrival, JumpRequest
from journeys.engine.decide.values import Key, feedback_key, segment_key
from journeys.engine.plans import Place, SandboxPlans
from journeys.models import LaneInput

Kind = LaneInput.Kind
#: A timer that races with one of these lets it come first if it is older (engine.md, Waves).
NEWS = frozenset({Kind.EVENT, Kind.FEEDBACK, Kind.SEGMENT, Kind.JUMP})


class Input(NamedTuple):
    """A row of ``LaneInput``."""

    id: int
    lane_id: int
    bulk: int
    kind: int
    namespace: str
    person_id: str
    reference: int | None
    detail: str
    occurred_at: datetime

    @property
    def person(self) -> tuple[str, str]:
        return self.namespace, self.person_id

    @property
    def run(self) -> int:
        """SWEEP: the number of the test run that is over, 0: the version was stopped."""
        return int(self.detail or 0)


class Arrived(NamedTuple):
    """An input that brings news, read: what arrives, and for whom."""

    input: Input
    arrival: Arrival
    feeds: Received | None = None  # for the profile store
    instance_id: UUID | None = None  # FEEDBACK: the only one whom it concerns
    test_of: int | None = None  # the tested version whose form made it
    target: Place | None = None  # JUMP: the only journey that it is for
    origin: int | None = None  # JUMP: the version that the person jumped from
    segment_id: int | None = None
    namespaces: Set[str] | None = None  # SEGMENT: only journeys of these hear of it
    starts: bool = True  # may let the person in
    left_for: Set[Place] | None = None  # it was kept: only in these journeys it is still to be handled

    def places(self, plans: SandboxPlans) -> Sequence[Place]:
        """Where it may let the person in, or take the person on."""
        heard = self._heard(plans)
        return heard if self.left_for is None else [place for place in heard if place in self.left_for]

    def _heard(self, plans: SandboxPlans) -> Sequence[Place]:
        if self.target is not None:
            return [self.target]
        if self.segment_id is None or self.namespaces is None:
            return plans.places_of(self.arrival.keys)
        heard = plans.places_of(segment_keys(self.segment_id))
        return [place for place in heard if plans.namespace_of(place) in self.namespaces]


def read_news(inputs: Sequence[Input], catalog: Catalog) -> dict[int, Arrived]:
    """By input, what it brings; one whose event is gone or cannot be read any more is left out."""
    events = {one.reference for one in inputs if one.kind == Kind.EVENT and one.reference is not None}
    entities = load_entities(events, catalog)
    found: dict[int, Arrived] = {}
    for one in inputs:
        if one.kind == Kind.FEEDBACK:
            found[one.id] = _feedback(one)
        elif one.kind == Kind.JUMP:
            found[one.id] = _jump(one)
        elif one.kind == Kind.SEGMENT:
            found[one.id] = _segment(one)
        elif one.kind == Kind.EVENT and one.reference in entities:
            found[one.id] = _event(one, entities[one.reference])
    return found


def _event(one: Input, entity: Entity) -> Arrived:
    detail = orjson.loads(one.detail)
    feeds = None
    if "identities" in detail and one.reference is not None:
        identities = [tuple(identity) for identity in detail["identities"]]
        feeds = Received(one.reference, entity.received_at, identities, entity.entity, detail["record"])
    arrival = Arrival(one.reference, tuple(detail["events"]), entity.received_at, entity.entity)
    return Arrived(one, arrival, feeds, test_of=detail.get("test"), left_for=_left_for(detail))


def kept_detail(arrived: Arrived, places: Iterable[Place]) -> str:
    """What is left of it, in these journeys; the person's profile has been fed."""
    detail = orjson.loads(arrived.input.detail)
    detail.pop("identities", None)
    return orjson.dumps({**detail, "left": [list(place) for place in sorted(places)]}).decode()


def _left_for(detail: Mapping[str, Any]) -> Set[Place] | None:
    return frozenset(Place(*place) for place in detail["left"]) if "left" in detail else None


def _feedback(one: Input) -> Arrived:
    detail = orjson.loads(one.detail)
    key = feedback_key(detail["activity"], detail["reaction"])
    return Arrived(one, Arrival(None, (key,), one.occurred_at, {}), instance_id=UUID(detail["instance"]))


def jump_detail(jump: JumpRequest, *, origin: int, in_test: bool) -> str:
    """What the input of a jump says, besides the journey; ``origin``: the version that the person is in."""
    told = {"jump": str(jump.key), "event": jump.event_id, "payload": jump.payload}
    return orjson.dumps({**told, "origin": origin, "test": in_test}).decode()


def _jump(one: Input) -> Arrived:
    detail = orjson.loads(one.detail)
    mark = f"jump:{detail['jump']}"
    arrival = Arrival(None, (detail["event"],), one.occurred_at, detail["payload"], mark)
    target = Place(one.reference or 0, detail["test"])
    return Arrived(one, arrival, target=target, origin=detail["origin"])


def segment_keys(segment_id: int) -> list[Key]:
    """Whatever may be heard of a segment."""
    return [segment_key(segment_id, status) for status in ("realized", "exited")]


def _segment(one: Input) -> Arrived:
    """``receivers.take_memberships`` wrote it."""
    detail = orjson.loads(one.detail)
    qualified = {
        "status": detail["status"],
        "lastQualificationTime": detail["at"],
        "segmentId": str(detail["segment"]),
        "segmentName": detail["name"],
    }
    key = segment_key(detail["segment"], detail["status"])
    mark = f"segment:{one.reference}:{detail['sequence']}"
    arrival = Arrival(None, (key,), one.occurred_at, qualified, mark)
    return Arrived(
        one,
        arrival,
        segment_id=detail["segment"],
        namespaces=frozenset(detail["namespaces"]),
        starts=detail["starts"],
        left_for=_left_for(detail),
        test_of=detail.get("test"),
        # A form made it: nobody is in the segment or out of it for that, and only the test hears of it.
        target=Place(detail["journey"], in_test=True) if "test" in detail else None,
    )

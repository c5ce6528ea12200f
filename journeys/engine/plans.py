"""The plans of a sandbox: every version that people may enter or be in, compiled once per generation."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from datasources.platform.profiles.history import history_of
from datasources.platform.profiles.people import Needs
from datasources.platform.segments.compiling import Segments, load_segments
from journeyorch import bulk
from journeys.activities.catalog import Catalog
from journeys.definition.compile import Heard, compile_plan, heard_of, version_constants
from journeys.definition.document import Document
from journeys.engine.catalog import read_catalog
from journeys.engine.decide import Key, Plan, Run
from journeys.models import JourneyVersion

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where a person may be once at a time: in a journey, or in the test of one."""

    journey_id: int
    in_test: bool


class Broken(NamedTuple):
    """A version that people are in, or would enter, and that cannot be compiled any more."""

    version_id: int
    place: Place
    is_entered: bool
    heard: Heard


class SandboxPlans:
    """What the versions of one sandbox want to know of events and people."""

    def __init__(
        self,
        generation: int,
        *,
        entered: Iterable[Plan],
        closed: Iterable[Plan],
        broken: Iterable[Broken] = (),
        segments: Segments | None = None,
    ) -> None:
        """``entered``: plans of versions that people enter now, live ones and those in test.

        ``closed``: of those that people are still in, those of a journey in their order.
        """
        self.generation = generation
        self.has_taken_up = False  # what was kept for versions that are not broken is in line again
        self.segments = segments or Segments()
        #: By version. What concerns their people is kept (wave/kept.py).
        self.broken: Mapping[int, Broken] = {one.version_id: one for one in broken}
        self._broken_entered = {one.place: one for one in self.broken.values() if one.is_entered}
        self._entered = {_place_of(plan): plan for plan in entered}
        self._closed = {_place_of(plan): plan for plan in closed}
        plans = [*self._entered.values(), *closed]
        self.versions: Mapping[int, Plan] = {plan.version_id: plan for plan in plans}
        self.runs = {(plan.version_id, plan.run) for plan in plans}
        self._places = _places(plans, self.broken.values())
        # Of a test, because it lets in test profiles only.
        self._profile_keys = _keys_of(plan for plan in plans if plan.needs_profile or plan.in_test)
        self._update_keys = _keys_of(plan for plan in plans if plan.updates_profile)
        self._linked = _linked(plans)
        self._namespaces = {one.place: one.heard.namespace for one in self.broken.values()} | {
            _place_of(plan): plan.namespace for plan in plans
        }
        self._targets = {in_test: _targets(self._entered, in_test=in_test) for in_test in (False, True)}
        #: Whether it matters in which segments people are, or come to be.
        self.asks_segments = bool(self.segments.streaming) or any(plan.names_segments for plan in plans)
        self._reacting = frozenset(plan.version_id for plan in plans if plan.has_reactions)
        asked = history_of(segment.expression for segment in self.segments.streaming)
        self._history = reduce(or_, (plan.history for plan in plans), asked)

    def needs(self, now: datetime) -> Needs:
        """What of people some expression looks at."""
        types, window = self._history
        since = None if window is None else now - window
        return Needs(attributes=True, event_types=types, events_since=since)

    def places_of(self, keys: Sequence[Key]) -> Sequence[Place]:
        """Where some step listens to one of these: it may start somebody there, or take one on; in order."""
        if len(keys) == 1:  # nearly always
            return self._places.get(keys[0], ())
        return sorted({place for key in keys for place in self._places.get(key, ())})

    def entered(self, place: Place) -> Plan | None:
        """The plan by which people enter now: of the live version, or of the one in test."""
        return self._entered.get(place)

    def broken_entrance(self, place: Place, keys: Iterable[Key]) -> Broken | None:
        """The version that people would enter by one of these, if it could be compiled."""
        broken = self._broken_entered.get(place)
        return broken if broken and not broken.heard.entry_keys.isdisjoint(keys) else None

    def closed_entrance(self, place: Place, keys: Iterable[Key]) -> Plan | None:
        """The version by which people would have entered by one of these, if it had not been closed."""
        if place in self._entered or place in self._broken_entered:
            return None
        closed = self._closed.get(place)
        return closed if closed and not closed.entry_keys.isdisjoint(keys) else None

    def namespace_of(self, place: Place) -> str:
        """The namespace of a journey's people; the same in all its versions."""
        return self._namespaces[place]

    def targets(self, *, in_test: bool) -> Mapping[int, int]:
        """The journeys that people may jump to, with the first event of each; out of a test into tests."""
        return self._targets[in_test]

    def needs_profile_for(self, keys: Iterable[Key]) -> bool:
        return not self._profile_keys.isdisjoint(keys)

    def linked_paths(self, keys: Iterable[Key]) -> set[tuple[str, ...]]:
        """What journeys read of these events that reaches into records to which their fields refer."""
        if not self._linked:
            return set()
        return {path for key in keys if isinstance(key, int) for path in self._linked.get(key, ())}

    def has_reactions(self, version_id: int) -> bool:
        return version_id in self._reacting

    def needs_profile(self, version_id: int) -> bool:
        plan = self.versions.get(version_id)
        return plan is not None and plan.needs_profile

    def updates_profile_for(self, keys: Iterable[Key]) -> bool:
        """Whether a profile may be set, also one that is not there yet, when one of these is handled."""
        return not self._update_keys.isdisjoint(keys)

    def updates_profile(self, version_id: int) -> bool:
        plan = self.versions.get(version_id)
        return plan is not None and plan.updates_profile


def _place_of(plan: Plan) -> Place:
    return Place(plan.journey_id, plan.in_test)


def _keys_of(plans: Iterable[Plan]) -> Set[Key]:
    """Everything that some of them listens to."""
    return {key for plan in plans for key in plan.keys}


def _linked(plans: Iterable[Plan]) -> dict[int, set[tuple[str, ...]]]:
    """By event, what some of them reads of it that reaches into records."""
    linked: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    for plan in plans:
        for event_id, paths in plan.linked.items():
            linked[event_id] |= paths
    return dict(linked)


def _targets(entered: Mapping[Place, Plan], *, in_test: bool) -> dict[int, int]:
    """By journey that people may jump to, its first event."""
    first = {place: plan.first_event for place, plan in entered.items() if place.in_test == in_test}
    return {place.journey_id: event for place, event in first.items() if event is not None}


def _places(plans: Iterable[Plan], broken: Iterable[Broken]) -> dict[Key, tuple[Place, ...]]:
    """By what is listened to, where; in order."""
    places: dict[Key, set[Place]] = defaultdict(set)
    heard = [(_place_of(plan), plan.keys) for plan in plans]
    for place, keys in [*heard, *((one.place, one.heard.keys) for one in broken)]:
        for key in keys:
            places[key].add(place)
    return {key: tuple(sorted(found)) for key, found in places.items()}


_kept: dict[int, SandboxPlans] = {}


def plans_of(sandbox_id: int) -> SandboxPlans:
    """The sandbox's plans as of its current generation; compiled anew only when something has changed."""
    generation = generation_of(sandbox_id)
    kept = _kept.get(sandbox_id)
    if kept is None or kept.generation != generation:
        kept = _kept[sandbox_id] = _compile(sandbox_id, generation)
    return kept


def plans_at_hand(sandbox_id: int) -> SandboxPlans:
    """The plans that are kept already, or the current ones.

    For who looks at the generation before committing anyway: nearly always they are the current ones.
    """
    return _kept.get(sandbox_id) or plans_of(sandbox_id)


def forget_all() -> None:
    """Forget what is kept: for tests, whose generations repeat when they are rolled back."""
    _kept.clear()


def generation_of(sandbox_id: int) -> int:
    """The generation of the sandbox's configuration, as the database has it now."""
    ((generation,),) = bulk.run("SELECT generation FROM access_sandbox WHERE id = %s", [sandbox_id])
    return int(generation)


def _compile(sandbox_id: int, generation: int) -> SandboxPlans:
    catalog = read_catalog(sandbox_id)
    entered: list[Plan] = []
    closed: list[Plan] = []
    broken: list[Broken] = []
    versions = JourneyVersion.objects.with_people().filter(sandbox_id=sandbox_id)
    for version in versions.select_related("journey", "sandbox").order_by("pk"):
        plan = plan_of(version, catalog)
        if plan is None:
            broken.append(_broken(version, catalog))
        else:
            (closed if version.status == JourneyVersion.Status.CLOSED else entered).append(plan)
    segments = load_segments(sandbox_id)
    return SandboxPlans(generation, entered=entered, closed=closed, broken=broken, segments=segments)


def plan_of(version: JourneyVersion, catalog: Catalog) -> Plan | None:
    """A version's plan; None, with a line in the log, if what it uses was changed under it."""
    try:
        return compile_plan(
            Document.model_validate(version.document),
            catalog,
            version_id=version.pk,
            journey_id=version.journey_id,
            sandbox_id=version.sandbox_id,
            constants=_constants(version),
            test=_run(version),
        )
    except Exception:
        # Edit rules keep this from happening; one broken version must not stop all the others.
        logger.exception("Version %s cannot be compiled any more; its people stay where they are", version.pk)
        return None


def _broken(version: JourneyVersion, catalog: Catalog) -> Broken:
    try:
        heard = heard_of(Document.model_validate(version.document), catalog)
    except Exception:  # noqa: BLE001 - nobody knows: whatever comes for the people inside is kept
        heard = Heard(frozenset(), frozenset(event.id for event in catalog.events.values()), "")
    place = Place(version.journey_id, version.status == JourneyVersion.Status.TEST)
    return Broken(version.pk, place, version.status != JourneyVersion.Status.CLOSED, heard)


def _run(version: JourneyVersion) -> Run | None:
    if version.status != JourneyVersion.Status.TEST:
        return None
    return Run(version.test_run, version.test_wait, version.test_from_outside)


def _constants(version: JourneyVersion) -> dict[str, Any]:
    return version_constants(
        journey_uid=version.journey.uid,
        version_uid=version.uid,
        name=version.journey.name,
        description=version.journey.description,
        number=version.number,
        sandbox=version.sandbox.name,
    )

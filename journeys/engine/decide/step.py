"""What the machine knows of an activity: a step that works, or a pause that waits.

The kinds themselves are in ``journeys/activities``; they compile a drawing's activity into one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple
from uuid import UUID

from datasources.platform.field_groups.choosing import Choice
from journeyorch.expressions import Compiled, Context, to_json
from journeys.engine.decide.values import FEEDBACK, Key, StepStatus, feedback_key


class Fetch(NamedTuple):
    """Data that a step needs from another system before it can decide."""

    source: str
    group: str
    group_id: int
    endpoint: str
    params: Mapping[str, Compiled]
    after: tuple[int, ...]  # indices of the step's fetches whose data ``params`` refer to


class View:
    """What a step may look at: one instance, at the instant at which it came to the step.

    ``look`` makes what expressions see, once, for steps that have some.
    ``taken``: how many people have taken the first path of each profile cap of the version, by activity.
    """

    __slots__ = ("_context", "_look", "feedback", "in_test", "instance_id", "messages", "now", "taken")

    def __init__(
        self,
        *,
        instance_id: UUID,
        now: datetime,
        look: Callable[[], Context],
        in_test: bool,
        messages: Mapping[str, str],
        feedback: Mapping[Key, datetime],
        taken: Mapping[str, int],
    ) -> None:
        self.instance_id = instance_id
        self.now = now
        self._look = look
        self._context: Context | None = None
        self.in_test = in_test
        self.taken = taken
        self.messages = messages
        self.feedback = feedback

    @property
    def context(self) -> Context:
        """What expressions see."""
        if self._context is None:
            self._context = self._look()
        return self._context

    def happened(self, message: str, reaction: str) -> datetime | None:
        """When this became of the message that an activity sent; None: it has not so far."""
        if at := self.feedback.get(feedback_key(message, reaction)):
            return min(at, self.now)
        return self.now if self.messages.get(message) == reaction else None


class Go(NamedTuple):
    """The step is done; the person takes this path."""

    path: str


class End(NamedTuple):
    """The journey ends here for this person, successfully."""


class Update(NamedTuple):
    """The step is done when these fields of the profile are set: plain JSON by the names of the path."""

    values: Mapping[tuple[str, ...], Any]


class Do(NamedTuple):
    """The step wants an outward call made, and waits for its result."""

    kind: str
    endpoint: str
    spec: Mapping[str, Any]


class Leap(NamedTuple):
    """The person enters another journey, too, by this event; the step itself is done."""

    journey_id: int | None  # None: it is gone
    event_id: int
    payload: Mapping[str, Any]


class Failed(NamedTuple):
    """The step failed: by the alternative path, else the person's journey ends in error."""

    status: StepStatus
    code: str
    message: str
    seen: str = ""  # what ``lastErrorCode`` says of it; empty: the code


class Armed(NamedTuple):
    """The timer of a pause; ``due`` None: there is none."""

    due: datetime | None = None
    path: str = "next"  # where the timer leads
    status: StepStatus = StepStatus.TRANSITIONS


class Step:
    """One compiled activity."""

    __slots__ = ("fetches", "id", "name", "to")
    # Also the value of the journey property lastNodeTypeInError (expressions.md).
    node_type = ""
    updates_profile = False
    uses_person = False  # by what it is, besides its expressions
    # For so long others may keep its call from being made, before the patience with calls begins.
    most_put_off = timedelta(0)
    # Of its message, for reactions: what is known when its call ends; empty: nothing, or it sends none.
    told_at_once: frozenset[str] = frozenset()

    def __init__(
        self, *, id: str, name: str, to: Mapping[str, tuple[str, ...]], fetches: tuple[Fetch, ...] = ()
    ) -> None:
        self.id = id
        self.name = name
        self.to = to
        self.fetches = fetches

    def expressions(self) -> Iterable[Compiled]:
        """What the step will evaluate; tells which parts of a profile a wave must load."""
        return ()


class Work(Step):
    """A step that is over at once, or when its call returns."""

    __slots__ = ()

    def enter(self, view: View) -> Go | End | Do | Leap | Update | Failed:
        """Decide, or ask for a call. May raise the expression language's ``RunTimeError``."""
        raise NotImplementedError

    def stores(self) -> str:
        """The reference name under which a call's data are kept; empty: nowhere."""
        return ""


class CapStep(Work):
    """A step whose path ``within`` at most ``count`` people of the version take; the wave counts them."""

    __slots__ = ("count",)
    within = "within"

    def __init__(self, *, count: int, **step: Any) -> None:
        super().__init__(**step)
        self.count = count


class Pause(Step):
    """A step that waits for news (``keys``: of which kinds), for a moment, or for both."""

    __slots__ = ("keys",)

    def __init__(self, *, keys: Iterable[Key] = (), **step: Any) -> None:
        super().__init__(**step)
        self.keys = frozenset(keys)

    def arm(self, view: View) -> Armed | Failed:
        """Until when this pause waits, from now on. May raise the language's ``RunTimeError``."""
        raise NotImplementedError

    def stores(self) -> str:
        """The reference name of the news' payload."""
        return ""


class Run(NamedTuple):
    """A test run of a version (users.md, Testing)."""

    number: int  # unique in the journey
    wait: timedelta  # how long every wait and every timeout of an event lasts
    from_outside: bool  # whether events come in that its form did not make


class Plan(NamedTuple):
    """A journey version, compiled: all that the machine needs to walk it."""

    version_id: int
    journey_id: int
    sandbox_id: int
    namespace: str
    start: tuple[str, ...]
    steps: Mapping[str, Step]
    properties: Any  # journeys.definition.document.Properties
    constants: Mapping[str, Any]  # journey properties that never change
    zone: tzinfo  # the fixed one
    uses_profile_zone: bool
    needs_profile: bool
    updates_profile: bool
    caps: Mapping[str, int]  # activities that are profile caps: how many people take the first path
    history: Any  # datasources.platform.profiles.history.History: which experience events it looks at
    choices: Mapping[str, Choice]  # what field groups of the built-in source show, where that is not all
    uses_properties: bool
    names_segments: bool
    entry_keys: frozenset[Key]
    keys: frozenset[Key]  # everything that some step listens to
    # By event, the paths read of its payload that reach into records to which its fields refer.
    linked: Mapping[int, Set[tuple[str, ...]]]
    test: Run | None = None  # the version is in test

    @property
    def in_test(self) -> bool:
        return self.test is not None

    @property
    def run(self) -> int:
        """The number of the test run; 0: people really go through it."""
        return self.test.number if self.test else 0

    def listens_to(self, test_of: int | None) -> bool:
        """Whether an event made for the test of this version (None: none) may come in."""
        return self.test is None or self.test.from_outside or test_of == self.version_id

    @property
    def first_event(self) -> int | None:
        """The event by which others jump to this journey; None: people enter otherwise."""
        first = self.steps[self.start[0]]
        keys = first.keys if isinstance(first, Pause) else ()
        return next((key for key in keys if isinstance(key, int)), None)

    @property
    def has_reactions(self) -> bool:
        """Whether what became of its messages must be known before it goes on."""
        return any(isinstance(key, tuple) and key[0] == FEEDBACK for key in self.keys)


def asked_key(source: str, group: str, params: Mapping[str, Compiled]) -> str:
    """What was asked for, as it is written: random values would come out otherwise a second time."""
    return f"{source}.{group}?" + ",".join(f"{name}={params[name].source}" for name in sorted(params))


def data_key(source: str, group: str, params: Mapping[str, Any] | None) -> str:
    """Where fetched data stand in the state: the group, and the values it was asked with."""
    if not params:
        return f"{source}.{group}"
    asked = ",".join(f"{name}={to_json(params[name])!r}" for name in sorted(params))
    return f"{source}.{group}?{asked}"

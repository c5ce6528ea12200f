"""What a sandbox offers to journeys, as plain values: events, sources, actions, templates.

Read from the database by ``journeys/engine/catalog.py``; tests make their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from datasources.platform.field_groups.choosing import Choice
from journeyorch.expressions import FieldGroupScope, types

#: Labels of fields: codes by path.
Labels = Mapping[tuple[str, ...], frozenset[str]]


class PolicyInfo(NamedTuple):
    """Where fields with certain labels must not be sent; ``labels``: their names by code."""

    name: str
    labels: Mapping[str, str]
    actions: bool
    sources: bool


class EventInfo(NamedTuple):
    id: int
    name: str
    namespace: str
    type: Any  # expressions.types.Type of the payload
    linked: tuple[tuple[str, ...], ...] = ()  # where records stand that fields of the payload refer to
    labels: Labels = {}


class GroupInfo(NamedTuple):
    id: int
    endpoint: str
    scope: FieldGroupScope


class ProfileGroupInfo(NamedTuple):
    """A field group of the built-in source; an empty ``choice`` is everything that is known of a person."""

    scope: FieldGroupScope
    choice: Choice = {}


class VariableInfo(NamedTuple):
    """A value that the journey gives to an action or a template."""

    name: str
    label: str
    type: Any
    required: bool
    #: Of a list of objects: the types of the fields that are taken of each, by name.
    fields: Mapping[str, Any] = {}
    #: What there is where the journey gives nothing, as it is typed.
    default: str = ""


class ActionInfo(NamedTuple):
    id: int
    name: str
    endpoint: str
    variables: tuple[VariableInfo, ...]
    response: Any | None  # type of the response, None: nothing to refer to
    is_campaign: bool = False  # a message of Adobe Campaign, of whatever version
    is_asked_about: bool = False  # Campaign tells later whether it has sent it; else its call tells all

    @property
    def reactions(self) -> tuple[str, ...]:
        """What can become known of the message it sends. Campaign tells nobody here who opened or clicked."""
        return ("sent", "failed") if self.is_campaign else ()

    @property
    def told_at_once(self) -> frozenset[str]:
        """What of it the end of the call says: a message that Campaign Standard took is not sent yet."""
        return frozenset(self.reactions) - ({"sent"} if self.is_asked_about else set())


class TemplateInfo(NamedTuple):
    id: int
    name: str
    kind: str  # email, sms, push
    parameters: tuple[VariableInfo, ...]


class ChannelInfo(NamedTuple):
    id: int
    kind: str
    endpoint: str


class SegmentInfo(NamedTuple):
    id: int
    name: str
    is_evaluated: bool  # everybody has been looked at once


class JourneyInfo(NamedTuple):
    """A journey as a target of jumps: its live version, else the one in test, if there is one."""

    id: int
    uid: str
    name: str
    is_live: bool
    in_test: bool
    event: str  # name of the first one by which people enter; empty: they enter otherwise
    jumps: tuple[str, ...]  # uids of the journeys that it jumps to


class Catalog(NamedTuple):
    """All by name, as documents refer to them; channels by kind (the default one), journeys by uid.

    ``own``: uid of the journey that is being checked; empty: unknown.
    """

    events: Mapping[str, EventInfo] = {}
    sources: Mapping[str, Mapping[str, GroupInfo]] = {}
    #: All that may be known of a person.
    profile: types.ObjectType = types.ObjectType()
    profile_groups: Mapping[str, ProfileGroupInfo] = {}
    actions: Mapping[str, ActionInfo] = {}
    templates: Mapping[str, TemplateInfo] = {}
    channels: Mapping[str, ChannelInfo] = {}
    #: The longest duration of a wait; more where people may stay longer (journey-format.md, wait).
    longest_wait: timedelta = timedelta(days=30)
    longest_stay: timedelta = timedelta(days=30)  # after it people are timed out
    journeys: Mapping[str, JourneyInfo] = {}
    segments: Mapping[str, SegmentInfo] = {}
    namespaces: frozenset[str] = frozenset()  # codes of those that tell people apart
    policies: tuple[PolicyInfo, ...] = ()
    profile_labels: Labels = {}
    own: str = ""
    testing: bool = False  # whether it is to be tested, not published

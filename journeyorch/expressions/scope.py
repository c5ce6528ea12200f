"""What an expression may refer to: the checker's view of events, sources, properties and segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .types import Type

# The profile store's name in expressions (technical.md, Namespaces).
PROFILE_SOURCE = "ExperiencePlatform"
#: Its field group; exists from the start, like the source.
PROFILE_GROUP = "ProfileFieldGroup"
#: Where the history of a person stands among the fields.
EXPERIENCE_EVENTS = "experienceevent"
PROPERTIES_ROOT = "JourneyProperties"


@dataclass(frozen=True, slots=True)
class FieldGroupScope:
    """A field group: the type of one fetch's answer, and the source's dynamic values by name.

    ``params`` is None where nothing is known of them: any may be given.
    """

    type: Type
    params: Mapping[str, Type] | None = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Scope:
    """Everything in reach of an expression. Compared by identity: make one, keep it, and compiling is cached.

    ``events`` holds event payloads by reference name, and the stored responses of custom actions by the name
    of the action; ``datasources`` field groups by source and group name; ``segments`` the known names, None
    for any.
    """

    events: Mapping[str, Type] = field(default_factory=dict)
    datasources: Mapping[str, Mapping[str, FieldGroupScope]] = field(default_factory=dict)
    properties: Mapping[str, Type] = field(default_factory=dict)
    segments: frozenset[str] | None = None

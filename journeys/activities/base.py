"""What an activity kind is, and the registry of all of them.

A new kind is one file in this folder: a class decorated with ``@activity``. It says how it is configured
(a pydantic model, also the designer's form), which ways lead out of it, what can be wrong with it, and
what the engine does (a ``Work`` or ``Pause`` step). Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from journeyorch.phrases import phrase
from journeys.activities.catalog import Catalog, EventInfo
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Strict
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Step

#: Ways that have a fixed meaning everywhere.
NEXT, TIMEOUT, ERROR, OTHER = "next", "timeout", "error", "other"


def gettext_noop(text: str) -> str:
    """Marks a text for the catalogs of translations, which views look it up in; Django's tools know the name.

    Django itself is not for pure packages.
    """
    return text


#: Looks a text up in the catalogs of translations; ``str`` leaves it in English.
Translate = Callable[[str], str]


class Way(NamedTuple):
    """A way out of an activity; ``label`` is shown on the path, empty for the ordinary one.

    A label that no user wrote has a ``phrase``, which is looked up, with a place for its ``value``.
    """

    id: str
    label: str = ""
    phrase: str = ""
    value: str = ""

    def translated(self, translate: Translate) -> Way:
        """With its label in the reader's language."""
        return self._replace(label=translate(self.phrase).format(self.value)) if self.phrase else self


def way(id: str, phrase: str, value: str = "", *, label: str = "") -> Way:
    """A way that is called by a fixed phrase, unless a user has given it a label."""
    return Way(id, label) if label else Way(id, phrase.format(value), phrase, value)


class Misfit(ValueError):
    """What validators of configurations raise: a ``phrase`` that says what to do, and at which field."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


class Config(Strict):
    """Base of every kind's configuration."""


class FailableConfig(Config):
    """Configuration of a kind that may fail."""

    error_path: bool = Field(
        default=False, title=gettext_noop("Add an alternative path in case of a timeout or an error")
    )


def expression_of(expected: str = "") -> dict[str, Any]:
    """Marks a field for the designer: an expression, which must be of this type, if one is named."""
    return {"widget": "expression", "expected": expected}


def ways_of_listening(timeout: timedelta | None, timeout_path: bool) -> list[Way]:
    """Those of a kind that waits for news."""
    if not (timeout and timeout_path):
        return [Way(NEXT)]
    return [Way(NEXT), way(TIMEOUT, gettext_noop("Timeout {}"), in_units(timeout))]


def tell_timeout(config: Any, words: Words) -> list[str]:
    """What happens if the news that a kind waits for does not come."""
    if not config.timeout or words.is_start:
        return []
    if config.timeout_path:
        phrase = gettext_noop("If it has not come after {0}, the person takes the path of the timeout.")
    else:
        phrase = gettext_noop("If it has not come after {0}, the person goes on all the same.")
    return [words.say(phrase, in_units(config.timeout))]


def in_units(duration: timedelta) -> str:
    """As people read it: "1 d 12 h"; units are written the same in all languages."""
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = rest // 60, rest % 60 + duration.microseconds / 1_000_000
    parts = ((duration.days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number:g} {unit}" for number, unit in parts if number) or "0 s"


def with_alternative(ways: list[Way], config: Any) -> list[Way]:
    """The ways, and that of errors if it is wanted."""
    wanted = getattr(config, "error_path", False)
    return [*ways, way(ERROR, gettext_noop("On error or timeout"))] if wanted else ways


class Activity:
    """A kind of activity. Subclasses are never instantiated: they are a set of functions."""

    kind: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[str]  # "events", "orchestration", "actions"
    icon: ClassVar[str]
    help: ClassVar[str]
    node_type: ClassVar[str]  # what lastNodeTypeInError says
    labelled: ClassVar[str] = ""  # the field of its configuration that lists paths which people label
    named_by: ClassVar[str] = (
        ""  # the field that its card is called by: the event, action or template it uses
    )
    # What can become known of the message that it sends; empty: it sends none.
    reactions: ClassVar[tuple[str, ...]] = ()
    fails_when: ClassVar[Mapping[str, str]] = {}  # what its configuration must say for it to be able to fail
    can_start = False
    waits = False  # may stand in parallel with others that wait
    shares_reference = False  # all of the kind leave what they leave under the same name
    Config: ClassVar[type[Config]]

    @classmethod
    def ways(cls, config: Any) -> list[Way]:
        """The ways out, top first."""
        return with_alternative([Way(NEXT)], config) if cls.can_fail(config) else [Way(NEXT)]

    @classmethod
    def can_fail(cls, config: Any) -> bool:
        """Whether it may have a path for errors."""
        return all(getattr(config, name) == value for name, value in cls.fails_when.items())

    @classmethod
    def name_of(cls, config: Any, translate: Translate = str) -> str:
        """How its card is called when it has no label."""
        return cls.shown(str(getattr(config, cls.named_by)), translate) if cls.named_by else ""

    @classmethod
    def shown(cls, name: str, translate: Translate = str) -> str:
        """What people read for what its configuration is named by."""
        return name

    @classmethod
    def detail_of(cls, config: Any) -> str:
        """What its card tells beside the kind, such as how long a wait lasts; the same in all languages."""
        return ""

    @classmethod
    def tell(cls, config: Any, words: Words) -> list[str]:
        """What it does to a person, for the story of the journey: a sentence, and what belongs to it."""
        return [words.say(cls.help)]

    @classmethod
    def tell_paths(cls, config: Any, words: Words) -> dict[str, str]:
        """Who takes a path, by the ids of the paths whose labels do not say it."""
        return {}

    @classmethod
    def stores(cls, document: ActivityDocument, config: Any) -> str:
        """The reference name of what it leaves for later expressions; empty: nothing."""
        return ""

    @classmethod
    def leaves(cls, config: Any, catalog: Catalog) -> Any:
        """The type of what it leaves under that name; None: nothing that expressions could read."""
        return None

    @classmethod
    def reactions_of(cls, config: Any, catalog: Catalog) -> tuple[str, ...]:
        """What others may react to, where that depends on how it is configured."""
        return cls.reactions

    @classmethod
    def brings(cls, config: Any, catalog: Catalog) -> EventInfo | None:
        """The configured event whose payload it leaves; None: it leaves nothing of an event."""
        return None

    @classmethod
    def namespace(cls, config: Any, catalog: Catalog) -> str | None:
        """The namespace in which it tells people apart; None: it does not tell."""
        return None

    @classmethod
    def check(cls, id: str, document: ActivityDocument, config: Any, room: Room) -> Iterable[Problem]:
        """What is wrong with this activity, besides its configuration's form and its place in the graph."""
        return ()

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: Any, room: Room) -> Step:
        """The step that the engine walks. Called only for documents without errors."""
        raise NotImplementedError


T = TypeVar("T", bound=type[Activity])

_kinds: dict[str, type[Activity]] = {}


def activity(kind: str) -> Callable[[T], T]:
    """Register a kind of activity under its stable name."""

    def register(cls: T) -> T:
        cls.kind = kind
        _kinds[kind] = cls
        return cls

    return register


def kinds() -> Mapping[str, type[Activity]]:
    """All kinds by name, in the order of the palette."""
    return _kinds


class Fault(NamedTuple):
    """What does not fit in a configuration: where, and a sentence that says what to do."""

    field: str
    message: str


def read_config(document: ActivityDocument) -> tuple[Any, list[Fault]]:
    """An activity's configuration, or None and what does not fit."""
    kind = _kinds.get(document.kind)
    if kind is None:
        return None, [
            Fault("", phrase("There is no activity of the kind “{kind}”; delete it.", kind=document.kind))
        ]
    try:
        return kind.Config.model_validate(document.config), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, [_fault(kind.Config, detail) for detail in _shown_first(kind.Config, details)]


def _shown_first(config: type[Config], details: list[Any]) -> list[Any]:
    """What nobody can fill in follows from another field, and is told only if nothing else is wrong."""
    return [detail for detail in details if not _is_hidden(config, detail)][:_MOST_FAULTS] or details[:1]


def _is_hidden(config: type[Config], detail: Any) -> bool:
    field = config.model_fields.get(str(detail["loc"][0])) if detail["loc"] else None
    extra = field.json_schema_extra if field else None
    return isinstance(extra, dict) and extra.get("widget") == "hidden"


_MOST_FAULTS = 20
_MISSING = {"missing", "string_too_short", "too_short"}
_LIMITS = {
    "greater_than": ("gt", gettext_noop("“{title}” must be more than {limit}.")),
    "greater_than_equal": ("ge", gettext_noop("“{title}” must be at least {limit}.")),
    "less_than": ("lt", gettext_noop("“{title}” must be less than {limit}.")),
    "less_than_equal": ("le", gettext_noop("“{title}” must be at most {limit}.")),
}


def _fault(config: type[Config], detail: Any) -> Fault:
    place = ".".join(str(part) for part in detail["loc"])
    field = config.model_fields.get(str(detail["loc"][0])) if detail["loc"] else None
    title = phrase(field.title) if field and field.title else place
    if detail["type"] in _MISSING or detail["input"] == "":
        return Fault(place, phrase("“{title}” is missing; fill it in.", title=title))
    if field and len(detail["loc"]) == 1 and detail["type"] in _LIMITS:
        name, text = _LIMITS[detail["type"]]
        limit = next(getattr(bound, name) for bound in field.metadata if hasattr(bound, name))
        return Fault(place, phrase(text, title=title, limit=_shown(limit)))
    misfit = detail.get("ctx", {}).get("error")
    if isinstance(misfit, Misfit):
        return Fault(".".join(part for part in (place, misfit.field) if part), misfit.sentence)
    text = detail["msg"].removeprefix("Value error, ")
    return Fault(place, f"{text}." if detail["type"] == "value_error" else f"{place}: {text}.")


def _shown(limit: Any) -> str:
    return in_units(limit) if isinstance(limit, timedelta) else f"{limit:,}"


def shown_name(document: ActivityDocument, config: Any, translate: Translate = str) -> str:
    """What the card shows: "name – label", or whichever of them there is, or the kind's title."""
    kind = _kinds[document.kind]
    name = (document.name or kind.name_of(config, translate)) if config is not None else document.name
    return " – ".join(part for part in (name, document.label) if part) or translate(kind.title)

"""Reaction: waits for what becomes of a message that was sent earlier on the same path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from journeyorch.phrases import phrase
from journeys.activities.base import (
    NEXT,
    Activity,
    Config,
    Translate,
    Way,
    activity,
    gettext_noop,
    tell_timeout,
    ways_of_listening,
)
from journeys.activities.listening import ListeningStep
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, ActivityId, Duration
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Armed, View
from journeys.engine.decide.values import StepStatus, feedback_key

#: The reaction that a line of a delivery's history is; what is delivered has been sent, what bounced has
#: failed, and nobody waits for the others.
REACTION_OF: Mapping[str, str] = {
    "sent": "sent",
    "delivered": "sent",
    "opened": "opened",
    "clicked": "clicked",
    "failed": "failed",
    "softBounced": "failed",
    "bounced": "failed",
}


_TITLES: Mapping[str, str] = {
    "sent": gettext_noop("Sent"),
    "opened": gettext_noop("Opened"),
    "clicked": gettext_noop("Clicked"),
    "failed": gettext_noop("Failed"),
}
_TOLD: Mapping[str, str] = {
    "sent": gettext_noop("Waits until the message “{0}” is sent."),
    "opened": gettext_noop("Waits until the person opens the message “{0}”."),
    "clicked": gettext_noop("Waits until the person clicks a link in the message “{0}”."),
    "failed": gettext_noop("Waits until the message “{0}” fails."),
}


def reacts(activities: Iterable[Mapping[str, Any]], message: str, reaction: str) -> bool:
    """Whether one of these activities, as they are stored, waits for that to become of the message."""
    wanted = ("reaction", message, reaction)
    found = ((each["kind"], each["config"]) for each in activities)
    return wanted in ((kind, config.get("message"), config.get("reaction")) for kind, config in found)


class ReactionConfig(Config):
    """To which message, to what of it, and for how long to wait."""

    message: ActivityId = Field(title=gettext_noop("Message"), json_schema_extra={"widget": "message"})
    reaction: Literal["sent", "opened", "clicked", "failed"] = Field(
        title=gettext_noop("Reaction"),
        json_schema_extra={
            "widget": "reaction",
            "titles": list(_TITLES.values()),
        },
    )
    timeout: Duration | None = Field(
        default=None,
        title=gettext_noop("Timeout"),
        ge=timedelta(seconds=40),
        le=timedelta(days=29),
        json_schema_extra={"help": "design.timeout"},
    )
    timeout_path: bool = Field(
        default=False,
        title=gettext_noop("Add a path for the timeout"),
        json_schema_extra={"when": {"timeout": "*"}},
    )


class ReactionStep(ListeningStep):
    """Looks first at what has happened already; that counts from when it was recorded."""

    __slots__ = ("_message", "_reaction")
    node_type = "reaction"

    def __init__(self, *, message: str, reaction: str, **step: Any) -> None:
        super().__init__(keys=[feedback_key(message, reaction)], **step)
        self._message = message
        self._reaction = reaction

    def arm(self, view: View) -> Armed:
        happened = view.happened(self._message, self._reaction)
        if happened is not None:
            return Armed(happened, NEXT, StepStatus.TRANSITIONS)
        return super().arm(view)


@activity("reaction")
class Reaction(Activity):
    title = gettext_noop("Reaction")
    category = "events"
    icon = "flag"
    help = gettext_noop("Waits until the person opens or clicks a message that was sent before, or it fails.")
    node_type = "reaction"
    waits = True
    named_by = "reaction"
    Config = ReactionConfig

    @classmethod
    def ways(cls, config: ReactionConfig) -> list[Way]:
        return ways_of_listening(config.timeout, config.timeout_path)

    @classmethod
    def shown(cls, name: str, translate: Translate = str) -> str:
        return translate(_TITLES[name]) if name in _TITLES else name

    @classmethod
    def tell(cls, config: ReactionConfig, words: Words) -> list[str]:
        message = words.steps.get(config.message, config.message)
        return [words.say(_TOLD[config.reaction], message), *tell_timeout(config, words)]

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: ReactionConfig, room: Room
    ) -> Iterable[Problem]:
        possible = room.above.get(config.message, ())
        if not possible:
            message = phrase("The message is not sent before this step; choose one that stands on its path.")
            yield Problem("ERR_JOURNEY_REACTION_MESSAGE", message, id, "message")
        elif config.reaction not in possible:
            known = ", ".join(possible)
            message = phrase(
                "Nobody can tell whether the message was {reaction}; choose one of: {known}.",
                reaction=config.reaction,
                known=known,
            )
            yield Problem("ERR_JOURNEY_REACTION_KIND", message, id, "reaction")

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: ReactionConfig, room: Room) -> ReactionStep:
        return ReactionStep(
            id=id,
            name=document.label or cls.name_of(config),
            to=document.targets,
            message=config.message,
            reaction=config.reaction,
            timeout=config.timeout,
            timeout_path=config.timeout_path,
        )

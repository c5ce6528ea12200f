"""Message: sends an email, an SMS or a push message by a template."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from journeyorch.expressions import Compiled, types
from journeyorch.phrases import phrase
from journeys.activities.base import Activity, FailableConfig, activity, expression_of, gettext_noop
from journeys.activities.room import Room
from journeys.activities.values import check_values, compile_values, evaluate_values
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Do, View, Work


class MessageConfig(FailableConfig):
    template: str = Field(
        title=gettext_noop("Template"), min_length=1, json_schema_extra={"widget": "template"}
    )
    # Empty: from the profile.
    address: str = Field(default="", title=gettext_noop("Address"), json_schema_extra=expression_of("string"))
    parameters: dict[str, str] = Field(
        default_factory=dict, title=gettext_noop("Personalization"), json_schema_extra={"widget": "values"}
    )


class MessageStep(Work):
    __slots__ = ("_address", "_channel_id", "_endpoint", "_parameters", "_template_id")
    node_type = "message"
    told_at_once = frozenset({"sent", "failed"})
    most_put_off = timedelta(days=1)  # quiet hours are over by then

    def __init__(
        self,
        *,
        template_id: int,
        channel_id: int,
        endpoint: str,
        address: Compiled | None,
        parameters: dict[str, Compiled],
        **step: Any,
    ) -> None:
        super().__init__(**step)
        self._template_id = template_id
        self._channel_id = channel_id
        self._endpoint = endpoint
        self._address = address
        self._parameters = parameters

    def expressions(self) -> Iterable[Compiled]:
        return [*self._parameters.values(), *([self._address] if self._address else [])]

    def enter(self, view: View) -> Do:
        spec = {
            "template": self._template_id,
            "channel": self._channel_id,
            "address": self._address.evaluate(view.context) if self._address else None,
            "parameters": evaluate_values(self._parameters, view),
        }
        return Do("message", self._endpoint, spec)


class Message(Activity):
    """What email, SMS and push have in common; each is registered below with its channel."""

    told: ClassVar[str]  # in the story of a journey, with a place for the template
    category = "actions"
    node_type = "message"
    named_by = "template"
    Config = MessageConfig

    @classmethod
    def tell(cls, config: MessageConfig, words: Words) -> list[str]:
        told = [words.say(cls.told, config.template)]
        if config.address.strip():
            told.append(
                words.say(gettext_noop("It goes to this address: {0}"), words.meaning(config.address))
            )
        return [*told, *words.meanings(config.parameters)]

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: MessageConfig, room: Room
    ) -> Iterable[Problem]:
        template = room.catalog.templates.get(config.template)
        if template is None or template.kind != cls.kind:
            message = phrase(
                "There is no {title} template “{template}”; choose another one.",
                title=phrase(cls.title),
                template=config.template,
            )
            yield Problem("ERR_JOURNEY_TEMPLATE_MISSING", message, id, "template")
            return
        if cls.kind not in room.catalog.channels:
            message = phrase(
                "No channel sends {title} messages; ask a technical user to set one up.",
                title=phrase(cls.title),
            )
            yield Problem("ERR_JOURNEY_CHANNEL_MISSING", message, id)
        if config.address.strip():
            yield from room.check(id, "address", config.address, types.STRING)
        yield from check_values(id, "parameters", config.parameters, template.parameters, room)

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: MessageConfig, room: Room) -> MessageStep:
        template = room.catalog.templates[config.template]
        channel = room.catalog.channels[cls.kind]
        address = room.compile(config.address, types.STRING) if config.address.strip() else None
        parameters = compile_values(config.parameters, template.parameters, room)
        return MessageStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            fetches=room.fetches(*parameters.values(), *([address] if address else [])),
            template_id=template.id,
            channel_id=channel.id,
            endpoint=channel.endpoint,
            address=address,
            parameters=parameters,
        )


@activity("email")
class Email(Message):
    title = gettext_noop("Email")
    icon = "mail"
    reactions = ("sent", "opened", "clicked", "failed")
    help = gettext_noop("Sends an email to the person.")
    told = gettext_noop("Sends the email “{0}” to the person.")


@activity("sms")
class Sms(Message):
    title = gettext_noop("SMS")
    icon = "message"
    reactions = ("sent", "failed")
    help = gettext_noop("Sends a text message to the person's mobile phone.")
    told = gettext_noop("Sends the text message “{0}” to the person's mobile phone.")


@activity("push")
class Push(Message):
    title = gettext_noop("Push")
    icon = "bell"
    reactions = ("sent", "clicked", "failed")
    help = gettext_noop("Sends a push message to the person's app.")
    told = gettext_noop("Sends the push message “{0}” to the person's app.")

"""How a journey's message is made, sent and written down: the handler of calls of kind ``message``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from actions import channels
from actions.channels import ChannelProblem, Message, Provider
from actions.contact.gate import give_back_slots, no_consent
from actions.messages import deliveries
from actions.messages.library import Library, StoredChannel, StoredTemplate, libraries
from actions.messages.parameters import missing_parameters, with_defaults
from actions.messages.people import NOBODY, Recipient, load_recipients, person_key
from actions.messages.recipients import WHERE, address_of, may_contact, usable_address
from actions.messages.render import RenderProblem, as_message_parts, render
from actions.messages.testing import is_allowed
from actions.messages.traits import OWN_WORDS
from actions.messages.variants import language_for
from actions.messages.wording import BAD_CHANNEL, invalid_address
from actions.models import OnUnknown
from actions.tracking.dressing import dressed
from actions.tracking.links import Links
from actions.tracking.pages import keep_pages
from journeyorch.outbound.calls import CallSpec, Made, Outcome, Prepared
from journeyorch.phrases import phrase, sentence

_GONE = Outcome("error", "noSandbox", message=phrase("The sandbox no longer exists."))

_NO_PUBLIC_URL = Outcome(
    "error",
    "noPublicUrl",
    message=phrase(
        "The template has links to us, but nobody knows our address. The operator must set PUBLIC_URL."
    ),
)
_NOT_IN_TEST = Outcome(
    "error",
    "notAllowedInTest",
    message=phrase(
        "In tests messages go only to the addresses that the sandbox allows; this one is not among them."
    ),
)

_NO_ADDRESS = sentence("No address: the profile has no {field}. Give an address in the activity.")
_MISSING = sentence("The template's parameter “{name}” has no value.")
_NO_CHANNEL = sentence("No channel sends {kind} messages any more. A technical user can set one up.")


class MessageHandler:
    """Calls with the specification ``{"template": id, "channel": id | null, "address": text | null,
    "parameters": {name: JSON value}}``.

    The stored request is ``{"channel", "template", "variant", "profile", "message"}``, ``message`` being
    every word that goes out, and ``method`` and ``url`` of what is sent by HTTP.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        current = libraries.current({call.sandbox_id for call in calls})
        people = load_recipients(calls)
        at = self._now().isoformat(timespec="seconds")
        return [
            prepare_one(call, current[call.sandbox_id], people.get(person_key(call), NOBODY), at=at)
            if call.sandbox_id in current
            else _GONE
            for call in calls
        ]

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        request = prepared.request
        library = libraries.latest(call.sandbox_id)
        channel = library.channels.get(request["channel"]) if library else None
        if channel is None:
            return _no_channel(request["message"]["kind"])
        try:
            provider = channels.load(channel.provider, channel.config, kind=channel.kind)
        except ChannelProblem as problem:
            return Outcome("error", "badChannel", message=BAD_CHANNEL(problem=problem))
        return provider.send(Message.stored(request["message"]), timeout)

    def parks(self, calls: Sequence[CallSpec]) -> list[bool]:
        current = libraries.current({call.sandbox_id for call in calls})
        return [_parks(call, current.get(call.sandbox_id)) for call in calls]

    def record(self, made: Sequence[Made], now: datetime) -> None:
        deliveries.record(made, now)
        keep_pages(made, now)
        give_back_slots(made)


def _parks(call: CallSpec, library: Library | None) -> bool:
    template = library.templates.get(call.spec["template"]) if library else None
    if library is None or template is None:
        return False
    channel = library.channel_for(template.kind, call.spec.get("channel"))
    return channel is not None and channel.on_unknown == OnUnknown.PARK


def prepare_one(call: CallSpec, library: Library, person: Recipient, *, at: str) -> Prepared | Outcome:
    """The message of one call, or why there is none. Pure."""
    spec = call.spec
    template = library.templates.get(spec["template"])
    if template is None:
        return Outcome(
            "error",
            "noTemplate",
            message=phrase("The message template no longer exists. Choose another one."),
        )
    channel = library.channel_for(template.kind, spec.get("channel"))
    if channel is None:
        return _no_channel(template.kind)
    address = _address(template, spec.get("address"), person)
    if isinstance(address, Outcome):
        return address
    if call.in_test and not is_allowed(address, library.test_addresses):
        return _NOT_IN_TEST
    return _rendered(call, template, channel, person=person, address=address, at=at)


def _address(template: StoredTemplate, given: Any, person: Recipient) -> str | Outcome:
    kind = template.kind
    if not (template.transactional or may_contact(kind, person.attributes)):
        return no_consent(kind)
    text = given if given is not None else address_of(kind, person.attributes)
    if not text:
        message = _NO_ADDRESS(field=WHERE[kind])
        return Outcome("error", "noAddress", message=message)
    address = usable_address(kind, str(text))
    if address is None:
        return Outcome("error", "invalidAddress", message=invalid_address(kind))
    return address


def _rendered(
    call: CallSpec,
    template: StoredTemplate,
    channel: StoredChannel,
    *,
    person: Recipient,
    address: str,
    at: str,
) -> Prepared | Outcome:
    parameters = with_defaults(template.parameters, call.spec.get("parameters", {}))
    if missing := missing_parameters(template.parameters, parameters):
        text = _MISSING(name=missing[0])
        return Outcome("error", "missingParameter", message=text)
    links = Links(settings.PUBLIC_URL, call.key) if settings.PUBLIC_URL else None
    if template.uses and links is None:
        return _NO_PUBLIC_URL
    unsubscribe = _unsubscribe(links, call, person, kind=template.kind, address=address) if links else ""
    try:
        provider = channels.load(channel.provider, channel.config, kind=channel.kind)
        values = {**parameters, **_link_values(links, unsubscribe), "profile": person.attributes}
        variant = language_for(person.attributes, template.contents)
        content = template.contents[variant]
        parts = render(template.id, template.updated_at, kind=template.kind, content=content, values=values)
    except ChannelProblem as problem:
        return Outcome("error", "badChannel", message=BAD_CHANNEL(problem=problem))
    except RenderProblem as problem:
        return Outcome("error", "badTemplate", message=str(problem))
    parts = dressed(parts, links, channel.tracking)
    message = Message(str(call.key), template.kind, address, provider.sender(), at, **as_message_parts(parts))
    if template.kind == "email" and not template.transactional:
        message = message._replace(unsubscribe=unsubscribe)
    if links and provider.calls_back():
        message = message._replace(callback=links.callback(channel.id))
    parties = {"channel": channel.id, "template": template.id, "profile": person.profile_id}
    # So that its page is there when the message is.
    mirror = {"mirror": True} if "mirror_page" in template.uses else {}
    how = {"variant": variant or OWN_WORDS, **mirror, **_target(provider, message)}
    return Prepared({**parties, **how, "message": message._asdict()})


def _target(provider: Provider, message: Message) -> dict[str, str]:
    """Where it is sent to, as throttles know requests; nothing for a way that is not HTTP."""
    url = provider.target(message)
    return {"method": "POST", "url": url} if url else {}


def _unsubscribe(links: Links, call: CallSpec, person: Recipient, *, kind: str, address: str) -> str:
    return links.preferences(
        sandbox_id=call.sandbox_id, kind=kind, address=address, profile_id=person.profile_id
    )


def _link_values(links: Links | None, unsubscribe: str) -> dict[str, str]:
    return {"unsubscribe_url": unsubscribe, "mirror_page_url": links.mirror()} if links else {}


def _no_channel(kind: str) -> Outcome:
    message = _NO_CHANNEL(kind=kind)
    return Outcome("error", "noChannel", message=message)

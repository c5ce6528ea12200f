"""What all providers of channels have in common, and the registry of them.

A new provider is one file in this folder: a class decorated with ``@provider``. Its fields are the form of
the channel; those of type ``SecretStr`` are stored encrypted, bound to its destination, and never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from actions.channels.callbacks import Callback, Forged, News
from journeyorch.outbound import secrets
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Response, outcome_of
from journeyorch.outbound.guard import Refused, check_url, configured_policy


class ChannelProblem(Exception):
    """A configuration that cannot be used or stored; ``messages`` are sentences for people."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


class Message(NamedTuple):
    """One rendered message, exactly as it is sent, also again; without credentials."""

    key: str  # idempotency key of the call: the message id everywhere
    kind: str  # "email", "sms", "push"
    to: str
    sender: str  # as the channel said when the message was rendered
    at: str  # when that was, ISO 8601
    subject: str = ""  # email; title of a push message
    html: str = ""
    text: str = ""  # email's plain text, SMS, body of a push message
    unsubscribe: str = ""  # where an email's one click goes (RFC 8058)
    callback: str = ""  # where the provider may tell what becomes of this message
    image: str = ""  # URL of a push message's picture
    link: str = ""  # where a tap on a push message leads
    data: str = ""  # of a push message, for the app: a JSON object of texts

    @classmethod
    def stored(cls, words: Mapping[str, str]) -> Message:
        """As a request has it. During an upgrade a newer release may have stored it: what only that one
        knows is left out, and the message is sent.
        """
        return cls(**{name: value for name, value in words.items() if name in cls._fields})


class Provider(BaseModel):
    """A way to send messages, with its configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[frozenset[str]]

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        """Where messages and secrets go, such as ``https://api.example.com``; raises ``ChannelProblem``.

        From plain values with defaults filled in, because secrets cannot be read without it.
        """
        raise NotImplementedError

    def sender(self) -> str:
        """Who the message is from; empty where the other side knows."""
        return ""

    def target(self, message: Message) -> str:
        """The URL that the message is posted to, as throttles know it; empty if it is no HTTP."""
        return ""

    def send(self, message: Message, timeout: float) -> Outcome:
        """Make one attempt within ``timeout`` seconds; never raises for what others do.

        ``hardBounce`` and ``softBounce`` are the codes for an address that is refused for good or for now.
        """
        raise NotImplementedError

    def receive(self, callback: Callback) -> list[News]:
        """What a provider tells; raises ``Forged`` without proof of who calls, ``Unreadable`` for nonsense.

        Only what proves to be of one of this channel's messages: see ``tracking.callbacks``.
        """
        raise Forged

    @classmethod
    def calls_back(cls) -> bool:
        """Whether the provider can tell what becomes of messages."""
        return cls.receive is not Provider.receive

    @classmethod
    def secret_fields(cls) -> list[str]:
        """Names of the fields that are stored encrypted."""
        return [name for name, field in cls.model_fields.items() if field.annotation is SecretStr]


ProviderClass = TypeVar("ProviderClass", bound=type[Provider])
_providers: dict[str, type[Provider]] = {}


def provider(name: str, title: str, *, kinds: set[str]) -> Callable[[ProviderClass], ProviderClass]:
    """Register a class as the provider ``name`` of channels of these kinds."""

    def register(cls: ProviderClass) -> ProviderClass:
        cls.name, cls.title, cls.kinds = name, title, frozenset(kinds)
        _providers[name] = cls
        return cls

    return register


def providers(kind: str | None = None) -> dict[str, type[Provider]]:
    """All providers by name, or those that can send one kind."""
    return {name: cls for name, cls in _providers.items() if kind is None or kind in cls.kinds}


def provider_of(name: str, *, kind: str) -> type[Provider]:
    """The class of a channel; raises ``ChannelProblem`` if none of that name sends this kind."""
    found = providers(kind)
    if name not in found:
        names = ", ".join(sorted(found))
        raise ChannelProblem(f"No provider “{name}” sends this kind of message. Use one of: {names}.")
    return found[name]


def load(name: str, config: Mapping[str, Any], *, kind: str) -> Provider:
    """A stored configuration, ready to send; raises ``ChannelProblem``."""
    cls = provider_of(name, kind=kind)
    sealed = [field for field in cls.secret_fields() if secrets.is_sealed(config.get(field))]
    opened = {field: _revealed(config[field], cls, config) for field in sealed}
    return _validated(cls, {**config, **opened})


def seal_config(
    name: str, submitted: Mapping[str, Any], *, kind: str, stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What to store of a submitted configuration: checked, secrets sealed for the destination.

    A secret left out, empty or shown as set keeps the stored one, if that was entered for the same
    destination. Raises ``ChannelProblem``.
    """
    cls = provider_of(name, kind=kind)
    values = dict(submitted)
    for field in cls.secret_fields():
        if secrets.is_sealed(values.get(field)) or not values.get(field):
            kept: Any = stored.get(field)
            values[field] = _revealed(kept, cls, values) if secrets.is_sealed(kept) else ""
    ready = _validated(cls, {key: value for key, value in values.items() if value != ""})
    plain = ready.model_dump(mode="json", exclude=set(cls.secret_fields()))
    return {**plain, **_sealed(ready, cls.destination(plain))}


def _revealed(sealed: Mapping[str, str], cls: type[Provider], values: Mapping[str, Any]) -> str:
    defaults = {name: field.default for name, field in cls.model_fields.items() if not field.is_required()}
    try:
        return secrets.reveal(sealed, bound_to=cls.destination({**defaults, **values}))
    except secrets.SecretUnusable as error:
        raise ChannelProblem(str(error)) from error


def _sealed(ready: Provider, destination: str) -> dict[str, Any]:
    clear = {field: getattr(ready, field).get_secret_value() for field in ready.secret_fields()}
    return {field: secrets.seal(text, bound_to=destination) for field, text in clear.items() if text}


def _validated(cls: type[Provider], values: Mapping[str, Any]) -> Provider:
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        # The input is left out of the messages: it may be a secret.
        raise ChannelProblem(*(_sentence(problem) for problem in error.errors(include_input=False))) from None


def _sentence(problem: Any) -> str:
    where = ".".join(map(str, problem["loc"]))
    text = problem["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{where}: {text}." if where else f"{text}."


def push_data(message: Message) -> dict[str, str]:
    """What an app gets beside the words of a push message; texts only, as providers want them."""
    try:
        given = orjson.loads(message.data or "{}")
    except orjson.JSONDecodeError:
        given = {}
    texts = {str(name): _as_text(value) for name, value in given.items()} if isinstance(given, dict) else {}
    own = {"messageId": message.key, **({"link": message.link} if message.link else {})}
    return {**texts, **own}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def gone(answer: Response | Failure, words: str) -> Outcome:
    """The address does not exist any more, as the provider says: it is not written to again."""
    return outcome_of(answer)._replace(
        status="error", code="hardBounce", message=words, retryable=False, data=None
    )


def origin_of(url: Any) -> str:
    """Scheme, host and port of a URL that may be called; raises ``ChannelProblem``."""
    try:
        return str(check_url(str(url or ""), configured_policy()).origin)
    except Refused as error:
        raise ChannelProblem(str(error)) from error

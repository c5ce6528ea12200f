"""What all methods of authentication have in common, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from journeyorch.outbound import secrets
from journeyorch.outbound.client import Request, Response
from journeyorch.outbound.guard import Refused, check_url, configured_policy


class AuthProblem(Exception):
    """A configuration that cannot be used or stored; ``messages`` are sentences for people."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


class Auth(BaseModel):
    """A method with its values. The fields are its form; those of type ``SecretStr`` are write-only."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: ClassVar[Any]  # how the choice calls it

    @classmethod
    def secret_fields(cls) -> list[str]:
        """Names of the fields that are stored encrypted."""
        return [name for name, field in cls.model_fields.items() if field.annotation is SecretStr]

    @classmethod
    def bound_to(cls, values: Mapping[str, Any], origin: str) -> str:
        """Where its secrets may go, as ``secrets.seal`` wants it: to the origin of the requests."""
        return origin

    @classmethod
    def completed(cls, values: dict[str, Any], recall: Callable[[str], str]) -> dict[str, Any]:
        """Values of a form with those secrets filled in that it left as they were.

        ``recall`` gives the stored secret of a field, "" if there is none; raises ``AuthProblem``.
        """
        left_out = {field for field in cls.secret_fields() if _is_left_out(values.get(field))}
        return {**values, **{field: recall(field) for field in left_out}}

    def shown(self) -> dict[str, Any]:
        """What a form may show of its values, by field."""
        hidden = self.secret_fields()
        return {name: value for name, value in self.model_dump(mode="json").items() if name not in hidden}

    @classmethod
    def shown_again(cls, field: str, typed: str) -> str:
        """What a form that could not be saved may show of the text typed for a secret field."""
        return ""

    def remark(self, now: datetime) -> str:
        """What else people should know of it, such as when a certificate ends."""
        return ""

    def secrets(self) -> list[str]:
        """The secrets in clear, to be redacted from whatever comes back."""
        return [getattr(self, name).get_secret_value() for name in self.secret_fields()]


class Credentials(Auth):
    """A method that has everything it needs."""

    #: Where the other side's acceptance shows without a call: as soon as it talks to us, or in its answer.
    shown_by: ClassVar[Literal["connecting", "answer"] | None] = None

    def apply(self, request: Request) -> Request:
        """The request with its credentials, just before it is sent; pure."""
        raise NotImplementedError


class Token(NamedTuple):
    """What the token's endpoint gave, and for how many seconds it is used."""

    text: str
    seconds: float


class TokenAuth(Auth):
    """A method in two steps: a token is fetched, kept, and then goes with each request. All pure."""

    def ask(self) -> Request:
        """The request to the token's endpoint."""
        raise NotImplementedError

    def read(self, response: Response) -> Token | None:
        """The token in a good answer of the endpoint; None if there is none."""
        raise NotImplementedError

    def carry(self, request: Request, token: str) -> Request:
        """The request with the token."""
        raise NotImplementedError


AuthClass = TypeVar("AuthClass", bound=type[Auth])
_methods: dict[str, type[Auth]] = {}


def auth_method(name: str) -> Callable[[AuthClass], AuthClass]:
    """Register a class as the method ``name`` of configurations."""

    def register(cls: AuthClass) -> AuthClass:
        _methods[name] = cls
        return cls

    return register


def methods() -> Mapping[str, type[Auth]]:
    """All methods by name; ``model_json_schema()`` of each describes its form."""
    return _methods


def _class_of(config: Mapping[str, Any]) -> type[Auth]:
    # Never configured means no authentication.
    name = config.get("type", "none")
    if not isinstance(name, str) or name not in _methods:
        raise AuthProblem(f"The type must be one of: {', '.join(sorted(_methods))}.")
    return _methods[name]


def load(config: Mapping[str, Any], *, origin: str) -> Auth:
    """A stored configuration, ready for requests to ``origin``.

    Raises ``AuthProblem`` for values that are wrong or a secret that belongs to another origin.
    """
    cls = _class_of(config)
    destination = cls.bound_to(config, origin)
    try:
        values = {
            name: secrets.reveal(value, bound_to=destination) if secrets.is_sealed(value) else value
            for name, value in config.items()
            if name != "type"
        }
    except secrets.SecretUnusable as error:
        raise AuthProblem(str(error)) from error
    return _validated(cls, values)


def shown(config: Mapping[str, Any], *, origin: str) -> tuple[dict[str, Any], Auth | None]:
    """What a form may show of a stored configuration, by field, and the method if it can be loaded."""
    try:
        method = load(config, origin=origin)
    except AuthProblem:
        return {name: value for name, value in config.items() if not secrets.is_sealed(value)}, None
    return method.shown(), method


def seal_config(submitted: Mapping[str, Any], *, stored: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """What to store of a submitted configuration: secrets sealed for where they go.

    A secret left out, empty or shown as set keeps the stored one, if the method is the same and the stored
    one was entered for this origin. Raises ``AuthProblem``.
    """
    cls = _class_of(submitted)
    name = submitted.get("type", "none")
    values = {key: value for key, value in submitted.items() if key != "type"}
    destination = cls.bound_to(values, origin)
    kept = stored if stored.get("type") == name else {}
    auth = _validated(cls, cls.completed(values, lambda field: _revealed(kept.get(field), destination)))
    clear = {field: getattr(auth, field).get_secret_value() for field in cls.secret_fields()}
    sealed = {field: secrets.seal(text, bound_to=destination) for field, text in clear.items()}
    return {"type": name, **auth.model_dump(mode="json"), **sealed}


def _is_left_out(value: Any) -> bool:
    return not value or secrets.is_sealed(value)


def _revealed(sealed: Any, destination: str) -> str:
    if not secrets.is_sealed(sealed):
        return ""
    try:
        return secrets.reveal(sealed, bound_to=destination)
    except secrets.SecretUnusable as error:
        raise AuthProblem(str(error)) from error


def origin_of(url: Any) -> str:
    """Where a URL leads, as secrets are bound to it; "" for one that the guard refuses."""
    try:
        return str(check_url(url, configured_policy()).origin)
    except (Refused, TypeError, AttributeError):
        return ""


def checked_endpoint(url: str) -> str:
    """For validators: the address of a token's endpoint; raises ``ValueError`` with the guard's sentence."""
    try:
        check_url(url, configured_policy())
    except Refused as error:
        raise ValueError(str(error)) from error
    return url


def _validated(cls: type[Auth], values: dict[str, Any]) -> Auth:
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        # The input is left out of the messages: it may be the secret.
        raise AuthProblem(
            *(_sentence(problem["loc"], problem["msg"]) for problem in error.errors(include_input=False))
        ) from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    where = ".".join(map(str, location))
    text = message.removeprefix("Value error, ").rstrip(".")
    return f"{where}: {text}." if where else f"{text}."

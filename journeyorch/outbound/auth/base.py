"""What all methods of authentication have in common, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from journeyorch.outbound import secrets
from journeyorch.outbound.client import Request


class AuthProblem(Exception):
    """A configuration that cannot be used or stored; ``messages`` are sentences for people."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


class Auth(BaseModel):
    """A method with its values. The fields are its form; those of type ``SecretStr`` are write-only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def apply(self, request: Request) -> Request:
        """The request with its credentials, just before it is sent; pure."""
        raise NotImplementedError

    @classmethod
    def secret_fields(cls) -> list[str]:
        """Names of the fields that are stored encrypted."""
        return [name for name, field in cls.model_fields.items() if field.annotation is SecretStr]

    def secrets(self) -> list[str]:
        """The secrets in clear, to be redacted from whatever comes back."""
        return [getattr(self, name).get_secret_value() for name in self.secret_fields()]


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
    try:
        values = {
            name: secrets.reveal(value, bound_to=origin) if secrets.is_sealed(value) else value
            for name, value in config.items()
            if name != "type"
        }
    except secrets.SecretUnusable as error:
        raise AuthProblem(str(error)) from error
    return _validated(cls, values)


def seal_config(submitted: Mapping[str, Any], *, stored: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """What to store of a submitted configuration: secrets sealed for ``origin``.

    A secret left out, empty or shown as set keeps the stored one, if the method is the same and the stored
    one was entered for this origin. Raises ``AuthProblem``.
    """
    cls = _class_of(submitted)
    name = submitted.get("type", "none")
    kept = stored if stored.get("type") == name else {}
    values = {key: value for key, value in submitted.items() if key != "type"}
    for field in cls.secret_fields():
        if secrets.is_sealed(values.get(field)) or not values.get(field):
            values[field] = _revealed(kept.get(field), origin=origin)
    auth = _validated(cls, values)
    sealed = {
        field: secrets.seal(getattr(auth, field).get_secret_value(), bound_to=origin)
        for field in cls.secret_fields()
    }
    return {"type": name, **auth.model_dump(mode="json"), **sealed}


def _revealed(sealed: Any, *, origin: str) -> str:
    if not secrets.is_sealed(sealed):
        return ""
    try:
        return secrets.reveal(sealed, bound_to=origin)
    except secrets.SecretUnusable as error:
        raise AuthProblem(str(error)) from error


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

"""Secrets at rest: encrypted, bound to where they may be sent, and never shown (operations.md, Secrets).

Inside a JSON configuration a secret is ``{"secret": "<token>"}``. The token holds the text together with what
it is bound to, an origin such as ``https://api.example.com``: whoever may change a URL cannot have the secret
sent to a host of his own.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.signals import setting_changed

SEALED = "secret"
# What a screen, an API or an export shows instead.
SHOWN_AS = "set"


class SecretUnusable(Exception):
    """A stored secret cannot be used here. The text is one sentence for people."""


@functools.cache
def _box() -> MultiFernet:
    """All keys: the first encrypts, every one decrypts."""
    return MultiFernet(_keys())


def _keys() -> list[Fernet]:
    return [Fernet(key) for key in settings.SECRETS_KEYS or [_derived_key(settings.SECRET_KEY)]]


def _derived_key(secret_key: str) -> bytes:
    # Only for trying out; production sets SECRETS_KEYS, so that SECRET_KEY can be changed alone.
    digest = hashlib.sha256(b"journeyorch.outbound.secrets\0" + secret_key.encode()).digest()
    return base64.urlsafe_b64encode(digest)


def _forget_keys(*, setting: str, **_: object) -> None:
    if setting in ("SECRETS_KEYS", "SECRET_KEY"):
        _box.cache_clear()
        _opened.cache_clear()


setting_changed.connect(_forget_keys)


def seal(text: str, *, bound_to: str) -> dict[str, str]:
    """Encrypt a secret for one destination."""
    return {SEALED: _box().encrypt(orjson.dumps([bound_to, text])).decode()}


def is_sealed(value: object) -> bool:
    """Whether a value in a configuration is an encrypted secret."""
    return isinstance(value, dict) and set(value) == {SEALED} and isinstance(value[SEALED], str)


def reveal(sealed: Mapping[str, str], *, bound_to: str) -> str:
    """The secret in clear, to be sent to ``bound_to`` and nowhere else; raises ``SecretUnusable``."""
    destination, text = _opened(sealed[SEALED])
    if destination != bound_to:
        raise SecretUnusable("The secret was entered for another address. Enter it again.")
    return text


@functools.lru_cache(maxsize=1024)
def _opened(token: str) -> tuple[str, str]:
    """Decrypted once per process: every call needs it, and decrypting costs as much as the rest of a call."""
    try:
        destination, text = orjson.loads(_box().decrypt(token.encode()))
    except (InvalidToken, ValueError) as error:
        raise SecretUnusable(
            "The secret cannot be decrypted with the present keys. Enter it again."
        ) from error
    return destination, text


def is_newest(sealed: Mapping[str, str]) -> bool:
    """Whether the newest key has sealed it: the older ones are not needed for it."""
    newest, *_older = _keys()
    try:
        newest.decrypt(sealed[SEALED].encode())
    except InvalidToken:
        return False
    return True


def rotate(sealed: Mapping[str, str]) -> dict[str, str]:
    """The same secret under the newest key; raises ``SecretUnusable``."""
    try:
        return {SEALED: _box().rotate(sealed[SEALED].encode()).decode()}
    except InvalidToken as error:
        raise SecretUnusable(
            "The secret cannot be decrypted with the present keys. Enter it again."
        ) from error


def hidden(config: Any) -> Any:
    """A configuration as it may be shown or exported: each secret only says that it is set."""
    if is_sealed(config):
        return {SEALED: SHOWN_AS}
    if isinstance(config, dict):
        return {key: hidden(value) for key, value in config.items()}
    return [hidden(item) for item in config] if isinstance(config, list) else config


def redacted(text: str, secrets: Iterable[str]) -> str:
    """A text from outside without any of these secrets: an answer may echo what it was sent."""
    spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "•••")
    return text


@functools.lru_cache(maxsize=1024)
def _spellings(secret: str) -> frozenset[str]:
    """As it is, inside JSON (with and without escapes for what is not ASCII), and percent-encoded."""
    inside_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return frozenset({secret, *inside_json, quote(secret, safe=""), quote_plus(secret)})

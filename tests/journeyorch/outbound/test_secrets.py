from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet

from journeyorch.outbound import secrets

CANARY = "canary-7f3a"
ORIGIN = "https://api.example"


def test_a_secret_comes_back_for_its_own_origin():
    sealed = secrets.seal(CANARY, bound_to=ORIGIN)
    assert secrets.is_sealed(sealed)
    assert CANARY not in json.dumps(sealed)
    assert secrets.reveal(sealed, bound_to=ORIGIN) == CANARY


@pytest.mark.parametrize(
    "other", ["https://evil.example", "http://api.example", "https://api.example:8443", ""]
)
def test_a_secret_is_not_given_to_another_origin(other):
    sealed = secrets.seal(CANARY, bound_to=ORIGIN)
    with pytest.raises(secrets.SecretUnusable):
        secrets.reveal(sealed, bound_to=other)


def test_a_changed_token_is_refused():
    token = secrets.seal(CANARY, bound_to=ORIGIN)["secret"]
    with pytest.raises(secrets.SecretUnusable):
        secrets.reveal({"secret": token[:-5] + "AAAA="}, bound_to=ORIGIN)


def test_keys_rotate_without_entering_secrets_again(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    sealed = secrets.seal(CANARY, bound_to=ORIGIN)
    settings.SECRETS_KEYS = [new, old]
    renewed = secrets.rotate(sealed)
    settings.SECRETS_KEYS = [new]
    assert secrets.reveal(renewed, bound_to=ORIGIN) == CANARY
    with pytest.raises(secrets.SecretUnusable):
        secrets.reveal(sealed, bound_to=ORIGIN)


def test_without_keys_one_is_derived(settings):
    settings.SECRETS_KEYS = []
    assert secrets.reveal(secrets.seal(CANARY, bound_to=ORIGIN), bound_to=ORIGIN) == CANARY
    settings.SECRET_KEY = "another-one-altogether"
    sealed = secrets.seal(CANARY, bound_to=ORIGIN)
    settings.SECRET_KEY = "and-another-one"
    with pytest.raises(secrets.SecretUnusable):
        secrets.reveal(sealed, bound_to=ORIGIN)


def test_a_shown_configuration_only_says_that_a_secret_is_set():
    config = {"type": "basic", "password": secrets.seal(CANARY, bound_to=ORIGIN), "list": [{"secret": "x"}]}
    assert secrets.hidden(config) == {
        "type": "basic",
        "password": {"secret": "set"},
        "list": [{"secret": "set"}],
    }


def test_texts_are_redacted_longest_secret_first():
    assert secrets.redacted("key=abc123 and abc", ["abc", "abc123", ""]) == "key=••• and •••"


@pytest.mark.parametrize("echo", ['pä"s s', 'p\\u00e4\\"s s', 'pä\\"s s', "p%C3%A4%22s%20s", "p%C3%A4%22s+s"])
def test_texts_are_redacted_in_every_usual_spelling(echo):
    assert secrets.redacted(f"[{echo}]", ['pä"s s']) == "[•••]"

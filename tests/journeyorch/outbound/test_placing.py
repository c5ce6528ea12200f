"""What pydantic finds wrong is said in words that help, beside the field."""

from __future__ import annotations

from typing import Any

import pytest

from journeyorch.outbound import auth
from journeyorch.outbound.placing import placed

FIELDS = {"username", "password"}


def said(**values: Any) -> dict[str, str]:
    with pytest.raises(auth.AuthProblem) as raised:
        auth.seal_config({"type": "basic", **values}, stored={}, origin="https://a.example:443")
    return dict(placed(raised.value.messages, FIELDS))


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"username": "u"}, "password", "Fill this in"),
        ({"username": "u", "password": ""}, "password", "Fill this in"),
        ({"password": "p"}, "username", "Fill this in"),
        ({"username": "", "password": "p"}, "username", "Fill this in"),
        ({"username": "a:b", "password": "p"}, "username", "It holds something that is not allowed here"),
        ({"username": "u" * 501, "password": "p"}, "username", "It is too long; use at most 500 characters."),
        ({"username": "u", "password": "p" * 2001}, "password", "use at most 2000 characters"),
    ],
)
def test_a_field_is_told_in_plain_words(values: dict[str, str], field: str, words: str) -> None:
    assert words in said(**values)[field]


def test_limits_of_numbers_and_sentences_of_ours() -> None:
    messages = [
        "username: Input should be greater than or equal to 1.",
        "username: Input should be less than or equal to 65535.",
        "username: Input should be a valid integer, unable to parse string as an integer.",
        "username: The URL names no host.",
        "Something else.",
    ]
    assert list(placed(messages, FIELDS)) == [
        ("username", "It is too small; write at least 1."),
        ("username", "It is too large; write at most 65535."),
        ("username", "Write a whole number, in digits."),
        ("username", "The URL names no host."),
        ("", "Something else."),
    ]

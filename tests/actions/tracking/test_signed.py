"""Links that nobody else can make, or use for something else."""

from __future__ import annotations

from uuid import UUID

import pytest

from actions.tracking.signed import Purpose, sign, unsign

MESSAGE = UUID("6f1d7a52-0000-5000-8000-000000000001")


@pytest.mark.parametrize("rest", [(), ("https://example.com/?a=ä&b=1", ""), (3, "email", "a@b.org", None)])
def test_what_was_signed_is_read(rest):
    assert unsign(Purpose.CLICK, sign(Purpose.CLICK, MESSAGE, *rest)) == (MESSAGE, list(rest))


def test_a_link_of_another_purpose_is_none():
    signed = sign(Purpose.CLICK, MESSAGE)
    assert [unsign(purpose, signed) for purpose in Purpose if purpose != Purpose.CLICK] == [None] * 4


def test_no_character_can_be_changed():
    signed = sign(Purpose.CLICK, MESSAGE, "https://example.com/")
    for at, character in enumerate(signed):
        other = "A" if character != "A" else "B"
        assert unsign(Purpose.CLICK, signed[:at] + other + signed[at + 1 :]) is None


@pytest.mark.parametrize(
    "junk", ["", "A", "====", "ä" * 80, "A" * 100_000, "\x00", "a b", "..%2f..", "A" * 22, "_" * 64]
)
def test_junk_is_no_link(junk):
    assert unsign(Purpose.OPEN, junk) is None


@pytest.mark.parametrize(
    "change", [lambda text: text + "=", lambda text: text + "\n", lambda text: f"{text}!"]
)
def test_one_link_has_one_text(change):
    assert unsign(Purpose.OPEN, change(sign(Purpose.OPEN, MESSAGE))) is None


def test_old_messages_stay_readable_when_the_key_is_changed(settings):
    signed = sign(Purpose.OPEN, MESSAGE)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert unsign(Purpose.OPEN, signed) == (MESSAGE, [])
    settings.SECRET_KEY_FALLBACKS = []
    assert unsign(Purpose.OPEN, signed) is None

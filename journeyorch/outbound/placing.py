"""What pydantic finds wrong with a configuration, as sentences beside the fields of a form."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from journeyorch.telling import told

#: What it says, and what people read instead; named groups are places in the sentence.
_PLAIN = [
    (
        re.compile(r"Field required\.|(Value|String) should have at least 1 .*"),
        _("Fill this in; it is needed with what is chosen above."),
    ),
    (re.compile(r"Input should be a valid integer.*"), _("Write a whole number, in digits.")),
    (
        re.compile(r"(Value|String) should have at most (?P<most>\d+) .*"),
        _("It is too long; use at most %(most)s characters."),
    ),
    (
        re.compile(r"Input should be greater than or equal to (?P<least>\S+)\."),
        _("It is too small; write at least %(least)s."),
    ),
    (
        re.compile(r"Input should be less than or equal to (?P<most>\S+)\."),
        _("It is too large; write at most %(most)s."),
    ),
    (
        re.compile(r"String should match pattern .*", re.DOTALL),
        _("It holds something that is not allowed here; correct it as the other system has given it to you."),
    ),
]


def placed(messages: Iterable[str], fields: Container[str]) -> Iterator[tuple[str, str]]:
    """Sentences about a pydantic model, such as "port: Too large.", by field; "" for the whole of it."""
    for message in messages:
        field, _colon, text = message.partition(": ")
        yield (field, _in_plain_words(text)) if field in fields else ("", told(message))


def _in_plain_words(text: str) -> str:
    for pattern, sentence in _PLAIN:
        if found := pattern.fullmatch(text):
            return str(sentence) % found.groupdict()
    return told(text)

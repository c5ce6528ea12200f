"""Help at the place where it is needed: each room writes its texts in one file and registers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString


class Help(NamedTuple):
    """Two sentences, an example, and the page of the documentation, such as ``users.md#the-list``."""

    title: Any
    text: Any
    example: Any
    page: str


_topics: dict[str, Help] = {}


def register(topics: Mapping[str, Help]) -> None:
    """Know these topics from now on; from an app's ``ready()``."""
    _topics.update(topics)


def topics() -> Mapping[str, Help]:
    return _topics


def button(topic: str) -> SafeString:
    """A button that shows what is said about a topic; nothing for a topic that nobody has registered."""
    help = _topics.get(topic)
    if help is None:
        return SafeString("")
    context = {"topic": topic, "help": help, "address": address(topic, help)}
    return render_to_string("shell/help.html", context)


def address(topic: str, help: Help) -> str:
    """Where more is said: in the documentation, if the installation has it somewhere, else on our page."""
    if settings.DOCUMENTATION_URL:
        return f"{settings.DOCUMENTATION_URL}/{help.page}"
    return f"{reverse('help')}#{topic}"

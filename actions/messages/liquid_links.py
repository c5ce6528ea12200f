"""Two tags of email templates: ``{% unsubscribe %}`` and ``{% mirror_page %}``, each with a text if you like.

In HTML they become links of their own tracking category, elsewhere the text and the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any, TextIO

from liquid import Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import parse_primitive
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

#: What templates may also use by name, as in ``<a href="{{ unsubscribe_url }}">``.
LINK_VALUES = frozenset({"unsubscribe_url", "mirror_page_url"})
#: Where they lead in a preview, which is no message yet.
PREVIEW_LINKS = dict.fromkeys(LINK_VALUES, "#")
_USES = re.compile(r"\{(?:%|\{)[^}]*?\b(unsubscribe|mirror_page)(?:_url)?\b")


def links_used(sources: Iterable[object]) -> frozenset[str]:
    """Which of a message's links the texts of a template use: "unsubscribe", "mirror_page"."""
    return frozenset(used for source in sources for used in _USES.findall(str(source)))


class _LinkNode(Node):
    __slots__ = ("category", "default_text", "text", "value")

    def __init__(self, token: Token, text: Any, *, value: str, category: str, default_text: str) -> None:
        super().__init__(token)
        self.text, self.value = text, value
        self.category, self.default_text = category, default_text
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        text = str(self.text.evaluate(context) if self.text else self.default_text)
        url = str(context.resolve(self.value, default=""))
        if not context.autoescape:
            return buffer.write(f"{text}: {url}")
        link = f'<a href="{escape(url)}" data-category="{self.category}">{escape(text)}</a>'
        return buffer.write(link)

    def expressions(self) -> Any:
        return [self.text] if self.text else []


class _LinkTag(Tag):
    block = False
    value, category, default_text = "", "", ""

    def parse(self, stream: Any) -> _LinkNode:
        token, text = stream.current, None
        if stream.peek.kind == TOKEN_EXPRESSION:
            stream.eat(TOKEN_TAG)
            inner = stream.into_inner(tag=token, eat=False)
            text = parse_primitive(self.env, inner)
            inner.expect_eos()
        given = {"value": self.value, "category": self.category, "default_text": self.default_text}
        return _LinkNode(token, text, **given)


class Unsubscribe(_LinkTag):
    name = "unsubscribe"
    value, category, default_text = "unsubscribe_url", "unsubscribe", "Unsubscribe"


class MirrorPage(_LinkTag):
    name = "mirror_page"
    value, category, default_text = "mirror_page_url", "mirror", "View in your browser"


def add_link_tags(environment: Environment) -> None:
    """Make the two tags known."""
    for tag in (Unsubscribe, MirrorPage):
        environment.add_tag(tag)

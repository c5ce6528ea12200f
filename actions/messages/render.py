"""From a template and a person to the words of one message. Pure but for the cache of compiled templates."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import orjson
from liquid import BoundTemplate
from liquid.exceptions import LiquidError

from actions.messages.language import parse
from actions.messages.liquid_words import MISFIT, reason
from actions.messages.markup import MarkupProblem, for_mail
from journeyorch.phrases import Phrase, Sentence, phrase, sentence

# Which texts a message of a kind has. The first one is what it cannot do without.
PARTS = {
    "email": ("subject", "html", "text"),
    "sms": ("text",),
    "push": ("title", "body", "image", "link", "data"),
}
MARKUP_PARTS = frozenset({"html"})
# One line each: in an email's header a line break would begin another header.
_ONE_LINE = frozenset({"subject", "title"})
# What is no address is left out: a picture that a person lacks must not keep the message from them.
_URLS = frozenset({"image", "link"})
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[\x21-\x7e]{1,4000}")
_MAX_LINE = 500

_NAMES = {
    "subject": phrase("subject"),
    "html": phrase("html"),
    "text": phrase("text"),
    "title": phrase("title"),
    "body": phrase("body"),
    "image": phrase("image"),
    "link": phrase("link"),
    "data": phrase("data"),
}
_UNREADABLE = sentence("The {part} cannot be read: {reason}.", "part", "reason")
_UNREADABLE_AT = sentence("The {part} in line {line} cannot be read: {reason}.", "part", "reason")
_UNMADE = sentence("The {part} cannot be made: {reason}.", "part", "reason")
_UNMADE_AT = sentence("The {part} in line {line} cannot be made: {reason}.", "part", "reason")
_NO_EMAIL = sentence("The {part} cannot be made into an email. {problem}", "part", "problem")
_NO_OBJECT = phrase("The data is no JSON object. Put values in with the filter json.")


class RenderProblem(Exception):
    """A text that could not be made; the text is one sentence for people, and names part and line."""


def render(
    template_id: int,
    updated_at: Any,
    *,
    kind: str,
    content: Mapping[str, Any],
    values: Mapping[str, Any],
) -> dict[str, str]:
    """The parts of a message for ``values``: ``profile`` and the parameters by name. ``RenderProblem``.

    Compiled templates are kept by id and time of change: after the first message an email takes under 1 ms.
    """
    sources = tuple((part, content.get(part) or "") for part in PARTS[kind])
    compiled = _compiled(template_id, updated_at, sources)
    return {part: _clean(part, _rendered(part, template, values)) for part, template in compiled}


def render_once(*, kind: str, content: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str]:
    """The same for a text that is not saved, as in a preview."""
    return {
        part: _clean(part, _rendered(part, _parsed(part, content.get(part) or ""), values))
        for part in PARTS[kind]
    }


def as_message_parts(parts: Mapping[str, str]) -> dict[str, str]:
    """A push message's title and body travel where other kinds have subject and text."""
    if "title" not in parts:
        return dict(parts)
    others = {name: parts.get(name, "") for name in ("image", "link", "data")}
    return {"subject": parts["title"], "text": parts["body"], **others}


@functools.lru_cache(maxsize=256)
def _compiled(
    template_id: int, updated_at: Any, sources: tuple[tuple[str, str], ...]
) -> list[tuple[str, BoundTemplate | None]]:
    return [(part, _parsed(part, source)) for part, source in sources]


def _parsed(part: str, source: str) -> BoundTemplate | None:
    """The compiled source; None for an empty one, which needs no rendering."""
    if not source:
        return None
    try:
        template = parse(source, markup=part in MARKUP_PARTS)
        if part not in MARKUP_PARTS or (ready := for_mail(source)) is source:
            return template
        return parse(ready, markup=True)
    except LiquidError as error:
        raise RenderProblem(_told(error, part, _UNREADABLE, _UNREADABLE_AT)) from error
    except MarkupProblem as problem:
        raise RenderProblem(_NO_EMAIL(part=_NAMES[part], problem=problem)) from problem


def _rendered(part: str, template: BoundTemplate | None, values: Mapping[str, Any]) -> str:
    if template is None:
        return ""
    try:
        return template.render(values)
    except LiquidError as error:
        raise RenderProblem(_told(error, part, _UNMADE, _UNMADE_AT)) from error
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # Filters let Python's own errors through for odd values, such as a date in the year 99999.
        raise RenderProblem(_UNMADE(part=_NAMES[part], reason=MISFIT)) from error


def _clean(part: str, text: str) -> str:
    """Without what databases and mail servers refuse: NUL, and line breaks in a header."""
    text = text.replace("\x00", "")
    if part in _URLS:
        return text.strip() if _URL.fullmatch(text.strip()) else ""
    if part == "data" and text.strip():
        return json_object(text)
    if part in _ONE_LINE:
        return " ".join(text.split())[:_MAX_LINE]
    return text


def json_object(text: str) -> str:
    """The text, if it is one; else a ``RenderProblem``."""
    try:
        if isinstance(orjson.loads(text), dict):
            return text
    except orjson.JSONDecodeError:
        pass
    raise RenderProblem(_NO_OBJECT)


def _told(error: LiquidError, part: str, plain: Sentence, with_line: Sentence) -> Phrase:
    """In which part, and in which line if the library knows it."""
    line, said = line_number(error), {"part": _NAMES[part], "reason": reason(error)}
    return with_line(line=line, **said) if line else plain(**said)


def line_number(error: LiquidError) -> int | None:
    """The line of a problem, beginning with 1."""
    try:
        context = error.context()
    except ValueError:  # the library's position can lie behind the end of the text
        return None
    return context[0] if context else None

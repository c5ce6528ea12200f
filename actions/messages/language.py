"""Liquid as business users may write it: escaped, without files, and bounded in time, loops and size.

The library limits nested loops and output but neither time nor what a single filter builds: one ``replace``
of every letter by the whole text makes gigabytes. Each filter here is therefore wrapped, and every look-up
asks how much processor time is left.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable
from typing import Any

import orjson
from liquid import BoundTemplate, Environment, RenderContext
from liquid.exceptions import LiquidSyntaxError, ResourceLimitError
from liquid.token import TOKEN_EOF, Token
from liquid.undefined import is_undefined

from actions.messages.liquid_links import add_link_tags
from actions.messages.liquid_words import NEVER_CLOSED, TOO_LONG
from journeyorch.phrases import phrase

MAX_SOURCE_CHARACTERS = 200_000
MAX_OUTPUT_BYTES = 1_000_000
MAX_VALUE_CHARACTERS = 1_000_000  # what one filter may build
MAX_LOOPS = 10_000
MAX_SECONDS = 0.5  # of processor time, so that a busy machine fails nobody

# Files of other templates; and "safe", which would let a person's name become markup.
_FORBIDDEN_TAGS = ("include", "render")
_FORBIDDEN_FILTERS = ("safe",)


class TooMuch(ResourceLimitError):
    """A template does more than a message may."""

    def __init__(self, what: str) -> None:
        super().__init__(what, token=None)


class _BoundedContext(RenderContext):
    """A rendering that ends when its processor time is used up."""

    __slots__ = ("deadline",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = time.thread_time() + MAX_SECONDS

    def get(self, *args: Any, **kwargs: Any) -> object:
        self._stay_in_time()
        return super().get(*args, **kwargs)

    def filter(self, *args: Any, **kwargs: Any) -> Callable[..., object]:
        self._stay_in_time()
        return super().filter(*args, **kwargs)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self._stay_in_time()
        super().raise_for_loop_limit(length)

    def stopindex(self, key: str, index: int | None = None) -> int:
        """Told how far a loop will go; the only moment before ``reversed`` puts all of it into a list."""
        if index is not None and index > MAX_LOOPS:
            raise TooMuch(phrase("a loop goes on for too long"))
        return super().stopindex(key, index)

    def _stay_in_time(self) -> None:
        if time.thread_time() > self.deadline:
            raise TooMuch(phrase("the template takes too long"))


class _BoundedTemplate(BoundTemplate):
    context_class = _BoundedContext


class _BoundedEnvironment(Environment):
    template_class = _BoundedTemplate
    loop_iteration_limit = MAX_LOOPS
    local_namespace_limit = MAX_VALUE_CHARACTERS
    output_stream_limit = MAX_OUTPUT_BYTES


def _environment(*, markup: bool) -> Environment:
    environment = _BoundedEnvironment(autoescape=markup)
    for tag in _FORBIDDEN_TAGS:
        del environment.tags[tag]
    for name in _FORBIDDEN_FILTERS:
        del environment.filters[name]
    add_link_tags(environment)
    environment.add_filter("json", _json)
    for name, function in environment.filters.items():
        environment.filters[name] = _bounded(name, function)
    return environment


def _json(value: Any) -> str:
    """A value as JSON, as in the data of a push message."""
    try:
        return orjson.dumps(None if is_undefined(value) else value).decode()
    except TypeError as error:
        raise ValueError("It cannot be written as JSON.") from error


def _bounded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, refusing what would take or give too much. ``wraps`` keeps the library's marks on it."""

    @functools.wraps(function)
    def bounded(value: Any, *args: Any, **kwargs: Any) -> Any:
        for given in (value, *args):
            _refuse_if_heavy(given)
        if name in ("replace", "join"):
            _refuse_product(value, *args)
        result = function(value, *args, **kwargs)
        _refuse_if_heavy(result)
        return result

    return bounded


def _refuse_if_heavy(value: Any) -> None:
    if _weight(value, MAX_VALUE_CHARACTERS) > MAX_VALUE_CHARACTERS:
        raise TooMuch(phrase("a value grows too large"))


def _refuse_product(value: Any, *args: Any) -> None:
    """These two filters multiply: as many pieces as the value has, each as long as an argument."""
    if _pieces(value) * max((len(str(arg)) for arg in args), default=1) > MAX_VALUE_CHARACTERS:
        raise TooMuch(phrase("a value grows too large"))


def _pieces(value: Any) -> int:
    if isinstance(value, list | tuple | range):
        return len(value)
    return len(str(value)) + 1


def _weight(value: Any, enough: int) -> int:
    """Roughly how many characters a value holds; stops counting once it is more than ``enough``."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, int):
        return value.bit_length() // 3 + 1
    if isinstance(value, range):
        return len(value)
    if isinstance(value, dict):
        return _weight([*value.keys(), *value.values()], enough)
    if not isinstance(value, list | tuple):
        return 1
    total = 0
    for item in value:
        total += 1 + _weight(item, enough - total)
        if total > enough:
            break
    return total


_MARKUP = _environment(markup=True)
_TEXT = _environment(markup=False)


def parse(source: str, *, markup: bool) -> BoundTemplate:
    """The compiled template; with ``markup``, everything that is put in is escaped for HTML.

    Raises ``LiquidError``, the only exception for whatever users write.
    """
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise TooMuch(TOO_LONG(most=f"{MAX_SOURCE_CHARACTERS:,}"))
    _refuse_unclosed(source)
    try:
        return (_MARKUP if markup else _TEXT).from_string(source)
    except (RecursionError, ValueError) as error:
        raise LiquidSyntaxError(phrase("this cannot be read as Liquid"), token=None) from error


# Each opening has to be closed: the library looks for the missing end from every opening again, which takes
# minutes for a text full of them.
_CLOSED_BY = [
    (re.compile(r"\{\{"), re.compile(r"\}\}"), NEVER_CLOSED(opening="{{", closing="}}")),
    (re.compile(r"\{%"), re.compile(r"%\}"), NEVER_CLOSED(opening="{%", closing="%}")),
    (
        re.compile(r"\{%-?\s*raw\b"),
        re.compile(r"\{%-?\s*endraw\b"),
        NEVER_CLOSED(opening="raw", closing="endraw"),
    ),
    (
        re.compile(r"\{%-?\s*doc\b"),
        re.compile(r"\{%-?\s*enddoc\b"),
        NEVER_CLOSED(opening="doc", closing="enddoc"),
    ),
]


def _refuse_unclosed(source: str) -> None:
    for opening, closing, message in _CLOSED_BY:
        last = max((match.start() for match in opening.finditer(source)), default=None)
        if last is not None and not closing.search(source, last):
            token = Token(TOKEN_EOF, value=source[last : last + 2], start_index=last, source=source)
            raise LiquidSyntaxError(message, token=token)

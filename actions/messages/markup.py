"""HTML as mail programs need it: MJML turned into tables, styles of the head written into the elements.

Both libraries would take Liquid for text, move it out of tables and escape it. So its tags travel as
comments, which may stand anywhere, and its values as words. Both are native code that recurses as deep as
the markup is nested, and ends the process when the stack is used up; and the time of inlining is that of
elements times selectors. So both are bounded.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import count

import css_inline
import mrml

from journeyorch.phrases import phrase, sentence

_MAX_DEPTH = 200
_MAX_CHARACTERS = 200_000
_MAX_TAGS = 10_000
# More than a thread needs that recurses through all of them; only what is touched takes memory.
_STACK_BYTES = 128 * 1024 * 1024
_MAX_PAIRS = 5_000_000  # of elements and selectors
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_MJML = re.compile(r"<mjml[\s>]", re.IGNORECASE)
# Their end may be left out, so what follows does not stand inside of them.
_NO_DEPTH = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd option tr td th tbody thead tfoot".split()
)
# Nothing that a reader's program would fetch of somebody else unless the template names it: MJML's own
# rendering asks Google for the fonts that it knows.
_NO_FONTS = mrml.RenderOptions(fonts={})
# Styles of the medium, such as those for narrow screens, stay in the head; nothing is ever fetched.
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
# Characters in which the tag has begun that some Liquid stands in.
_LOOK_BACK = 4000
_starting = threading.Lock()

_TOO_LONG = sentence("The text is longer than {most} characters.")
_UNREADABLE = sentence("The MJML cannot be read: {reason}. Look for a tag that is wrong or not closed.")
_TOO_MANY_STYLES = phrase("It has too many styles for so many elements. Take out what is not used.")
_NO_MEMORY = phrase("There is not enough memory to convert it now. Try again later.")
_BESIDE_ATTRIBUTES = phrase("Liquid tags may stand in the value of an attribute, but not beside one.")
_TOO_MANY_TAGS = sentence("It has more than {most} tags. Mail programs cut off much shorter emails.")
_TOO_DEEP = sentence("It is nested more than {most} elements deep, or has elements without an end.")


class MarkupProblem(Exception):
    """Markup that cannot be turned into an email; the text is one sentence for people."""


def for_mail(source: str) -> str:
    """The HTML of a template, Liquid included: MJML becomes HTML, styles are inlined.

    The source is Liquid that can be read. Raises ``MarkupProblem``.
    """
    is_mjml, has_style = _MJML.search(source) is not None, "<style" in source.lower()
    if not (is_mjml or has_style):
        return source
    if len(source) > _MAX_CHARACTERS:
        raise MarkupProblem(_TOO_LONG(most=f"{_MAX_CHARACTERS:,}"))
    mark = _mark_for(source)
    text, kept = _hidden(source, mark)
    return _shown(_with_deep_stack(lambda: _converted(text, is_mjml=is_mjml)), kept, mark)


def _converted(text: str, *, is_mjml: bool) -> str:
    _check_size(text)
    _check_depth(text, every=is_mjml)
    if is_mjml:
        text = _from_mjml(text)
    return _inlined(text) if "<style" in text.lower() else text


def _from_mjml(text: str) -> str:
    try:
        # Without a loader: includes would be files or addresses.
        return str(mrml.to_html(text, None, _NO_FONTS).content)
    except OSError as error:
        raise MarkupProblem(_UNREADABLE(reason=str(error)[:200])) from error


def _inlined(text: str) -> str:
    _check_size(text)
    if (text.count(",") + text.count("{")) * text.count("<") > _MAX_PAIRS:
        raise MarkupProblem(_TOO_MANY_STYLES)
    try:
        return _INLINER.inline(text)
    except (css_inline.InlineError, ValueError) as error:
        raise MarkupProblem(phrase("The styles cannot be read.")) from error


def _with_deep_stack(convert: Callable[[], str]) -> str:
    """Do it in a thread that has room for any depth: whatever the check before does not see, such as an
    element in what only looks like a comment, must not end the process."""
    done: list[str | MarkupProblem] = []

    def work() -> None:
        try:
            done.append(convert())
        except MarkupProblem as problem:
            done.append(problem)

    with _starting:
        before = threading.stack_size(_STACK_BYTES)
        try:
            thread = threading.Thread(target=work, name="markup")
            thread.start()
        except RuntimeError as error:
            raise MarkupProblem(_NO_MEMORY) from error
        finally:
            threading.stack_size(before)
    thread.join()
    if not done:
        raise MarkupProblem(phrase("The markup cannot be read."))
    if isinstance(done[0], MarkupProblem):
        raise done[0]
    return done[0]


# --- Liquid ---------------------------------------------------------------------------------------


def _mark_for(source: str) -> str:
    """The beginning of a word that the source does not hold."""
    return next(mark for number in count() if (mark := f"liquid{number}q") not in source.lower())


def _hidden(source: str, mark: str) -> tuple[str, list[str]]:
    """The source with words and comments in the place of Liquid, and that Liquid."""
    parts: list[str] = []
    kept: list[str] = []
    end, before = 0, ""
    for found in _LIQUID.finditer(source):
        between = source[end : found.start()]
        before = (before + between)[-_LOOK_BACK:]
        parts += [between, _stand_in(found.group(), before, f"{mark}{len(kept)}z")]
        kept.append(found.group())
        end = found.end()
    return "".join([*parts, source[end:]]), kept


def _stand_in(liquid: str, before: str, word: str) -> str:
    opened, closed = before.rfind("<"), before.rfind(">")
    if liquid.startswith("{{") or opened > closed:
        if liquid.startswith("{%") and not any(before.count(mark, opened) % 2 for mark in "\"'"):
            raise MarkupProblem(_BESIDE_ATTRIBUTES)
        return word
    return f"<!--{word}-->"


def _shown(text: str, kept: list[str], mark: str) -> str:
    words = re.compile(f"<!--{mark}(\\d+)z-->|{mark}(\\d+)z")
    return words.sub(lambda found: kept[int(found[1] or found[2])], text)


# --- Limits ---------------------------------------------------------------------------------------


def _check_size(text: str) -> None:
    if text.count("<") > _MAX_TAGS:
        raise MarkupProblem(_TOO_MANY_TAGS(most=f"{_MAX_TAGS:,}"))


class _Depth(HTMLParser):
    """How deep elements are nested; ``every``: those too whose end may be left out, as in XML."""

    def __init__(self, *, every: bool) -> None:
        super().__init__(convert_charrefs=False)
        self._every = every
        self.depth = self.most = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if self._every or tag not in _NO_DEPTH:
            self.depth += 1
            self.most = max(self.most, self.depth)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        # "<div/>" is only the beginning of one in HTML.
        if not self._every:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._every or tag not in _NO_DEPTH:
            self.depth = max(0, self.depth - 1)


def _check_depth(text: str, *, every: bool) -> None:
    parser = _Depth(every=every)
    parser.feed(text)
    if parser.most > _MAX_DEPTH:
        raise MarkupProblem(_TOO_DEEP(most=_MAX_DEPTH))

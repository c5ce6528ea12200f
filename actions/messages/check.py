"""What is wrong with a template, before anybody gets it (technical.md, Message templates).

What a person's profile lacks is empty in the message: profiles are never complete, and ``default`` exists for
it. A name that is neither ``profile`` nor a parameter is a typing error and refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from liquid.exceptions import LiquidError

from actions.messages.language import parse
from actions.messages.liquid_links import LINK_VALUES
from actions.messages.liquid_words import reason
from actions.messages.markup import MarkupProblem, for_mail
from actions.messages.parameters import FIELDS, TYPES, fits
from actions.messages.render import MARKUP_PARTS, PARTS, RenderProblem, json_object, line_number
from journeyorch.phrases import phrase, sentence

# What Liquid or we give a meaning to.
_RESERVED = LINK_VALUES.union(
    "profile forloop tablerowloop empty blank nil null true false now today and or contains in".split()
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_MAX_PARAMETERS = 100
# Of these a message needs at least one.
_TEXTS = frozenset({"html", "text", "body"})
# Where it is written first.
_MAIN = {"email": "html", "sms": "text", "push": "body"}

_ONE_OF = sentence("Choose one of: {names}.")
_ONLY_TEXTS = sentence("It must hold only texts, named: {names}.")
_UNREADABLE = sentence("It cannot be read: {reason}.", "reason")
_UNDECLARED = sentence("“{name}” is neither profile nor a parameter. Declare it as a parameter.")
_NO_FILTER = sentence("There is no filter “{name}”.")
_TOO_MANY = sentence("They must be a list of at most {most}.")
_NO_PARAMETER = phrase(
    "Each is an object with name, type, and if you like label, required, default and sample."
)
_NO_NAME = phrase("A name begins with a letter and has at most 60 letters, digits and underscores.")
_TAKEN = sentence("The name “{name}” is taken. Choose another one.")
_NO_TYPE = sentence("The type of “{name}” must be one of: {types}.")
_NOT_TRUE_OR_FALSE = sentence("Whether “{name}” is required must be true or false.")
_BAD_DEFAULT = sentence("The default of “{name}” is not of its type.")


class TemplateProblem(NamedTuple):
    """A sentence for people, and where: the part or ``parameters``, and the line in it if known."""

    part: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return (
            f"{self.part}, line {self.line}: {self.message}" if self.line else f"{self.part}: {self.message}"
        )


def check_template(*, kind: str, content: Any, parameters: Any) -> list[TemplateProblem]:
    """Everything wrong with a template as it is submitted, of any JSON form; empty: it may be saved."""
    if kind not in PARTS:
        return [TemplateProblem("kind", _ONE_OF(names=", ".join(PARTS)))]
    problems = list(_check_parameters(parameters))
    names = set() if problems else {parameter["name"] for parameter in parameters}
    problems += _check_shape(kind, content)
    if not isinstance(content, Mapping):
        return problems
    for part in PARTS[kind]:
        if isinstance(content.get(part, ""), str):
            problems += _check_part(part, content.get(part, ""), names)
    return problems


def _check_shape(kind: str, content: Any) -> Iterable[TemplateProblem]:
    if not isinstance(content, Mapping):
        yield TemplateProblem("content", phrase("It must be an object with a text for each part."))
        return
    for name, value in content.items():
        if name not in PARTS[kind] or not isinstance(value, str):
            parts = ", ".join(PARTS[kind])
            yield TemplateProblem("content", _ONLY_TEXTS(names=parts))
            return
    if not any(str(content.get(part, "")).strip() for part in PARTS[kind] if part in _TEXTS):
        yield TemplateProblem(_MAIN[kind], phrase("The message is empty. Write at least its text."))
    if kind == "email" and not content.get("subject", "").strip():
        yield TemplateProblem("subject", phrase("An email needs a subject."))


def _check_part(part: str, source: str, names: set[str]) -> Iterable[TemplateProblem]:
    try:
        template = parse(source, markup=part in MARKUP_PARTS)
        analysis = template.analyze(include_partials=False)
    except LiquidError as error:
        # Without a position, something is still open at the end.
        message = _UNREADABLE(reason=reason(error))
        yield TemplateProblem(part, message, line_number(error) or _line(source, len(source)))
        return
    except RecursionError:
        yield TemplateProblem(part, phrase("It is nested too deeply. Make it simpler."))
        return
    if part in MARKUP_PARTS:
        yield from _check_markup(part, source)
    if part == "data" and source.strip() and not ("{{" in source or "{%" in source):
        yield from _check_data(source)
    for name, uses in analysis.globals.items():
        if name != "profile" and name not in names | LINK_VALUES:
            yield TemplateProblem(part, _UNDECLARED(name=name), _line(source, uses[0].span.index))
    for name, spans in analysis.filters.items():
        if name not in template.env.filters:
            yield TemplateProblem(part, _NO_FILTER(name=name), _line(source, spans[0].index))


def _check_markup(part: str, source: str) -> Iterable[TemplateProblem]:
    try:
        parse(for_mail(source), markup=True)
    except MarkupProblem as problem:
        yield TemplateProblem(part, str(problem))
    except LiquidError as error:
        yield TemplateProblem(part, _UNREADABLE(reason=reason(error)))


def _check_data(source: str) -> Iterable[TemplateProblem]:
    """What has no value in it is the same for everybody; all others show in the preview."""
    try:
        json_object(source)
    except RenderProblem as problem:
        yield TemplateProblem("data", problem.args[0])


def _line(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1


def _check_parameters(parameters: Any) -> Iterable[TemplateProblem]:
    if not isinstance(parameters, list) or len(parameters) > _MAX_PARAMETERS:
        yield TemplateProblem("parameters", _TOO_MANY(most=_MAX_PARAMETERS))
        return
    seen: set[str] = set()
    for each in parameters:
        message = _parameter_problem(each, seen)
        if message:
            yield TemplateProblem("parameters", message)
            return
        seen.add(each["name"])


def _parameter_problem(each: Any, seen: set[str]) -> str:
    if not isinstance(each, Mapping) or not set(each) <= FIELDS:
        return _NO_PARAMETER
    name = each.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return _NO_NAME
    if name in _RESERVED or name in seen:
        return _TAKEN(name=name)
    if each.get("type", "string") not in TYPES:
        return _NO_TYPE(name=name, types=", ".join(TYPES))
    if not isinstance(each.get("required", False), bool):
        return _NOT_TRUE_OR_FALSE(name=name)
    if each.get("default") is not None and not fits(each.get("type", "string"), each["default"]):
        return _BAD_DEFAULT(name=name)
    return ""

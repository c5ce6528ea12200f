"""Export files as text: JSON, or YAML that means nothing but JSON (RFC 8259; YAML 1.2, JSON schema).

YAML can say much that is dangerous or surprising in a file from elsewhere: references by which a few lines
become gigabytes, objects of programs, texts that are read as dates. None of that is read here.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import yaml

from journeyorch.phrases import phrase, sentence
from journeyorch.strict_json import NotStrictJson, parse

MOST_BYTES = 5 * 1024 * 1024
DEEPEST = 100
FORMATS = ("yaml", "json")

_TOO_LARGE = sentence("The file is larger than {most} MiB. Import it in parts.")
_UNREADABLE = sentence("The file cannot be read. {reason}", "reason")
_NEITHER = phrase("The file is neither JSON nor YAML of the kind that is read here.")
_NEITHER_AT = sentence(
    "The file is neither JSON nor YAML of the kind that is read here: line {line}, column {column}."
)


class Unreadable(ValueError):
    """The text is no export file; the message says why, and where, but repeats no value."""


def read(data: bytes) -> Any:
    """Plain JSON values from a file in either form; raises ``Unreadable``."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_TOO_LARGE(most=MOST_BYTES // 1024 // 1024))
    if data.lstrip()[:1] in (b"{", b"["):
        return _strict(data)
    try:
        return _strict(_as_json(_from_yaml(data.decode())))
    except UnicodeDecodeError:
        raise Unreadable(phrase("The file is no text in UTF-8.")) from None


def write(content: Any, *, format: str) -> str:
    """The text of a file, in the order of the content."""
    if format == "json":
        return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def _strict(data: bytes) -> Any:
    try:
        return parse(data)
    except NotStrictJson as refusal:
        raise Unreadable(_UNREADABLE(reason=refusal)) from None


def _as_json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        raise Unreadable(
            phrase("The file holds a name that is no text, or a number that is too large.")
        ) from None


def _from_yaml(text: str) -> Any:
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, narrowed down below
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(_of_no_kind(error)) from None


def _of_no_kind(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return _NEITHER_AT(line=mark.line + 1, column=mark.column + 1) if mark else _NEITHER


def _wrong(place: Any) -> yaml.MarkedYAMLError:
    """What cannot be read, at an event or a node."""
    return yaml.MarkedYAMLError(problem_mark=place.start_mark)


def _check_events(text: str) -> None:
    """Before anything is built: no references, and not too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _wrong(event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _wrong(event)


_TAG = "tag:yaml.org,2002:"
_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """Maps, lists, texts, numbers, booleans and null; everything else is refused."""

    yaml_implicit_resolvers: dict[Any, Any] = {}
    yaml_constructors: dict[Any, Any] = {}


class _Dumper(yaml.SafeDumper):
    """Puts into quotation marks what any reader could take for something else than a text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    pairs = [(loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
             for key, value in node.value]  # fmt: skip
    try:
        found = dict(pairs)
    except TypeError:
        raise _wrong(node) from None
    if len(found) != len(pairs):
        raise _wrong(node)
    return found


def _text(dumper: Any, text: str) -> Any:
    """Texts of several lines as they are written, unless there are line breaks that readers change."""
    style = '"' if _ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


def _refused(_loader: Any, node: Any) -> Any:
    """Something else than JSON."""
    raise _wrong(node)


for _name, _pattern, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(0|[1-9][0-9]*)", [*"-0123456789"]),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", [*"-0123456789"]),
):
    _expression = re.compile(rf"^(?:{_pattern})$")
    _Loader.add_implicit_resolver(_TAG + _name, _expression, _first)
    _Dumper.add_implicit_resolver(_TAG + _name, _expression, _first)
for _name in ("null", "bool", "int", "float", "str", "seq"):
    _Loader.add_constructor(
        _TAG + _name, getattr(yaml.constructor.SafeConstructor, f"construct_yaml_{_name}")
    )
_Loader.add_constructor(_TAG + "map", _mapping)
_Loader.add_constructor(None, _refused)
_Dumper.add_representer(str, _text)

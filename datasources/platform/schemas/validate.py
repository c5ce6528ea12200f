"""Checking data against a schema, exactly as JSON Schema says, and without repeating the data in the answer.

A ``Validator`` is compiled once (milliseconds) and then takes microseconds an event; whoever validates many
keeps it as long as the sandbox's generation stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

import jsonschema_rs

from journeyorch.phrases import Sentence, phrase, sentence

MAX_VIOLATIONS = 5
_MAX_POINTER = 200
_DRAFT_7 = "http://json-schema.org/draft-07/schema#"


TOLD = sentence("#{place}: {message}", "message")
_OTHER_TYPE = sentence("expected type: {expected}, found: {found}")
_UNUSABLE = sentence("This is not a usable JSON Schema: {reason}")
_OTHER_RULE = sentence("the value breaks the rule {rule}")


class Violation(NamedTuple):
    """One rule of a schema that a value breaks."""

    pointer: str  # where in the value, a JSON pointer as a URI fragment: "#/placeContext/geo"
    schema_pointer: str  # which rule, likewise
    keyword: str  # "type", "required", …
    message: str  # names types and rules, never the value

    def told(self) -> str:
        """With the place, for people."""
        return TOLD(place=self.pointer.removeprefix("#"), message=self.message)


class NotASchema(ValueError):
    """The document is not a JSON Schema that can be used here; the message says why, for people."""


class Validator:
    """A compiled schema."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Compile; ``NotASchema`` if the document is none, or refers to something outside itself."""
        try:
            self._compiled = jsonschema_rs.validator_for(
                _as_meant(document),
                validate_formats=True,
                # A schema may be written by anybody: nothing is fetched, and no pattern can take for ever.
                offline=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except (jsonschema_rs.ValidationError, ValueError) as error:
            reason = getattr(error, "message", str(error))
            raise NotASchema(_UNUSABLE(reason=reason)) from None

    def is_valid(self, value: Any) -> bool:
        """Whether ``value`` breaks no rule."""
        return self._compiled.is_valid(value)

    def violations(self, value: Any, *, limit: int = MAX_VIOLATIONS) -> list[Violation]:
        """The first ``limit`` rules that ``value`` breaks; empty if it is valid."""
        # is_valid stops at the first problem and builds no report: nearly every event is valid.
        if self._compiled.is_valid(value):
            return []
        return [_violation(error) for error in islice(self._compiled.iter_errors(value), limit)]


def _as_meant(document: Mapping[str, Any]) -> dict[str, Any]:
    """XDM is published as draft-06 and says ``format: date``, which only draft-07 knows.

    Apart from such formats, and from ``if``, which draft-06 has no word for, the two mean the same.
    """
    newer = {"$schema": _DRAFT_7} if "/draft-06/" in str(document.get("$schema", "")) else {}
    return {**document, **newer}


def pointer(parts: Iterable[str | int]) -> str:
    """A path as a JSON pointer in a URI fragment, cut to a length fit for an answer."""
    steps = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    text = "#" + "".join(f"/{step}" for step in steps)
    return text if len(text) <= _MAX_POINTER else text[: _MAX_POINTER - 1] + "…"


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    keyword = error.kind.name
    path, schema_path = list(error.instance_path), list(error.schema_path)
    return Violation(pointer(path), pointer(schema_path[:-1]), keyword, _message(error))


def _message(error: jsonschema_rs.ValidationError) -> str:
    rule, details = error.kind.name, error.kind.as_dict()
    if rule == "type":
        return _expected_type(details, error.instance)
    if rule not in _MESSAGES:
        return _OTHER_RULE(rule=rule)
    message = _MESSAGES[rule]
    if isinstance(message, Sentence):
        return message(**{name: details[name] for name in _TOLD if name in details})
    return message


# The wording of types is the one that senders of this protocol know (ingestion.md, Checking).
_TYPE_NAMES = {
    "string": "String",
    "integer": "Integer",
    "number": "Number",
    "boolean": "Boolean",
    "object": "JSONObject",
    "array": "JSONArray",
    "null": "Null",
}


def _expected_type(details: Mapping[str, Any], value: Any) -> str:
    expected = " or ".join(_TYPE_NAMES.get(name, name) for name in details["types"])
    return _OTHER_TYPE(expected=expected, found=_found_type(value))


def _found_type(value: Any) -> str:
    for kind, name in _FOUND_NAMES:
        if isinstance(value, kind):
            return name
    return "Null"


# bool before int: in Python a truth value is an integer too.
_FOUND_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "Boolean"),
    (int, "Long"),
    (float, "Double"),
    (str, "String"),
    (dict, "JSONObject"),
    (list, "JSONArray"),
)

# Only these of what the library tells: others may be the value itself.
_TOLD = ("property", "format", "limit")
_MESSAGES: dict[str, Sentence | str] = {
    "required": sentence("required key [{property}] not found"),
    "format": sentence("the value is not a valid {format}"),
    "enum": phrase("the value is not one of the permitted ones"),
    "const": phrase("the value is not the permitted one"),
    "pattern": phrase("the value does not match the pattern"),
    "minimum": sentence("the value is less than {limit}"),
    "maximum": sentence("the value is greater than {limit}"),
    "exclusiveMinimum": sentence("the value is not greater than {limit}"),
    "exclusiveMaximum": sentence("the value is not less than {limit}"),
    "minLength": sentence("the text is shorter than {limit}"),
    "maxLength": sentence("the text is longer than {limit}"),
    "minItems": sentence("the list has fewer than {limit} elements"),
    "maxItems": sentence("the list has more than {limit} elements"),
    "uniqueItems": phrase("the list holds the same element twice"),
    "falseSchema": phrase("nothing is permitted here"),
    "additionalProperties": phrase("a key is not permitted here"),
}

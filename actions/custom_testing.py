"""The test call of a custom action: made for real, with values typed by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import orjson

from actions.custom import action_of, build, deliver, interpret, variables
from actions.models import Action
from datasources.external.testing import TEST_SECONDS, found_fields
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection.rules import ACTION
from journeyorch.outbound.protection.sending import Caller, single_request
from journeyorch.outbound.stored import BAD_VALUE, CannotBeSent
from journeyorch.outbound.trials import Trial, trial_of
from journeyorch.phrases import sentence

#: Beside the variables, the test asks for what the journey would append to the URL.
PATH = "path"
_MISFIT = sentence(
    "The value of “{name}” is not of its type, {type}. Write numbers, booleans and lists as JSON, "
    "such as 1.5, true or [1, 2]."
)
# What JSON makes of a type; of all others lists.
_JSON: dict[str, type | tuple[type, ...]] = {"integer": int, "decimal": (int, float), "boolean": bool}
_TEXTS = frozenset({"string", "dateTime", "dateTimeOnly", "dateOnly"})


def try_out(row: Action, typed: Mapping[str, str]) -> Trial:
    """Make the call of a saved action with these values; what is no text is typed as JSON."""
    action = action_of(row)
    values = {}
    for variable in variables(action):
        if variable.path in typed:
            try:
                values[variable.path] = _read(typed[variable.path], variable.type)
            except ValueError:
                return _refused(_MISFIT(name=variable.label, type=variable.type))
    path = [typed[PATH]] if PATH in typed else []
    try:
        request = build(action, values, path=path).with_header("Idempotency-Key", str(uuid.uuid4()))
    except CannotBeSent as problem:
        return _refused(problem.args[0])
    except (TypeError, ValueError):  # deeper than JSON can be written
        return Trial(BAD_VALUE)
    with single_request(Caller(row.sandbox_id, ACTION)):
        answer = deliver(action, request, TEST_SECONDS)
    outcome = interpret(answer, action.response)
    return trial_of(answer, outcome, found_fields(action.response or {}, outcome.data), sent=request)


def _refused(message: str) -> Trial:
    return Trial(Outcome("error", "badValue", message=message))


def _read(text: str, kind: str) -> Any:
    """The value of a type, as it was typed. Raises ``ValueError`` if it is none."""
    if kind in _TEXTS:
        return text
    value = orjson.loads(text)
    if not isinstance(value, _JSON.get(kind, list)) or (isinstance(value, bool) and kind != "boolean"):
        raise ValueError(kind)
    return value

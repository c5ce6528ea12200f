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
from journeyorch.outbound.trials import Trial, trial_of

#: Beside the variables, the test asks for what the journey would append to the URL.
PATH = "path"
_TEXTS = frozenset({"string", "dateTime", "dateTimeOnly", "dateOnly"})


def try_out(row: Action, typed: Mapping[str, str]) -> Trial:
    """Make the call of a saved action with these values; what is no text is typed as JSON."""
    action = action_of(row)
    kinds = {variable.path: variable.type for variable in variables(action)}
    try:
        values = {name: _read(text, kinds[name]) for name, text in typed.items() if name != PATH}
        path = [typed[PATH]] if PATH in typed else []
        request = build(action, values, path=path).with_header("Idempotency-Key", str(uuid.uuid4()))
    except (TypeError, ValueError):
        message = (
            "A value does not fit its type. Type numbers, booleans and lists as JSON, such as 1.5 or [1, 2]."
        )
        return Trial(Outcome("error", "badValue", message=message))
    with single_request(Caller(row.sandbox_id, ACTION)):
        answer = deliver(action, request, TEST_SECONDS)
    outcome = interpret(answer, action.response)
    return trial_of(answer, outcome, found_fields(action.response or {}, outcome.data), sent=request)


def _read(text: str, kind: str) -> Any:
    return text if kind in _TEXTS else orjson.loads(text)

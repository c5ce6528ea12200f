"""The Test button of a field group: the real call, and everything that came back of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasources.external.catalog import group_of
from datasources.external.fetch import interpret, over_the_cap, request_of
from datasources.external.infer import infer, leaves
from datasources.external.models import FieldGroup
from journeyorch.outbound import capping
from journeyorch.outbound.protection.rules import DATA_SOURCE
from journeyorch.outbound.protection.sending import Caller, single_request
from journeyorch.outbound.stored import BAD_VALUE, send_authenticated
from journeyorch.outbound.trials import Trial, trial_of

# Nobody wants to look at a page for longer.
TEST_SECONDS = 10.0


def try_out(row: FieldGroup, values: Mapping[str, Any]) -> Trial:
    """Make the call of a saved group with these values, under the source's cap and past the cache."""
    group = group_of(row)
    if not capping.take(group.endpoint, group.limit):
        return Trial(over_the_cap(group))
    try:
        request = request_of(group, values)
    except (TypeError, ValueError):  # deeper than JSON can be written
        return Trial(BAD_VALUE)
    with single_request(Caller(row.source.sandbox_id, DATA_SOURCE)):
        answer = send_authenticated(request, group.auth, TEST_SECONDS)
    outcome = interpret(answer, group.schema)
    return trial_of(answer, outcome, found_fields(group.schema, outcome.data), sent=request)


def found_fields(schema: Mapping[str, Any], data: Any) -> tuple[tuple[str, bool], ...]:
    """Each field with its type, and whether the answer had it; none of a schema that is still to come."""
    if not schema:
        return ()
    present = {name for name, _ in leaves(infer(data))} if isinstance(data, dict) else set()
    return tuple((f"{name}: {kind}", name in present) for name, kind in leaves(schema))

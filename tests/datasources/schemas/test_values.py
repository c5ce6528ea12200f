"""Values against rules, from a table: nothing is coerced in draft-06 or 2020-12 (technical.md, Schemas)."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from datasources.platform.schemas.validate import Validator

ROWS = json.loads((Path(__file__).parent / "data" / "values.json").read_text())
DIALECTS = ("http://json-schema.org/draft-06/schema#", "https://json-schema.org/draft/2020-12/schema")
# Formats that are not looked at in draft-06.
NEWER = ("duration", "uuid")
CASES = [
    pytest.param(row, dialect, id=f"{json.dumps(row['rule'])[:60]} {dialect[-20:]}")
    for dialect in DIALECTS
    for row in ROWS
    if "draft-06" not in dialect or row["rule"].get("format") not in NEWER
]


@pytest.mark.parametrize(("row", "dialect"), CASES)
def test_values_are_taken_exactly(row: dict[str, Any], dialect: str) -> None:
    validator = Validator({"$schema": dialect, **row["rule"]})
    before = deepcopy(row)

    assert [value for value in row["good"] if validator.violations(value)] == []
    assert [value for value in row["bad"] if not validator.violations(value)] == []
    assert row == before

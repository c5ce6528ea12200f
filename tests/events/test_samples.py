"""Sample payloads are valid for their schema, also where it is made of published XDM files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datasources.platform.schemas.library import compose
from datasources.platform.schemas.validate import Validator
from datasources.platform.schemas.xdm.bundle import Bundle
from datasources.platform.schemas.xdm.reading import EVENT
from events.samples import sample_entity
from tests.datasources.schemas.xdm.published import published


@pytest.mark.parametrize(
    ("rule", "sample"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "EUR"),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, "AT"),
        ({"type": "string", "pattern": "[0-1][0-9]-[0-9][0-9]"}, "12-31"),
        ({"type": "string", "pattern": "^nothing usual$"}, "text"),
        ({"type": "string", "default": "b", "enum": ["a", "b"]}, "b"),
        ({"type": "string", "default": "c", "enum": ["a", "b"]}, "a"),
        ({"type": "array", "minItems": 3, "items": {"type": "integer"}}, [1, 1, 1]),
        ({"type": "string", "default": "self"}, "self"),
    ],
)
def test_a_sample_follows_the_rules_of_its_field(rule: dict[str, Any], sample: Any) -> None:
    assert sample_entity({"type": "object", "properties": {"field": rule}}) == {"field": sample}


def test_samples_of_published_field_groups_are_valid(shared_data: Path) -> None:
    parts = published(shared_data / "xdm")
    library = {uri: part.document for uri, part in parts.items()}
    invalid: dict[str, str] = {}
    for part in parts.values():
        if part.kind == "group" and EVENT in part.extends:
            bundle = Bundle(library)
            document = compose("event") | {"allOf": [bundle.reference(part.uri)], "$defs": bundle.definitions}
            for violation in Validator(document).violations(sample_entity(document)):
                invalid[part.uri] = f"{violation.pointer}: {violation.message}"
    assert invalid == {}

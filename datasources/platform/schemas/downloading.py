"""A schema for those outside: one document that refers to nothing else."""

from __future__ import annotations

from typing import Any

from datasources.platform.schemas.dialect import as_2020_12
from datasources.platform.schemas.models import Schema


def self_contained(schema: Schema) -> dict[str, Any]:
    """JSON Schema 2020-12, named as messages name the schema."""
    return {**as_2020_12(schema.document), "$id": schema.ref}

"""JSON whose objects keep the order in which somebody wrote their fields."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class OrderedJSONField(models.JSONField):
    """Stored as text on every database: PostgreSQL's ``jsonb`` sorts the fields of objects by length.

    Nothing inside can be looked for with the database's means.
    """

    def db_type(self, connection: Any) -> str | None:
        return "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else json.dumps(value, cls=self.encoder)

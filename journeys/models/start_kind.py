"""By what people enter a version, read from its drawing by the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, TextField


class StartKind(Func):
    """Of a drawing, the kind of its first activity, such as ``event``; null while there is none."""

    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        first = "(%(expressions)s -> 'start' ->> 0)"
        template = f"(%(expressions)s -> 'activities' -> {first} ->> 'kind')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        first = "json_extract(%(expressions)s, '$.start[0]')"
        # In quotation marks: an id may hold hyphens.
        template = f"""json_extract(%(expressions)s, '$.activities."' || {first} || '".kind')"""
        return self.as_sql(compiler, connection, template=template, **context)

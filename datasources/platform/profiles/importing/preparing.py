"""What an import needs to know of its sandbox; what the first records mean; and how it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.importing.layout import HEAD, Layout, detect
from datasources.platform.profiles.importing.lines import Line, Reader, understand
from datasources.platform.profiles.importing.mapping import Plan, assignable, names_in, propose, value_at
from datasources.platform.profiles.importing.rows import (
    NotReadable,
    Open,
    Place,
    Row,
    read_header,
    rows_of,
)
from datasources.platform.schemas.fields import fields_of, identities_in
from datasources.platform.schemas.models import Schema
from datasources.platform.schemas.validate import NotASchema, Validator
from journeyorch.access.models import Sandbox, User
from journeyorch.background.files import read_from, store
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import begin
from journeyorch.phrases import sentence

KIND = "import_profiles"
_TITLE = sentence("Import of {name}")
_UNUSABLE = sentence("Schema {name} is not usable. Save it again to see why.")
#: Records that a preview shows, and that are looked at for the names of a JSON file's values.
PREVIEW, LOOKED_AT = 20, 200
MAX_NAMES = 500


class Beginning(NamedTuple):
    """The first records of a file."""

    header: list[str]
    first: Place
    rows: list[Row]

    @property
    def names(self) -> list[str]:
        """The columns; of JSON the dotted names of the values."""
        if self.header:
            return self.header
        names = (name for row in self.rows if row.values for name in names_in(row.values))
        return list(islice(dict.fromkeys(names), MAX_NAMES))


def importable_schemas(sandboxes: Iterable[Sandbox]) -> QuerySet[Schema]:
    """Profile schemas that feed profiles, as must their datasets; record schemas with a primary identity."""
    feeding = Q(kind=Schema.Kind.PROFILE, feeds_profiles=True, datasets__feeds_profiles=True)
    referable = Q(kind=Schema.Kind.RECORD) & ~Q(primary_identity="")
    found = Schema.objects.filter(feeding | referable, sandbox__in=sandboxes, datasets__is_default=True)
    return found.order_by("name")


def reader_of(schema: Schema, plan: Plan) -> Reader:
    """Raises ``NotReadable`` if the schema cannot be used any more."""
    try:
        validator = Validator(schema.document)
    except NotASchema:
        raise NotReadable(_UNUSABLE(name=schema.name)) from None
    primary = schema.primary_identity
    return Reader(
        columns=plan.columns,
        text=plan.layout.format == "csv",
        types=assignable(fields_of(schema.document)),
        validator=validator,
        namespaces=namespaces_of(schema.sandbox_id),
        primary_path=tuple(primary.split(".")) if primary else (),
        primary_namespace=schema.primary_namespace,
        of_people=schema.kind == Schema.Kind.PROFILE,
        further=[
            (tuple(path.split(".")), namespace)
            for path, namespace in identities_in(schema.document).items()
            if path != primary
        ],
    )


def opener(file_id: int) -> Open:
    """Opens a stored file at a place."""
    return lambda offset: read_from(file_id, offset)


def layout_of(name: str, open_at: Open) -> Layout:
    """Raises ``NotText``."""
    return detect(name, next(iter(open_at(0)), b"")[:HEAD])


def beginning_of(open_at: Open, layout: Layout) -> Beginning:
    """Raises ``NotReadable``."""
    header, first = read_header(open_at, layout) if layout.format == "csv" else ([], Place())
    return Beginning(header, first, list(islice(rows_of(open_at, layout, first, header=header), LOOKED_AT)))


def proposal(schema: Schema, layout: Layout, names: Iterable[str]) -> Plan:
    """CSV by the names of its columns; JSON as it is."""
    if layout.format != "csv":
        return Plan(layout=layout)
    types = assignable(fields_of(schema.document))
    return Plan(layout=layout, columns=tuple(propose(names, types, namespaces_of(schema.sandbox_id))))


def preview(beginning: Beginning, reader: Reader) -> list[Line]:
    """What becomes of the first records."""
    return [understand(row, reader) for row in beginning.rows[:PREVIEW]]


def prepare(
    schema: Schema, name: str, data: Iterable[bytes], *, by: User | None, most: int
) -> BackgroundTask:
    """Keep a file for an import that is still to be described. Raises ``TooLarge``."""
    file = store(schema.sandbox, name, data, most=most)
    return begin(
        KIND, sandbox=schema.sandbox, by=by, title=_TITLE(name=file.name), spec={"schema": schema.pk},
        file=file, total=file.size, unit="bytes", prepared=True,
    )  # fmt: skip


def spec_of(schema: Schema, plan: Plan) -> dict[str, Any]:
    """What the task is told."""
    return {"schema": schema.pk, "plan": plan.model_dump()}


def samples(beginning: Beginning) -> Iterator[tuple[str, Sequence[str]]]:
    """Of each column the first values, as text."""
    for name in beginning.names:
        values = (value_at(row.values or {}, name) for row in beginning.rows[:PREVIEW])
        yield name, [str(value)[:60] for value in values if value not in (None, "")][:3]

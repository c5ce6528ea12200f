"""``manage.py import_profiles FILE``: people from CSV or JSON, as on the page."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from pydantic import BaseModel, ConfigDict, ValidationError

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.importing.layout import Layout, NotText
from datasources.platform.profiles.importing.mapping import Column, Plan, problems_of
from datasources.platform.profiles.importing.preparing import (
    beginning_of,
    importable_schemas,
    layout_of,
    opener,
    prepare,
    proposal,
    reader_of,
    spec_of,
)
from datasources.platform.profiles.importing.rows import NotReadable
from datasources.platform.schemas.models import Schema
from journeyorch.access.models import Sandbox
from journeyorch.background.files import PIECE, TooLarge
from journeyorch.background.following import follow
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import release


class MappingFile(BaseModel):
    """``{"columns": [{"name": "mail", "path": "personalEmail.address", "namespace": "Email"}]}``."""

    model_config = ConfigDict(extra="forbid")

    columns: tuple[Column, ...]


class Command(BaseCommand):
    help = "Imports profiles from a file. Goes on with the workers if it is interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, a JSON list of objects, or one JSON object a line")
        parser.add_argument("--schema", required=True, help="name of the profile schema")
        parser.add_argument(
            "--mapping", type=Path, help="what the columns mean, as JSON; else by their names"
        )
        parser.add_argument("--sandbox", default="prod", help="name of the sandbox (default: %(default)s)")
        parser.add_argument("--format", choices=["csv", "jsonl", "json"])
        parser.add_argument("--encoding", choices=["utf-8", "windows-1252"])
        parser.add_argument("--delimiter", choices=[",", ";", "\t", "|"])
        parser.add_argument("--no-wait", action="store_true", help="leave it to the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        schema = self._schema(options)
        try:
            with transaction.atomic():
                task = prepare(
                    schema,
                    options["file"].name,
                    _pieces(options["file"]),
                    by=None,
                    most=settings.IMPORT_MAX_BYTES,
                )
                plan = self._plan(task, schema, options)
                release(task, spec_of(schema, plan))
        except (TooLarge, NotText, NotReadable, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"It is task {task.pk}.")
        if not options["no_wait"]:
            self._follow(task)

    def _schema(self, options: dict[str, Any]) -> Schema:
        sandboxes = Sandbox.objects.filter(name=options["sandbox"])
        if not sandboxes.exists():
            raise CommandError(f"There is no sandbox {options['sandbox']}.")
        schema = importable_schemas(sandboxes).filter(name=options["schema"]).first()
        if schema is None:
            raise CommandError(
                f"There is no schema {options['schema']} that feeds profiles, or has records to refer to."
            )
        return schema

    def _plan(self, task: BackgroundTask, schema: Schema, options: dict[str, Any]) -> Plan:
        assert task.file_id is not None
        open_at = opener(task.file_id)
        found = layout_of(options["file"].name, open_at).model_dump()
        said = {name: options[name] for name in found if options[name] is not None}
        layout = Layout.model_validate({**found, **said})
        beginning = beginning_of(open_at, layout)
        if options["mapping"] is None:
            plan = proposal(schema, layout, beginning.names)
        else:
            plan = Plan(layout=layout, columns=_mapping(options["mapping"]).columns)
        reader = reader_of(schema, plan)
        if problems := problems_of(plan.columns, reader.types, namespaces_of(schema.sandbox_id)):
            raise CommandError(" ".join(problems))
        for column in plan.columns:
            self.stdout.write(f"{column.name} → {column.path or '-'} {column.namespace}".rstrip())
        return plan

    def _follow(self, task: BackgroundTask) -> None:
        done = follow(task, self.stdout.write)
        for line in done.lines.order_by("number"):
            self.stderr.write(f"line {line.number}: {line.reason}")
        self.stdout.write(f"{done.result.get('records', 0)} records were imported.")
        if done.state != BackgroundTask.State.DONE:
            raise CommandError("The import did not come to its end.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _mapping(path: Path) -> MappingFile:
    try:
        return MappingFile.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise CommandError(f"The mapping cannot be used: {first['loc']}: {first['msg']}.") from None

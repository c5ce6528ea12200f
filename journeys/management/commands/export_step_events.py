"""``manage.py export_step_events``: step events with all their fields, as CSV, JSON lines or XDM."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyorch.access.models import Sandbox
from journeys.reports.steps.exported import record_export
from journeys.reports.steps.reading import Question, Reader, versions_of
from journeys.reports.steps.shapes import SHAPES


class Command(BaseCommand):
    help = "Writes step events page by page, oldest first, however many there are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shape", choices=sorted(SHAPES), default="jsonl")
        parser.add_argument("--sandbox", default="prod", help="name of the sandbox")
        parser.add_argument("--journey", type=UUID, help="id of a journey: all its versions")
        parser.add_argument("--version-id", type=UUID, help="id of a version")
        parser.add_argument("--instance", type=UUID, help="id of an instance: one person's way")
        parser.add_argument("--since", type=_moment, help="a time, such as 2026-05-01 or 2026-05-01T08:00Z")
        parser.add_argument("--until", type=_moment, help="a time, not included")
        parser.add_argument("--with-discards", action="store_true", help="also events that did nothing")
        parser.add_argument("--output", type=Path, help="a file; standard output if there is none")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = Sandbox.objects.filter(name=options["sandbox"]).first()
        if sandbox is None:
            raise CommandError(f"There is no sandbox “{options['sandbox']}”. Name one that exists.")
        question = Question(
            versions=versions_of(sandbox, journey=options["journey"], version=options["version_id"]),
            instance_id=options["instance"],
            since=options["since"],
            until=options["until"],
            discards=options["with_discards"],
        )
        if options["output"] is None:
            self._write(sandbox, question, options["shape"], sys.stdout.buffer)
        else:
            with options["output"].open("wb") as file:
                self._write(sandbox, question, options["shape"], file)

    def _write(self, sandbox: Sandbox, question: Question, shape: str, out: Any) -> None:
        record_export(sandbox)
        head, body, _media_type = SHAPES[shape]
        out.write(head())
        for page in Reader(sandbox).pages(question):
            out.write(body(page))


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no time; write it like 2026-05-01T08:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

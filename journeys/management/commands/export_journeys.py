"""``manage.py export_journeys``: journeys with everything that they need, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyorch.access.models import Sandbox
from journeyorch.portable import files
from journeys.models import Journey
from journeys.transfer import exported


class Command(BaseCommand):
    help = "Writes journeys, as their latest versions are drawn, with what they need; never secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="*", help="names of journeys; without, all of the sandbox")
        parser.add_argument("--sandbox", default="prod", help="name of the sandbox (default: %(default)s)")
        parser.add_argument("--format", choices=files.FORMATS, default="yaml")
        parser.add_argument("--output", type=Path, help="a file; standard output if there is none")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = sandbox_named(options["sandbox"])
        found = Journey.objects.filter(sandbox=sandbox).order_by("name")
        names = options["name"]
        journeys = list(found.filter(name__in=names) if names else found)
        if missing := set(names) - {journey.name for journey in journeys}:
            raise CommandError(f"There is no journey “{sorted(missing)[0]}” in this sandbox.")
        text = files.write(exported(journeys, lambda _permission: True), format=options["format"])
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            options["output"].write_text(text, encoding="utf-8")


def sandbox_named(name: str) -> Sandbox:
    """Raises ``CommandError``."""
    sandbox = Sandbox.objects.filter(name=name).first()
    if sandbox is None:
        raise CommandError(f"There is no sandbox “{name}”. Name one that exists.")
    return sandbox

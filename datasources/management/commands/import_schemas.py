"""`manage.py import_schemas PATH`: standard XDM files into a sandbox."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from datasources.platform.schemas.xdm.files import TooMuch, read_path
from datasources.platform.schemas.xdm.importing import import_files, plan_import
from datasources.platform.schemas.xdm.planning import Plan
from journeyorch.access.models import Sandbox


class Command(BaseCommand):
    help = "Imports standard XDM JSON Schema files: a file, a zip or a folder. All of them, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="A JSON file, a zip, or a folder.")
        parser.add_argument("--sandbox", default="prod", help="Name of the sandbox (default: %(default)s).")
        parser.add_argument("--check", action="store_true", help="Only say what would happen.")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = Sandbox.objects.filter(name=options["sandbox"]).first()
        if sandbox is None:
            raise CommandError(f"There is no sandbox {options['sandbox']}.")
        try:
            files = read_path(options["path"])
        except TooMuch as error:
            raise CommandError(str(error)) from None
        plan = plan_import(sandbox, files) if options["check"] else import_files(sandbox, files)
        self._tell(plan)
        if plan.problems or plan.conflicts:
            raise CommandError("Nothing was imported. Correct the above, and import again.")

    def _tell(self, plan: Plan) -> None:
        for trouble in (*plan.problems, *plan.conflicts, *plan.incomplete):
            self.stderr.write(f"{trouble.where}: {trouble.why}")
        self.stdout.write(
            f"{len(plan.created)} created, {len(plan.changed)} changed, {plan.unchanged} unchanged, "
            f"{len(plan.descriptors)} descriptors, {plan.ignored} files that are neither."
        )

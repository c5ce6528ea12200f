"""``manage.py import_journeys FILE``: an export file into a sandbox; all of it, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyorch.portable import files
from journeyorch.portable.importing import Conflicts, Plan, Terms, import_, preview
from journeyorch.portable.kind import Unfit
from journeys.management.commands.export_journeys import sandbox_named


class Command(BaseCommand):
    help = "Brings journeys and what they need into a sandbox, from a file as it was exported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON or YAML")
        parser.add_argument("--sandbox", default="prod", help="name of the sandbox (default: %(default)s)")
        parser.add_argument("--check", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--conflicts",
            choices=[one.value for one in Conflicts],
            default=Conflicts.REFUSE.value,
            help="what becomes of what is called the same, and differs (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = sandbox_named(options["sandbox"])
        carry_out = preview if options["check"] else import_
        try:
            content = files.read(options["file"].read_bytes())
            plan = carry_out(sandbox, content, Terms(Conflicts(options["conflicts"])))
        except (OSError, files.Unreadable) as error:
            raise CommandError(str(error)) from None
        except Unfit as refusal:
            raise CommandError(
                "\n".join(f"{flaw.pointer}: {flaw.detail}" for flaw in refusal.flaws)
            ) from None
        self._tell(plan)
        if not plan.possible:
            raise CommandError("Nothing was imported. Correct the above, and import again.")

    def _tell(self, plan: Plan) -> None:
        for item in plan.items:
            self.stdout.write(f"{item.outcome.value:10} {item.kind.name} {item.key}")
            for flaw in item.flaws:
                self.stderr.write(f"{flaw.pointer}: {flaw.detail}")

"""``manage.py person``: everything of one person exported into a file, or erased, as on the page."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from datasources.platform.profiles.people import fits
from datasources.platform.profiles.privacy import subject_of
from journeyorch.access.models import Sandbox
from journeyorch.background.files import read_from
from journeyorch.background.following import follow
from journeyorch.background.models import BackgroundTask
from journeyorch.privacy.subjects import Subject
from journeyorch.privacy.work import begin_erasure, begin_export


class Command(BaseCommand):
    help = "Exports or erases everything that is kept of one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["export", "erase"])
        parser.add_argument("identity", help="namespace and id, such as CRMID:4711")
        parser.add_argument("--sandbox", default="prod", help="name of the sandbox (default: %(default)s)")
        parser.add_argument("--output", type=Path, help="where an export goes (default: person.json)")
        parser.add_argument("--yes", action="store_true", help="erase without being asked again")

    def handle(self, *args: Any, **options: Any) -> None:
        subject = self._subject(options)
        for namespace, value in subject.identities:
            self.stdout.write(f"{namespace}:{value}")
        if options["what"] == "export":
            self._export(subject, options["output"] or Path("person.json"))
        else:
            self._erase(subject, yes=options["yes"])

    def _subject(self, options: dict[str, Any]) -> Subject:
        sandbox = Sandbox.objects.filter(name=options["sandbox"]).first()
        if sandbox is None:
            raise CommandError(f"There is no sandbox {options['sandbox']}.")
        namespace, colon, value = options["identity"].partition(":")
        if not colon or not fits((namespace, value)):
            raise CommandError("Write the identity as namespace and id, such as CRMID:4711.")
        return subject_of(sandbox.pk, (namespace, value))

    def _export(self, subject: Subject, output: Path) -> None:
        task = follow(begin_export(subject, by=None), self.stdout.write)
        if task.state != BackgroundTask.State.DONE or task.file_id is None:
            raise CommandError("The export did not come to its end.")
        with output.open("wb") as file:
            file.writelines(read_from(task.file_id, 0))
        self.stdout.write(f"Written to {output}.")

    def _erase(self, subject: Subject, *, yes: bool) -> None:
        if not yes and input("This cannot be undone. Write yes to erase: ").strip() != "yes":
            raise CommandError("Nothing was erased.")
        task = follow(begin_erasure(subject, by=None), self.stdout.write)
        if task.state != BackgroundTask.State.DONE:
            raise CommandError("The erasure did not come to its end.")

"""``manage.py reset_sandbox``: empties a sandbox, as on its page."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journeyorch.access.models import Sandbox
from journeyorch.background.following import follow
from journeyorch.background.models import BackgroundTask
from journeyorch.resetting.beginning import NotResettable, begin_reset, require_resettable
from journeyorch.resetting.holding import holding


class Command(BaseCommand):
    help = "Deletes everything that was configured in a sandbox and that happened in it; the sandbox stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sandbox", help="name of the sandbox")
        parser.add_argument("--yes", action="store_true", help="reset it without being asked for its name")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = Sandbox.objects.filter(name=options["sandbox"]).first()
        if sandbox is None:
            raise CommandError("There is no such sandbox.")
        try:
            require_resettable(sandbox)
            for held in holding(sandbox.pk):
                self.stdout.write(f"{held.name}: {held.n}{' or more' if held.is_at_least else ''}")
            if not options["yes"] and input("Enter its name to delete all of it: ").strip() != sandbox.name:
                raise CommandError("Nothing was deleted.")
            task = follow(begin_reset(sandbox, by=None), self.stdout.write)
        except NotResettable as reason:
            raise CommandError(str(reason)) from None
        if task.state != BackgroundTask.State.DONE:
            raise CommandError("The reset did not get to its end. Call this again to have it go on.")

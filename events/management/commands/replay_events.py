"""``manage.py replay_events``: quarantined events are tried again, as on their page."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.models import Quarantined
from events.replaying import begin_replay
from journeyorch.access.models import Sandbox
from journeyorch.background.following import follow
from journeyorch.background.models import BackgroundTask


class Command(BaseCommand):
    help = "Tries quarantined events again, once what was wrong with them has been put right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox", default="prod", help="name of the sandbox (default: %(default)s)")
        parser.add_argument("--code", action="append", help="only those with this reason; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = Sandbox.objects.filter(name=options["sandbox"]).first()
        if sandbox is None:
            raise CommandError(f"There is no sandbox {options['sandbox']}.")
        known = set(Quarantined.objects.filter(sandbox=sandbox).values_list("code", flat=True).distinct())
        task = follow(
            begin_replay(sandbox, known & set(options["code"] or known), by=None), self.stdout.write
        )
        if task.state != BackgroundTask.State.DONE:
            raise CommandError("Not all events were tried again.")

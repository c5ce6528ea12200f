"""``manage.py background_tasks``: long work, how far it is; waiting for it, helping out, cancelling."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyorch.background.following import follow, in_words
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import cancel

_SHOWN = 20


class Command(BaseCommand):
    help = "Lists long tasks, the newest first, or tells about one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", type=int, nargs="?", help="number of a task")
        parser.add_argument("--wait", action="store_true", help="until it is over")
        parser.add_argument("--work", action="store_true", help="until it is over, without any workers")
        parser.add_argument("--cancel", action="store_true", help="end it after what it has in hand")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["task"] is None:
            tasks = BackgroundTask.objects.exclude(state=BackgroundTask.State.PREPARED).order_by("-pk")
            for task in tasks[:_SHOWN]:
                self.stdout.write(in_words(task))
            return
        found = BackgroundTask.objects.filter(pk=options["task"]).first()
        if found is None:
            raise CommandError(f"There is no task {options['task']}. Call this without a number for a list.")
        if options["cancel"] and not cancel(found):
            self.stderr.write("It is over already, or it is one that runs to its end.")
        self._tell(found, options)

    def _tell(self, task: BackgroundTask, options: dict[str, Any]) -> None:
        if options["wait"] or options["work"]:
            task = follow(task, self.stdout.write, help_out=options["work"])
        else:
            self.stdout.write(in_words(task))
        for line in task.lines.order_by("number"):
            self.stdout.write(f"line {line.number}: {line.reason}")
        if task.state == BackgroundTask.State.FAILED:
            raise CommandError("The task failed.")

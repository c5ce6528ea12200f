"""``manage.py campaign_statuses``: asks Campaign Standard what became of its messages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from actions.campaign.statuses import ask_for_statuses


class Command(BaseCommand):
    help = "Asks Adobe Campaign Standard for the status of messages that have not come to an end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--most", type=int, default=500, help="how many to ask for (default: 500)")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = ask_for_statuses(most=options["most"])
        self.stdout.write(f"Asked for {asked} messages.")

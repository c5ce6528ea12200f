"""Loads the demo's hotel into the database; harmless when it is there already."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeys.demo.hotel import Addresses, load_hotel


class Command(BaseCommand):
    help = "Loads the demo's hotel: guests, events, the reservation system, messages, and a live journey."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--catcher", default="http://127.0.0.1:8025", help="URL of the catcher")
        parser.add_argument(
            "--reservations", default="http://127.0.0.1:8027", help="URL of the reservation system"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo has well-known passwords; it is only loaded where DEMO=1 is set.")
        load_hotel(Addresses(catcher=options["catcher"], reservations=options["reservations"]))
        self.stdout.write("The hotel is ready.")

"""Catcher and reservation system of the demo, in one process."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Catches what the demo sends and shows it on a page; also answers as the hotel's reservation system."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8025, help="of the page, and of everything sent by HTTP"
        )
        parser.add_argument("--smtp-port", type=int, default=8026, help="for email")
        parser.add_argument("--reservations-port", type=int, default=8027, help="of the reservation system")
        parser.add_argument("--file", type=Path, default=None, help="where caught messages are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from journeys.demo.catcher import Catcher
        except ImportError as error:
            raise CommandError("The catcher needs aiosmtpd. Install the extra called demo.") from error
        from journeys.demo.feedback import tell_product
        from journeys.demo.reservations import Reservations, trouble_of_environment

        over = _stop_signal()
        path = options["file"] or settings.BASE_DIR / "var" / "catcher.jsonl"
        reservations = Reservations(
            port=options["reservations_port"], trouble=trouble_of_environment(os.environ)
        )
        catcher = Catcher(
            port=options["port"],
            smtp_port=options["smtp_port"],
            path=path,
            tell=tell_product if settings.DEMO else None,
        )
        with catcher, reservations:
            self.stdout.write(f"Catcher: {catcher.url}  SMTP: 127.0.0.1:{catcher.smtp_port}")
            self.stdout.write(f"Reservations: {reservations.url}/reservations?guest=crm-1")
            self.stdout.flush()
            over.wait()


def _stop_signal() -> threading.Event:
    """Set by the signals that end a process in an orderly way."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    return over

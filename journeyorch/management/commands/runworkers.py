"""`manage.py runworkers`: the workers of this host, in the foreground, until SIGTERM or Ctrl-C."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string

from journeyorch.expressions import build_parser
from journeyorch.queue import load_residents


class Command(BaseCommand):
    help = "Runs the workers of this host: journeys move and calls leave only while it runs."
    # They would import the URLs and with them every page, and each worker process would carry that.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        for kind, work in (("drain", "route events and move people"), ("call", "make outward calls")):
            parser.add_argument(
                f"--{kind}-residents",
                type=int,
                default=getattr(settings, f"JOURNEYORCH_{kind.upper()}_RESIDENTS"),
                help=f"How many processes {work} (default: %(default)s).",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        residents = {kind: options[f"{kind}_residents"] for kind in ("drain", "call")}
        if min(residents.values()) < 0 or not any(residents.values()):
            raise CommandError("No workers to run: ask for at least one resident.")
        # Imported before the first fork, so that all processes share the memory of it.
        from journeyorch.supervisor.supervise import supervise

        load_residents()
        build_parser()
        tick = import_string(settings.JOURNEYORCH_TICKER)
        connections.close_all()  # whatever was imported may have opened one
        supervise(residents, tick=tick)

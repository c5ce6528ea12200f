"""Sends guests through the demo's hotel, over HTTP, as their phones would."""

from __future__ import annotations

import http.client
import time
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeys.demo.hotel import INLET_KEY, INLET_TOKEN
from journeys.demo.traffic import message, now, traffic


class Command(BaseCommand):
    help = "Sends realistic events of the demo's hotel to its HTTP endpoint."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, default=100, help="how many events (default: %(default)s)")
        parser.add_argument("--rate", type=float, default=10, help="events a second (default: %(default)s)")
        parser.add_argument(
            "--url", default="http://127.0.0.1:8000", help="of the demo (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1 or options["rate"] <= 0:
            raise CommandError("Give a count of at least 1 and a rate above 0.")
        address = urlsplit(options["url"])
        if address.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise CommandError(
                "The demo runs on this machine only; give an address such as http://127.0.0.1:8000."
            )
        connection = http.client.HTTPConnection(address.hostname, address.port or 80, timeout=30)
        begun = time.monotonic()
        for number, (event, guest) in enumerate(traffic(options["count"])):
            time.sleep(max(0.0, begun + number / options["rate"] - time.monotonic()))
            self._send(connection, message(event, guest, at=now()))
        seconds = time.monotonic() - begun
        self.stdout.write(f"Sent {options['count']} events in {seconds:.1f} s.")

    def _send(self, connection: http.client.HTTPConnection, body: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {INLET_TOKEN}"}
        try:
            connection.request("POST", f"/collection/{INLET_KEY}", orjson.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            raise CommandError(f"The demo does not answer ({error}). Start it with: make demo") from error
        if answer.status != 200:
            raise CommandError(
                f"The endpoint answered {answer.status}: {text[:300].decode(errors='replace')}"
            )

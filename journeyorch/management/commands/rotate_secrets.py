"""``manage.py rotate_secrets``: seals all stored secrets with the newest of ``SECRETS_KEYS``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyorch.outbound.rotation import rotate_all


class Command(BaseCommand):
    help = "Seals all stored secrets with the newest of SECRETS_KEYS, so that older keys can be taken away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell how many older ones there are")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(rotate_all(only_count=options["check"]))
        for store in found:
            self.stdout.write(f"{store.name}: {store.rows} {'to renew' if options['check'] else 'renewed'}")
        unusable = [row for store in found for row in store.unusable]
        if unusable:
            raise CommandError(
                "No key opens the secrets of: " + ", ".join(unusable) + ". Enter them again, "
                "or put the key that is missing back into SECRETS_KEYS."
            )
        if options["check"] and any(store.rows for store in found):
            raise CommandError("Older keys are still needed.")

"""``manage.py check_counts``: hourly sums are right exactly, or what is not is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from journeyorch import bulk
from journeys.reports.steps.agreement import disagreements


class Command(BaseCommand):
    help = "Recounts what hourly sums were made of, as far as it is still kept, and compares."

    def handle(self, *args: Any, **options: Any) -> None:
        kept = timedelta(days=settings.RETENTION_STEP_EVENTS_DAYS)
        found = 0
        for one in disagreements(since=bulk.database_now() - kept):
            found += 1
            kind = ", ".join(f"{name} {value or '(none)'}" for name, value in one.key.items())
            self.stdout.write(
                f"{one.sums} of version {one.version_id}, {one.hour} h UTC, {kind}:"
                f" {one.found} found, {one.counted} counted"
            )
        if found:
            raise CommandError(f"{found} sums do not agree with what they were made of.")
        self.stdout.write("All sums agree with what they were made of.")

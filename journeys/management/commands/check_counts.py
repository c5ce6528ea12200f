"""``manage.py check_counts``: step events and their sums agree exactly, or what does not is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from journeyorch import bulk
from journeys.reports.steps.agreement import disagreements


class Command(BaseCommand):
    help = "Recounts the step events that are still kept, and compares them with the hourly sums."

    def handle(self, *args: Any, **options: Any) -> None:
        kept = timedelta(days=settings.RETENTION_STEP_EVENTS_DAYS)
        found = 0
        for one in disagreements(since=bulk.database_now() - kept):
            found += 1
            self.stdout.write(
                f"version {one.version_id}, {one.hour} h UTC, activity {one.activity or '(none)'},"
                f" path {one.path or '(none)'}, status {one.status}, test run {one.run}:"
                f" {one.found} step events, {one.counted} counted"
            )
        if found:
            raise CommandError(f"{found} sums do not agree with their step events.")
        self.stdout.write("All sums agree with their step events.")

"""`manage.py evaluate`: a line of JSON with an expression in, its value out (docs/evaluate.md)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from journeyorch.evaluating import evaluate_lines


class Command(BaseCommand):
    help = (
        'Evaluates expressions: reads lines like {"expression": "1 + 1", "context": {}} from standard input '
        "and writes one line of JSON for each, at once."
    )
    # It needs neither database nor pages, and is quicker without looking at them.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        evaluate_lines()

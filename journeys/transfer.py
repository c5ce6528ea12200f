"""Journeys that leave for another sandbox or installation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.text import slugify

from journeyorch.access import audit
from journeyorch.portable.exporting import export
from journeys.models import Journey


def exported(journeys: Sequence[Journey], may: Callable[[str], bool]) -> dict[str, Any]:
    """The content of a file with these journeys and everything that they need; noted in the audit log.

    Raises ``NotYours``.
    """
    content = export(journeys, may)
    for journey in journeys:
        audit.record("exported", journey)
    return content


def file_name(name: str) -> str:
    """Of a file about something called so, without its ending."""
    return slugify(name) or "journey"

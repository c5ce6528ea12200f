"""Journeys that leave for another sandbox or installation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.text import slugify

from journeyorch.access import audit
from journeyorch.portable.exporting import export
from journeys.definition.document import read_document
from journeys.models import Journey, JourneyVersion
from journeys.portable import document_of, needs_of


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


def exported_version(version: JourneyVersion, may: Callable[[str], bool]) -> dict[str, Any]:
    """The same with one version of one journey, which need not be its latest. Raises ``NotYours``."""
    document, _problems = read_document(version.document)
    needed = needs_of(document, version.sandbox_id) if document else ()
    content = export(needed, may)
    audit.record("exported", version)
    journeys = [*content.pop("journeys", ()), document_of(version).plain()]
    return {**content, "journeys": journeys}

"""Journeys and people in the search over everything."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from journeyorch.access.models import Sandbox
from journeyorch.finding import MOST, Hit
from journeys.models import Journey
from journeys.reports.people import is_known


def journeys(sandbox: Sandbox, text: str) -> list[Hit]:
    """By a part of their name; each leads to its newest version."""
    rows = Journey.objects.filter(sandbox=sandbox, name__icontains=text).annotate(
        newest=Max("versions__number")
    )
    found = rows.order_by("name").values_list("uid", "name", "newest")[:MOST]
    return [
        Hit(name, reverse("journey", args=[uid]), _("Version %(number)d") % {"number": number or 1})
        for uid, name, number in found
    ]


def people(sandbox: Sandbox, text: str) -> list[Hit]:
    """By an exact identity."""
    if not is_known(sandbox, text):
        return []
    return [Hit(text, f"{reverse('people')}?{urlencode({'q': text})}")]

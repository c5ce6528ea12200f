"""A version as the designer opens it."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from journeyorch import helping
from journeyorch.access.models import User
from journeyorch.access.people import READ_PEOPLE
from journeyorch.expression_area import editor_urls
from journeyorch.phrases import said
from journeys.definition.document import Document, read_document
from journeys.definition.problems import Problem
from journeys.designer.kinds import describe_kinds
from journeys.designer.offers import offers_of
from journeys.engine.catalog import read_catalog
from journeys.models import JourneyVersion
from journeys.publishing import CHANGE_TIMEOUT, check
from journeys.usage import jumps_into

Status = JourneyVersion.Status
CHANGE, REPORTS = "journeys.change_journey", "journeys.view_report"
_TEST = ("payload", "trigger", "qualification", "options", "profiles")


def state_of(version: JourneyVersion, user: User) -> dict[str, Any]:
    """All that the page needs to draw itself, in one piece."""
    catalog = read_catalog(version.sandbox_id)._replace(own=str(version.journey.uid))
    return {
        "version": describe_version(version),
        "sandbox": version.sandbox.name,
        **describe_draft(version),
        "kinds": describe_kinds(),
        "offers": offers_of(version.sandbox_id, catalog),
        "limits": {
            "activities": settings.JOURNEY_MAX_ACTIVITIES,
            "waitDays": catalog.longest_wait.days,
        },
        "timeZones": sorted(available_timezones()),
        "may": {**permissions_of(version, user), "changeTimeout": user.has_perm(CHANGE_TIMEOUT)},
        "user": {"id": user.pk, "name": user.get_full_name() or user.get_username()},
        "urls": _addresses(version, user),
        "help": _help(),
    }


def permissions_of(version: JourneyVersion, user: User) -> dict[str, bool]:
    """What the page lets this user do with the version as it is now."""
    is_in_test = version.status == Status.TEST
    relabels = version.status == Status.LIVE and user.has_perm(CHANGE)
    tests = is_in_test and user.has_perm(CHANGE)
    return {"change": may_change(version, user), "test": tests, "relabel": relabels}


def _help() -> dict[str, Any]:
    """What the help buttons beside hard fields say, by topic."""
    return {
        name: {
            "title": str(topic.title),
            "text": str(topic.text),
            "example": str(topic.example),
            "url": helping.address(name, topic),
        }
        for name, topic in helping.topics().items()
        if name.startswith("design.")
    }


def may_change(version: JourneyVersion, user: User) -> bool:
    """Whether this user may draw; everybody else looks. What cannot be read must not be drawn over."""
    document, _problems = read_document(version.document)
    return version.status == Status.DRAFT and user.has_perm(CHANGE) and document is not None


def describe_version(version: JourneyVersion) -> dict[str, Any]:
    """What the page's head says."""
    journey = version.journey
    return {
        "uid": str(version.uid),
        "number": version.number,
        "status": version.status,
        "statusLabel": version.get_status_display(),
        "savedAt": version.updated_at,
        "publishedAt": version.published_at,
        "publishedBy": str(version.published_by or ""),
        "journey": {
            "uid": str(journey.uid),
            "name": journey.name,
            "description": journey.description,
            "tags": journey.tag_names,
        },
        "jumpedFrom": [
            {"name": one.journey.name, "url": reverse("version", args=[one.uid])}
            for one in jumps_into(journey)
        ],
    }


def describe_draft(version: JourneyVersion) -> dict[str, Any]:
    """The drawing as it is stored, and what is wrong with it now."""
    document, problems = read_document(version.document)
    return {
        "document": (document or Document.empty()).model_dump(mode="json"),
        "revision": version.revision,
        "problems": describe_problems(problems or _problems(version)),
    }


def _problems(version: JourneyVersion) -> list[Problem]:
    """Published versions have been checked."""
    return check(version) if version.status in (Status.DRAFT, Status.TEST) else []


def describe_problems(problems: list[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "code": problem.code,
            "message": said(problem.message, gettext),
            "activity": problem.activity or "",
            "field": problem.field,
            "line": problem.line,
            "column": problem.column,
            "isError": problem.is_error,
        }
        for problem in problems
    ]


def _addresses(version: JourneyVersion, user: User) -> dict[str, str]:
    """Addresses with ``__name__`` are filled in by the page."""
    uid = version.uid
    # Who may not read reports sees the figures of the version's own page, and who may not read people no list
    # of them.
    report = "version-report" if user.has_perm(REPORTS) else "version"
    pages = {
        "home": reverse("home"),
        "help": reverse("help"),
        "login": reverse("login"),
        "version": reverse("version", args=[uid]),
        "report": reverse(report, args=[uid]),
        "testPath": reverse("version-test-path", args=[uid]),
        "testLog": reverse("version-test-log", args=[uid]),
        "details": reverse("version-details", args=[uid]),
        "entering": reverse("version-entering", args=[uid]),
        "story": reverse("version-story", args=[uid]),
        "comparison": reverse("version-comparison", args=[uid]),
        "export": reverse("journey-export", args=[version.journey.uid]),
        "labels": reverse("version-labels", args=[uid]),
        "counts": reverse("version-counts", args=[uid]),
        "move": reverse("version-move", args=[uid, "publish"]).replace("publish", "__name__"),
    }
    if user.has_perm(READ_PEOPLE):
        pages["people"] = reverse("version-people", args=[uid])
    parts = (
        "draft",
        "presence",
        "journey",
        "moves",
        "offers",
        "profile-fields",
        "jump-fields",
        "template",
        "relabelling",
    )
    api = {part: reverse(f"api-design-{part}", args=[uid]) for part in parts}
    test = {
        "test": reverse("api-test", args=[uid]),
        **{f"test-{part}": reverse(f"api-test-{part}", args=[uid]) for part in _TEST},
    }
    return {**pages, **api, **test, **editor_urls()}

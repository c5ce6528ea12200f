"""Publish, close, stop, copy, delete: asked for, confirmed with what will happen (users.md, Publishing)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.urls.converters import StringConverter
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from journeyorch.access.models import User
from journeys import publishing, testing
from journeys.definition.comparing import compare, in_words
from journeys.definition.document import Document, read_document
from journeys.definition.problems import Problem
from journeys.models import JourneyVersion
from journeys.views.drawing import steps_of
from journeys.views.shell import CHANGE, PUBLISH, VIEW, page, version_of

Status = JourneyVersion.Status


class Move(NamedTuple):
    """Something that can be done with a version as a whole."""

    name: str  # part of the address
    label: Any
    icon: str
    permission: str
    statuses: tuple[str, ...]
    question: Any
    done: Any
    act: Callable[[JourneyVersion, User], JourneyVersion | None]
    dangerous: bool = False


def _publish(version: JourneyVersion, by: User) -> None:
    publishing.publish(version, by=by)


def _switch_test_on(version: JourneyVersion, by: User) -> None:
    testing.switch_on(version, by=by)


def _switch_test_off(version: JourneyVersion, by: User) -> None:
    testing.switch_off(version, by=by)


def _close(version: JourneyVersion, by: User) -> None:
    publishing.close(version, by=by)


def _stop(version: JourneyVersion, by: User) -> None:
    publishing.stop(version, by=by)


def _new_version(version: JourneyVersion, by: User) -> JourneyVersion:
    return publishing.new_version(version, by=by)


def _duplicate(version: JourneyVersion, by: User) -> JourneyVersion:
    return publishing.duplicate(version, by=by)


def _delete(version: JourneyVersion, by: User) -> None:
    publishing.delete(version, by=by)


MOVES = {
    move.name: move
    for move in (
        Move(
            "publish", _("Publish"), "rocket", PUBLISH, (Status.DRAFT, Status.TEST),
            _("Publish this version?"), _("The journey is live: people enter from now on."), _publish,
        ),
        Move(
            "switch-test-on", _("Test"), "flag", CHANGE, (Status.DRAFT,),
            _("Switch the test mode on?"), _("The test is on: send an event."), _switch_test_on,
        ),
        Move(
            "switch-test-off", _("End the test"), "stop", CHANGE, (Status.TEST,),
            _("Switch the test mode off?"), _("The test is off; this is a draft again."), _switch_test_off,
        ),
        Move(
            "close", _("Close to new entrances"), "door", PUBLISH, (Status.LIVE,),
            _("Close this version to new entrances?"), _("Nobody enters any more; who is inside goes on."),
            _close,
        ),
        Move(
            "stop", _("Stop"), "stop", PUBLISH, (Status.LIVE, Status.CLOSED),
            _("Stop this version?"), _("The version is stopped."), _stop, True,
        ),
        Move(
            "new-version", _("New version"), "layers", CHANGE, (Status.LIVE, Status.CLOSED, Status.FINISHED),
            _("Begin a new version?"), _("This is the draft of the new version."), _new_version,
        ),
        Move(
            "duplicate", _("Duplicate"), "copy", CHANGE, tuple(Status.values),
            _("Duplicate this version?"), _("This is the draft of the copy."), _duplicate,
        ),
        Move(
            "delete", _("Delete"), "trash", CHANGE, (Status.DRAFT, Status.STOPPED, Status.FINISHED),
            _("Delete this version?"), _("The version is deleted."), _delete, True,
        ),
    )
}  # fmt: skip


class MoveName(StringConverter):
    """The part of an address that names a move."""

    regex = "|".join(MOVES)


def moves_of(version: JourneyVersion, user: Any) -> list[Move]:
    """What this user may do with a version as it is now."""
    return [
        move for move in MOVES.values() if version.status in move.statuses and user.has_perm(move.permission)
    ]


def describe_moves(version: JourneyVersion, user: Any) -> list[dict[str, Any]]:
    """The same for the designer, with what will happen."""
    return [
        {
            "name": move.name,
            "label": str(move.label),
            "icon": move.icon,
            "question": str(move.question),
            "consequences": _consequences(version, move),
            "dangerous": move.dangerous,
            "changes": changes_by(version) if move.name == "publish" else None,
            "errors": sum(problem.is_error for problem in problems_of(version, move.name)),
        }
        for move in moves_of(version, user)
    ]


def changes_by(version: JourneyVersion) -> dict[str, Any] | None:
    """What is different from the version that was published last, in words; None if there was none."""
    before = publishing.version_before(version)
    if before is None:
        return None
    older, newer = read_document(before.document)[0], read_document(version.document)[0]
    found = compare(older or Document.empty(), newer or Document.empty(), gettext)
    address = reverse("version-comparison", args=[version.uid])
    return {"sentences": in_words(found, gettext), "url": f"{address}?with={before.number}"}


def problems_of(version: JourneyVersion, move: str = "publish") -> list[Problem]:
    """What keeps a draft from it; published versions have been checked.

    A test may jump into a journey that is in test itself.
    """
    is_checked = move in ("publish", "switch-test-on") and version.status in (Status.DRAFT, Status.TEST)
    return publishing.check(version, testing=move == "switch-test-on") if is_checked else []


@page(VIEW)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """GET: what will happen. POST: it happens."""
    version, asked = version_of(request, uid), MOVES[name]
    if not request.user.has_perm(asked.permission):
        raise PermissionDenied
    if request.method == "POST":
        return _carry_out(request, version, asked)
    problems = problems_of(version, name)
    context = {
        "version": version,
        "move": asked,
        "possible": version.status in asked.statuses,
        "consequences": _consequences(version, asked),
        "changes": changes_by(version) if name == "publish" else None,
        "problems": problems,
        "steps": steps_of(document) if problems and (document := read_document(version.document)[0]) else {},
        "errors": sum(problem.is_error for problem in problems),
    }
    return render(request, "journeys/confirm.html", context)


def _carry_out(request: HttpRequest, version: JourneyVersion, asked: Move) -> HttpResponse:
    assert isinstance(request.user, User)  # `page` let nobody else in
    try:
        made = asked.act(version, request.user)
    except publishing.NotAllowed as refusal:
        messages.error(request, refusal.message)
        return redirect("version", uid=version.uid)
    messages.success(request, asked.done)
    if asked.name == "delete":
        return redirect("home")
    if made is not None or asked.name.startswith("switch-test"):
        return redirect("version-design", uid=(made or version).uid)
    return redirect("version", uid=version.uid)


def _consequences(version: JourneyVersion, asked: Move) -> list[str]:
    """What will happen, one sentence each."""
    inside = publishing.people_inside(version)
    match asked.name:
        case "publish":
            ends = [gettext("The test ends first, and what it has left is deleted.")]
            return [
                *(ends if version.status == Status.TEST else []),
                gettext("People enter as soon as their event is received."),
                *_of_predecessor(version),
            ]
        case "switch-test-on":
            return [
                gettext("The draft cannot be edited until the test is switched off."),
                gettext("Only profiles that are flagged as test profiles enter, at most 100."),
                gettext("Messages and changes of profiles are really made; every wait is shortened."),
            ]
        case "switch-test-off":
            return [
                _inside(inside),
                gettext("They and everything that the test has recorded are deleted.")
                if inside
                else gettext("Everything that the test has recorded is deleted."),
            ]
        case "close":
            return [
                _inside(inside),
                gettext("They go on to the end of their way; nobody new enters.")
                if inside
                else gettext("Nobody new enters."),
                gettext("This cannot be undone."),
            ]
        case "stop":
            return [
                _inside(inside),
                gettext("All of them are ended at once, wherever they are.")
                if inside
                else gettext("Nobody new enters."),
                gettext("This cannot be undone."),
            ]
        case "new-version":
            return [
                gettext(
                    "The draft begins as a copy. This version stays as it is until the new one is published."
                )
            ]
        case "duplicate":
            return [
                gettext("A new journey begins with a draft copy of this version, with a history of its own.")
            ]
        case _:
            report = (
                []
                if version.status == Status.DRAFT
                else [gettext("Its figures and the stories of its people go with it.")]
            )
            return [*report, gettext("This cannot be undone.")]


def _of_predecessor(version: JourneyVersion) -> list[str]:
    live = version.journey.versions.filter(status=Status.LIVE).defer("document").first()
    if live is None:
        return []
    inside = publishing.people_inside(live)
    text = ngettext(
        "Version %(number)d is closed; %(n)s person inside it finishes it.",
        "Version %(number)d is closed; %(n)s people inside it finish it.",
        inside,
    )
    return [text % {"number": live.number, "n": f"{inside:,}"}]


def _inside(n: int) -> str:
    if not n:
        return gettext("Nobody is inside.")
    return ngettext("%(n)s person is inside.", "%(n)s people are inside.", n) % {"n": f"{n:,}"}

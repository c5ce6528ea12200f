"""Template tags of every page, those of the admin included: top bar, icons, numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from django import template
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from journeyorch import helping
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import chosen_sandbox, sandboxes_of
from journeyorch.icons import icon, icon_url
from journeys.reports.reasons import failure_in_words, reason_in_words
from journeys.views.first_steps import can_load_sample
from journeys.views.shell import REPORTS, VIEW

register = template.Library()


class Tab(NamedTuple):
    """An entry of the top bar; ``address`` is the beginning of the paths that belong to it."""

    label: Any
    url: str
    current: bool


# Label, name of the address, permission to see it. The pages of technical users are the admin's.
_TABS = (
    (_("Home"), "home", VIEW),
    (_("Reports"), "reports", REPORTS),
    (_("People"), "people", READ_PEOPLE),
    (_("Events"), "admin:events_event_changelist", "events.view_event"),
    (_("Data sources"), "admin:datasources_datasource_changelist", "datasources.view_datasource"),
    (_("Actions"), "admin:actions_action_changelist", "actions.view_action"),
    (_("Templates"), "templates", "actions.view_messagetemplate"),
    (_("Channels"), "admin:actions_channel_changelist", "actions.view_channel"),
    (_("Schemas"), "admin:datasources_schema_changelist", "datasources.view_schema"),
    (_("Namespaces"), "admin:datasources_namespace_changelist", "datasources.view_namespace"),
    (_("Inlets"), "admin:events_inlet_changelist", "events.view_inlet"),
    (_("Segments"), "segments", "datasources.view_segment"),
    (_("Profiles"), "admin:datasources_profile_changelist", "datasources.view_profile"),
    (_("Operations"), "operations", "events.view_inlet"),
    (_("Expressions"), "expressions", "events.view_event"),
)
# So many fit beside each other in any language; the others open under "More".
_FIRST = 8
_HOME_PATHS = ("/versions/", "/journeys/", "/instances/", "/fire/", "/received/")
# Lists of the admin that are reached from another one.
_BELOW = {"datasource": ("fieldgroup", "profilefieldgroup")}


@register.inclusion_tag("shell/topbar.html", takes_context=True)
def topbar(context: template.Context) -> dict[str, Any]:
    """The bar on top of every page."""
    request: HttpRequest = context["request"]
    tabs = list(_tabs(request))
    first = len(tabs) if len(tabs) <= _FIRST + 1 else _FIRST
    return {
        "request": request,
        "user": request.user,
        "tabs": tabs[:first],
        "more": tabs[first:],
        "more_is_current": any(tab.current for tab in tabs[first:]),
        **_sandboxes(request),
        "csrf_token": context.get("csrf_token"),
    }


def _sandboxes(request: HttpRequest) -> dict[str, Any]:
    """The one worked in, and those that can be switched to; on a page of refusal there may be none."""
    try:
        current = chosen_sandbox(request)
    except (Http404, PermissionDenied):
        return {"sandbox": None}
    theirs = sandboxes_of(request).order_by("title", "name")
    return {"sandbox": current, "other_sandboxes": [one for one in theirs if one != current]}


def _tabs(request: HttpRequest) -> Iterator[Tab]:
    for label, name, permission in _TABS:
        in_admin = name.startswith("admin:")
        if not request.user.has_perm(permission) or (in_admin and not request.user.is_staff):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # no such page in this installation
            continue
        yield Tab(label, url, _is_current(request.path, url))


def _is_current(path: str, url: str) -> bool:
    if url == "/":
        return path == "/" or path.startswith(_HOME_PATHS)
    room, _slash, kind = url.removesuffix("/").rpartition("/")
    return path.startswith((url, *(f"{room}/{below}/" for below in _BELOW.get(kind, ()))))


register.simple_tag(icon)
register.simple_tag(icon_url)


@register.simple_tag
def demo_catcher() -> str:
    """Where the demo shows what was sent; empty outside of it."""
    return settings.DEMO_CATCHER_URL if settings.DEMO else ""


@register.inclusion_tag("journeys/load_sample.html", takes_context=True)
def sample_button(context: template.Context) -> dict[str, Any]:
    """On a list without anything: a button that loads the sample data, where that is possible."""
    return {"can_load_sample": can_load_sample(chosen_sandbox(context["request"]), context["request"].user)}


register.filter("reason", reason_in_words)
register.filter("failure", failure_in_words)
register.simple_tag(helping.button, name="help_button")


# What operators did that is a step event of its own (decide/operate.py), and why they could not.
_OPERATED = {
    "reopened": _("Brought back in"),
    "retried": _("The step is tried again"),
    "parked": _("Parked: nobody knows whether the call was made"),
    "again": _("The call is made again"),
    "refused": _("Nothing was done"),
}
_REFUSALS = {
    "movedOn": _("the person had moved on"),
    "notFailed": _("the step had neither failed nor was it waiting for a call"),
    "notParked": _("no call was parked"),
    "ended": _("the journey had ended for this person"),
    "insideAgain": _("the person was in the journey again"),
    "timeOver": _("the longest time in the journey was over"),
    "versionOver": _("nobody can be in the version any more"),
    "internal": _("a fault of Journeyorch"),
    "crashed": _("trying it made the worker crash again and again"),
}


@register.filter
def operated(path: str) -> Any:
    """An operator's step event in words."""
    return _OPERATED.get(path, path)


@register.filter
def refusal(code: str) -> Any:
    """Why an operation was not carried out, in words."""
    return _REFUSALS.get(code, code)


@register.filter
def lasted(duration: timedelta) -> str:
    """How long something took, in the two largest units that matter; a smaller one of zero is left out."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms"
    if seconds < 60:
        return f"{number_format(seconds, 1)} s"
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if minutes < 60:
        large, small = f"{minutes} min", (int(seconds % 60), "s")
    elif hours < 24:
        large, small = f"{hours} h", (minutes % 60, "min")
    else:
        large, small = f"{days} d", (hours % 24, "h")
    return f"{large} {small[0]} {small[1]}" if small[0] else large


@register.filter
def written(value: Any) -> str:
    """Plain JSON data, indented for people."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


@register.filter
def one_line(value: Any) -> str:
    """Plain JSON data in one line."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """A value by a key that the template has in a variable; None if there is none, or no mapping."""
    return mapping.get(key) if mapping else None


@register.filter
def pretty(text: str | None) -> str:
    """JSON text, indented for people; anything else as it is."""
    try:
        return orjson.dumps(orjson.loads(text or ""), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return text or ""

"""What the page about a person shows beside the form: tables of what is known, from where and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from datasources.platform.object_field import pretty
from datasources.platform.profiles.attributes import Origin, leaves, origin_of
from datasources.platform.profiles.changes import json_text
from datasources.platform.profiles.consents import ANSWERS, consents_in
from datasources.platform.profiles.models import ExperienceEvent
from datasources.platform.profiles.reading import Whole
from datasources.platform.segments.models import SegmentMembership
from journeyorch.mentions import Mention

#: How many experience events the page shows.
LATEST_EVENTS = 20
# Of a value that is longer, only the beginning is shown in a table; the form has all of it.
_SHOWN = 200

_Cell = str | SafeString


def identities_of(person: Whole) -> SafeString:
    """By when they were seen last."""
    rows = [(one.namespace, one.value, _when(one.seen_at)) for one in person.identities]
    return table([_("Namespace"), _("Identity"), _("Last seen")], rows)


def attributes_of(person: Whole) -> SafeString:
    """Each attribute with its value, when it was written, and where it came from."""
    return table([_("Attribute"), _("Value"), _("Written"), _("By")], list(_attributes(person)))


def consents_of(person: Whole) -> SafeString:
    """What the person has agreed to or not, when they said so, and who wrote it down."""
    heads = [_("Consent"), _("Answer"), _("Said"), _("Reason"), _("Written"), _("By")]
    rows = [
        (
            *(one.label, str(ANSWERS.get(one.answer, one.answer)), one.said_at, one.reason),
            *(_when(one.origin.at), _source(one.origin)),
        )
        for one in consents_in(person.attributes)
    ]
    return table(heads, rows)


def events_of(person: Whole) -> SafeString:
    """The latest experience events."""
    events = ExperienceEvent.objects.filter(profile__in=person.members).order_by("-timestamp")
    rows = [
        (_when(one.timestamp), one.event_type, format_html("<pre>{}</pre>", pretty(one.data)))
        for one in events[:LATEST_EVENTS]
    ]
    return table([_("Time"), _("Type"), _("Data")], rows)


def segments_of(person: Whole) -> SafeString:
    """Which segments the person is or was in."""
    found = SegmentMembership.objects.filter(profile__in=person.members, sequence__gt=0)
    rows = [
        (one.segment.name, one.get_status_display(), _when(one.changed_at))
        for one in found.select_related("segment").order_by("segment__name")
    ]
    return table([_("Segment"), _("Status"), _("Since")], rows)


def mentions_table(mentions: Sequence[Mention]) -> SafeString:
    rows = [(_link(one.url, one.label), one.state, _when(one.at)) for one in mentions]
    return table([_("Where"), _("Status"), _("Since")], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> SafeString:
    """A table, or a dash if it would be empty."""
    if not rows:
        return SafeString("—")
    head = format_html_join("", '<th scope="col">{}</th>', ((each,) for each in heads))
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in rows))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _cells(row: Iterable[_Cell]) -> SafeString:
    return format_html_join("", "<td>{}</td>", ((each,) for each in row))


def _attributes(person: Whole) -> Iterator[Sequence[_Cell]]:
    for path, value in leaves(person.attributes.values):
        origin = origin_of(person.attributes.times.get(path, ""))
        text = value if isinstance(value, str) else json_text(value)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        yield path, shown, _when(origin.at), _source(origin)


def _source(origin: Origin) -> _Cell:
    """In words, with the way to it where there is one."""
    kind, _colon, number = origin.source.partition(":")
    if kind == "event":
        return _link(
            _address("admin:events_receivedevent_change", origin.order), _("Event %d") % origin.order
        )
    if kind == "import":
        return _link(_address("admin:journeyorch_backgroundtask_change", number), _("Import %s") % number)
    words = {
        "edit": _("An edit on this page"),
        "journey": _("A journey"),
        "person": _("The person"),
        "": _("unknown"),
    }
    return words.get(kind, kind)


def _address(name: str, key: Any) -> str:
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


def _link(url: str, label: str) -> _Cell:
    return format_html('<a href="{}">{}</a>', url, label) if url else label


def _when(at: Any) -> str:
    return "" if at is None else str(localize(localtime(at)))

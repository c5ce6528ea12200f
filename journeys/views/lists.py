"""The lists of journeys, and of one person's ways through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.known import namespaces_of
from journeyorch.lists.filters import Choices, Dates, Filter, Group, Menu, Switch
from journeyorch.lists.listing import AGO, Column, Empty, List, RowAction
from journeys.models import Instance, JourneyVersion
from journeys.reports.listing import people_inside
from journeys.reports.people import instances_of_person, names_of_person
from journeys.usage import names_of_usable, versions_with
from journeys.views.lifecycle import moves_of
from journeys.views.shell import CHANGE

_STARTS = (("event", _("Event")), ("segment_qualification", _("Segment")))
_KEYS = {"duplicate": "d", "stop": "s", "delete": "Delete", "new-version": "n", "publish": "p"}


class JourneyList(List):
    """The versions of all journeys."""

    name = help_topic = "journeys"
    title = _("Journeys")
    search_label = _("Search by name or tag")
    template = "journeys/home.html"
    default_sort = "-updated"
    nothing = Empty(
        "split",
        _("There is no journey yet"),
        _(
            "A journey is what happens to one person at a time after an event: wait, decide, send a "
            "message, call another system. A business user makes it; it begins with an event that a "
            "technical user has set up."
        ),
    )
    columns = (
        Column("name", _("Name"), cell="journeys/cells/version.html", order=("journey__name", "number")),
        Column("status", _("Status"), cell="journeys/cells/status.html", order=("status", "journey__name")),
        Column(
            "start", _("Starts with"), cell="journeys/cells/start.html", order=("start_kind",), shown=False
        ),
        Column("inside", _("People inside"), "known", "lists/cells/bounded.html", is_number=True),
        Column("updated", _("Changed"), "row.updated_at", AGO, ("updated_at",)),
        Column("created", _("Created"), cell="journeys/cells/created.html", order=("created_at",)),
        Column("published", _("Published"), cell="journeys/cells/published.html", order=("published_at",)),
        Column("description", _("Description"), "row.journey.description", shown=False),
        Column("tags", _("Tags"), "row.journey.tags", order=("journey__tags", "journey__name"), shown=False),
    )

    @cached_property
    def filters(self) -> Sequence[Filter]:
        return (
            Choices("status", _("Status"), JourneyVersion.Status.choices),
            Choices("start", _("Starts with"), _STARTS, field="start_kind"),
            Switch("latest", _("Latest versions only"), lambda versions: versions.newest()),
            Switch("mine", _("Only my own"), lambda versions: versions.of(self.user)),
            Menu("uses", _("Uses"), self._usable(), self._using),
            Dates("updated", _("Changed"), field="updated_at"),
            Dates("created", _("Created"), field="created_at"),
            Dates("published", _("Published"), field="published_at"),
        )

    def _usable(self) -> list[Group]:
        found = list(names_of_usable(self.sandbox.pk))
        headings = (("event", _("Events")), ("field_group", _("Field groups")), ("action", _("Actions")))
        return [
            Group(heading, [(f"{kind}:{name}", name) for each, name in found if each == kind])
            for kind, heading in headings
        ]

    def _using(self, versions: QuerySet[Any], asked: str) -> QuerySet[Any]:
        kind, _colon, name = asked.partition(":")
        return versions.filter(pk__in=versions_with(self.sandbox.pk, kind, name))

    def everything(self) -> QuerySet[Any]:
        versions = JourneyVersion.objects.filter(sandbox=self.sandbox).with_start_kind()
        return versions.select_related("journey__created_by", "published_by").defer("document")

    def matching(self, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        return rows.filter(Q(journey__name__icontains=search) | Q(journey__tags__icontains=search))

    def details(self, things: Sequence[Any]) -> Mapping[Any, Any]:
        return people_inside(things)

    def url_of(self, thing: JourneyVersion) -> str:
        page = "version-design" if thing.status == JourneyVersion.Status.DRAFT else "version"
        return reverse(page, args=[thing.uid])

    def name_of(self, thing: JourneyVersion) -> str:
        return thing.journey.name

    def actions_of(self, thing: JourneyVersion) -> list[RowAction]:
        moves = [
            RowAction(
                move.label,
                move.icon,
                reverse("version-move", args=[thing.uid, move.name]),
                _KEYS.get(move.name, ""),
                move.dangerous,
            )
            for move in moves_of(thing, self.user)
        ]
        return [*self._editing(thing), *_asking(thing), *(_saving(thing) if moves else []), *moves]

    def _editing(self, thing: JourneyVersion) -> list[RowAction]:
        """Drafts are drawn; of what is live, names and labels may be changed."""
        pages = {
            JourneyVersion.Status.DRAFT: (_("Edit"), "version-design"),
            JourneyVersion.Status.LIVE: (_("Name and labels"), "version-labels"),
        }
        if thing.status not in pages or not self.user.has_perm(CHANGE):
            return []
        label, page = pages[JourneyVersion.Status(thing.status)]
        return [RowAction(label, "edit", reverse(page, args=[thing.uid]), "e")]


def _asking(thing: JourneyVersion) -> list[RowAction]:
    """People wonder only where somebody could enter."""
    if thing.status not in (JourneyVersion.Status.LIVE, JourneyVersion.Status.TEST):
        return []
    return [RowAction(_("Why does nobody enter?"), "help", reverse("version-entering", args=[thing.uid]))]


def _saving(thing: JourneyVersion) -> list[RowAction]:
    """The journey as a file, for those who may do something with it."""
    return [RowAction(_("Export"), "download", reverse("journey-export", args=[thing.journey.uid]))]


class _OfIdentity(Choices):
    """Which identities the search means: the person's ways in other namespaces are shown, too."""

    def narrowed(self, rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
        return rows


class WaysList(List):
    """All ways of one person through journeys; nobody is listed until somebody is asked for by identity."""

    name = help_topic = "people"
    title = _("People")
    search_label = _("Identity, such as anna@example.com")
    template = "journeys/search.html"
    default_sort = "-entered"
    always_asks = True
    nothing = Empty(
        "user",
        _("Who are you looking for?"),
        _(
            "Give any identity of a person, such as an email address or a customer number. You will see "
            "each journey, where the person is, what happened, and why."
        ),
    )
    no_hits = Empty(
        "user",
        _("No journey knows this person"),
        _(
            "Nobody with this identity has entered a journey, or it is too long ago. An identity must be "
            "given exactly."
        ),
    )
    columns = (
        Column("journey", _("Journey"), cell="journeys/cells/way.html", order=("version__journey__name",)),
        Column("status", _("Status"), cell="journeys/cells/way_status.html", order=("status",)),
        Column("person", _("Person"), "row.person_id"),
        Column("namespace", _("Namespace"), "row.namespace", shown=False),
        Column("entered", _("Entered"), "row.started_at", "lists/cells/moment.html", ("started_at",)),
        Column("ended", _("Ended"), "row.ended_at", "lists/cells/moment.html", ("ended_at",)),
    )

    @cached_property
    def filters(self) -> Sequence[Filter]:
        known = sorted(namespaces_of(self.sandbox.pk).values(), key=lambda each: each.name)
        statuses = [(str(value), label) for value, label in Instance.Status.choices]
        return (
            _OfIdentity("namespace", _("Namespace"), [(each.code, each.name) for each in known]),
            Choices("status", _("Status"), statuses),
            Dates("entered", _("Entered"), field="started_at"),
            Dates("ended", _("Ended"), field="ended_at"),
        )

    def everything(self) -> QuerySet[Any]:
        if not self.search:
            return Instance.objects.none()
        namespaces = self.given.getlist("namespace") or [""]
        names = {
            name for code in namespaces for name in names_of_person(self.sandbox, self.search, code[:60])
        }
        return instances_of_person(self.sandbox, sorted(names))

    def matching(self, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        return rows

    @property
    def names(self) -> list[tuple[str, str]]:
        """What the person is known as in the ways of this page."""
        return sorted({(way.namespace, way.person_id) for way in self.shown.object_list})

    def url_of(self, thing: Instance) -> str:
        return reverse("instance", args=[thing.pk])

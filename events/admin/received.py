"""What came in, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import ReceivedEvent
from journeyorch.access.looked_at import LookedAt
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.people_admin import AboutPeople
from journeyorch.access.scoped_admin import SandboxScopedAdmin


def may_see_arrivals(user: Any) -> bool:
    """Whether somebody may read messages as they came in."""
    return bool(user.has_perms(("events.view_receivedevent", READ_PEOPLE)))


class CappedPaginator(Paginator):
    """Counts no further than people turn pages: counting millions of rows takes longer than showing some."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list[: self.most]  # type: ignore[assignment]
        return rows.count()


class LookedAtOnly(LookedAt, SandboxScopedAdmin):
    """Base of pages of rows that the product writes."""

    paginator = CappedPaginator
    show_full_result_count = False


class RoutedFilter(admin.BooleanFieldListFilter):
    """Whether it has been handed on to journeys."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("handed on")


@admin.register(ReceivedEvent)
class ReceivedEventAdmin(AboutPeople, LookedAtOnly):
    help_topic = "received"
    introduction = _("Everything that came in, as it came, newest first.")
    list_display = ("number", "received_at", "inlet_name", "by_protocol", "is_routed")
    list_filter = (("routed", RoutedFilter),)
    ordering = ("-id",)
    fields = ("number", "received_at", "inlet_name", "by_protocol", "is_routed", "as_it_came")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceivedEvent]:
        return super().get_queryset(request).with_inlet_names()  # type: ignore[attr-defined]

    @admin.display(description=pgettext_lazy("of a row", "number"), ordering="id")
    def number(self, obj: ReceivedEvent) -> int:
        return obj.pk

    @admin.display(description=_("protocol"), ordering="protocol")
    def by_protocol(self, obj: ReceivedEvent) -> str:
        return obj.protocol

    @admin.display(description=_("handed on"), ordering="routed", boolean=True)
    def is_routed(self, obj: ReceivedEvent) -> bool:
        return obj.routed

    @admin.display(description=_("As it came"))
    def as_it_came(self, obj: ReceivedEvent) -> str:
        return obj.body

    @admin.display(description=_("inlet"))
    def inlet_name(self, obj: Any) -> str:
        return obj.inlet_name or str(_("deleted"))

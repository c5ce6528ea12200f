"""Pages on which technical users connect external sources and try them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from datasources.external.forms import DataSourceForm, FieldGroupPageForm, uses_of_source
from datasources.external.infer import SampleProblem, extended, leaves
from datasources.external.models import DataSource, FieldGroup
from datasources.external.request import unplaced
from datasources.external.testing import try_out
from journeyorch.access.changeable import changeable
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.outbound.auth_admin import AuthTestMixin
from journeyorch.outbound.forms import StrictJSONField, ValuesForm, auth_fieldsets
from journeyorch.outbound.sample_admin import SampleAdmin
from journeyorch.outbound.trial_page import trial_page
from journeyorch.usage import Use


class FieldGroupInline(admin.TabularInline):
    """The groups of a source, to look at; they are edited on their own pages."""

    model = FieldGroup
    fields = readonly_fields = ("name", "method", "path", "parameters")
    extra = 0
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(DataSource)
class DataSourceAdmin(AuthTestMixin, UsedAdmin):
    help_topic = "data-sources"
    field_topics = {"auth_type": "authentication"}
    introduction = _(
        "A data source is another system's HTTP API that journeys ask about a person, for example the "
        "reservation system. Save it first, then add field groups: what one call brings. Profiles are a "
        "source that is always there; what journeys read of them is chosen under Profile field groups."
    )
    form = DataSourceForm
    list_display = ("name", "url", "sandbox", "max_calls", "cache_seconds")
    search_fields = ("name", "url", "description")
    inlines = (FieldGroupInline,)
    readonly_fields = ("used", "groups_link", "auth_test")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "url", "used", "groups_link")}),
        (_("Protection"), {"fields": ("max_calls", "cache_seconds")}),
        *auth_fieldsets(),
    )

    def response_post_save_add(self, request: HttpRequest, obj: DataSource) -> HttpResponseRedirect:
        """A source is of no use before it has a group: they are added on its page."""
        return HttpResponseRedirect(reverse("admin:datasources_datasource_change", args=[obj.pk]))

    @admin.display(description=_("field groups"))
    def groups_link(self, source: DataSource) -> SafeString:
        url = f"{reverse('admin:datasources_fieldgroup_add')}?source={source.pk}"
        return format_html('<a href="{}">{}</a>', url, _("Add field group"))

    def uses(self, obj: Any) -> list[Use]:
        return uses_of_source(obj)


@admin.register(FieldGroup)
class FieldGroupAdmin(SampleAdmin, UsedAdmin):
    help_topic = "data-sources"
    field_topics = {"response_sample": "payload"}
    introduction = _(
        "A field group is one call to a data source: what is asked with, and which fields come back. "
        "Journeys refer to them, as in #{Reservations.Booking.reservation.active}."
    )
    used_as = "field_group"
    form = FieldGroupPageForm
    sandbox_path = "source__sandbox"
    # A group is duplicated by saving it under another name.
    save_as = True
    list_display = ("name", "of_source", "by_method", "parameters", "test_link")
    list_select_related = ("source",)
    list_filter = (("source", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "source__name")
    readonly_fields = ("used", "test_link")
    fieldsets = (
        (None, {"fields": ("source", "name", "description", "used", "test_link")}),
        (_("Request"), {"fields": ("method", "path", "parameters", "sent_payload")}),
        (_("Answer"), {"fields": ("response_sample", "response_types", "response_schema")}),
    )

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.name == "source":
            kwargs["queryset"] = DataSource.objects.filter(sandbox__in=worked_in(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if forgotten := unplaced(obj.method, obj.parameter_names(), obj.sent_payload):
            text = _("Not in the sent payload, and so never sent: %(names)s.")
            messages.warning(request, text % {"names": ", ".join(forgotten)})

    @admin.display(description=_("data source"), ordering="source__name")
    def of_source(self, group: FieldGroup) -> str:
        return group.source.name

    @admin.display(description=_("method"), ordering="method")
    def by_method(self, group: FieldGroup) -> str:
        """As it is written in requests: what Django makes of the choices' names is "Get"."""
        return group.method

    @admin.display(description=_("Fields and their types"))
    def response_types(self, group: FieldGroup) -> SafeString | str:
        """In the place of the form's choices for who may only look."""
        rows = leaves(group.response_schema) if group.response_schema else ()
        return format_html_join(", ", "{}: {}", rows) or "–"

    @admin.display(description=_("test"))
    def test_link(self, group: FieldGroup) -> SafeString:
        url = reverse("admin:datasources_fieldgroup_test", args=[group.pk])
        return format_html('<a href="{}">{}</a>', url, _("Test"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<int:group_id>/test/", view, name="datasources_fieldgroup_test"), *super().get_urls()]

    def with_sample(self, row: FieldGroup, sample: str) -> Mapping[str, Any]:
        """New fields come in; those that there are stay as somebody has corrected them."""
        reading = StrictJSONField()
        try:
            schema = extended(row.response_schema or {}, reading.clean(sample))
        except (SampleProblem, ValidationError):
            return super().with_sample(row, sample)  # the form says what is wrong
        return {**super().with_sample(row, sample), "response_schema": reading.prepare_value(schema)}

    def test_view(self, request: HttpRequest, group_id: int) -> HttpResponse:
        """Ask for the dynamic values, make the real call, show what came back."""
        group = changeable(self, request, group_id)
        form = ValuesForm(
            [(name, name) for name in group.parameter_names()],
            request.POST if request.method == "POST" else None,
        )
        trial = None
        if form.is_valid():
            trial = try_out(group, form.values())
        title = _("Test %(name)s") % {"name": group}
        return trial_page(self, request, group, title=title, form=form, trial=trial)

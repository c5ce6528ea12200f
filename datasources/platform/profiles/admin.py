"""The people of a sandbox, for technical users: find, look at, correct (technical.md, Namespaces)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.object_field import ObjectField
from datasources.platform.profiles import panels
from datasources.platform.profiles.changes import Stale
from datasources.platform.profiles.importing.admin import ImportPages
from datasources.platform.profiles.importing.work import Import
from datasources.platform.profiles.models import Profile
from datasources.platform.profiles.people import identity_rows, load_identities, load_roots, members_of
from datasources.platform.profiles.privacy_admin import PrivacyPages
from datasources.platform.profiles.reading import Whole, read_whole
from datasources.platform.profiles.updates import rewrite_attributes
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.mentions import mentions_of
from journeyorch.privacy.subjects import Subject
from journeyorch.privacy.work import Erase, Export


class ProfileForm(forms.ModelForm):
    """``seen_version`` is what the page showed; saving over something newer is refused."""

    attributes = ObjectField(
        label=_("Attributes"),
        required=False,
        help_text=_('What is known of the person, as a JSON object. Example: {"loyalty": {"tier": "gold"}}'),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Profile
        fields = ["test_profile", "attributes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version

    def wanted(self) -> dict[str, Any]:
        """The attributes as they shall be; the flag is one of them."""
        attributes = dict(self.cleaned_data["attributes"])
        if "test_profile" in self.changed_data:
            attributes["testProfile"] = self.cleaned_data["test_profile"]
        return attributes


@admin.register(Profile)
class ProfileAdmin(ImportPages, PrivacyPages, SandboxScopedAdmin):
    """People are made by what is received and erased as a whole, never by hand."""

    help_topic = "profiles"
    introduction = _("The people that events and records told about, with everything known of them.")

    form = ProfileForm
    list_display = ["__str__", "names", "sandbox", "test_profile", "updated_at"]
    list_filter = ["test_profile"]
    ordering = ["-updated_at"]
    search_fields = ["id"]
    search_help_text = _("A whole identity in any namespace, such as zoe@example.com or CRMID:4711.")
    show_full_result_count = False
    list_per_page = 50
    readonly_fields = [
        "sandbox", "identities", "consents", "provenance", "segments", "appearances", "history",
        "created_at", "updated_at",
    ]  # fmt: skip
    fields = [
        "sandbox", "test_profile", "identities", "consents", "attributes", "provenance", "segments",
        "appearances", "history", "created_at", "updated_at", "seen_version",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Profile]:
        return super().get_queryset(request).filter(merged_into=None).select_related("sandbox")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Profile], search_term: str
    ) -> tuple[QuerySet[Profile], bool]:
        if not search_term.strip():
            return queryset, False
        found = set().union(*(find(sandbox.pk, search_term) for sandbox in worked_in(request)))
        return queryset.filter(pk__in=found), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Profile | None:
        """With who looks at it: what is shown depends on it."""
        profile: Profile | None = super().get_object(request, object_id, from_field)
        if profile is not None:
            profile.viewer = request.user  # type: ignore[attr-defined]
        return profile

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The names of the people on the page, in two queries for all of them."""
        page = super().get_changelist_instance(request)
        known = load_identities(members_of([profile.pk for profile in page.result_list]))
        for profile in page.result_list:
            profile.known = known.get(profile.pk, [])
        return page

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = request.user.has_perm
        privacy = may(Export.permission) or may(Erase.permission)
        context = {"may_import": may(Import.permission), "may_request": privacy}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Profile | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Profile, form: ProfileForm, change: bool) -> None:
        obj.version = form.cleaned_data["seen_version"]
        rewrite_attributes(obj, form.wanted(), timezone.now())

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Stale:
            message = _("This person changed while you were editing. Look at the new values and try again.")
            self.message_user(request, message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    @admin.display(description=_("identities"))
    def names(self, profile: Profile) -> SafeString:
        known = getattr(profile, "known", [])
        return format_html_join(", ", "{}:{}", (one[:2] for one in known))

    @admin.display(description=_("identities"))
    def identities(self, profile: Profile) -> SafeString:
        return panels.identities_of(_whole(profile))

    @admin.display(description=_("consents"))
    def consents(self, profile: Profile) -> SafeString:
        """They are changed on a page of the room above, which knows what else hangs on them."""
        return panels.consents_of(_whole(profile))

    @admin.display(description=_("where attributes came from"))
    def provenance(self, profile: Profile) -> SafeString:
        return panels.attributes_of(_whole(profile))

    @admin.display(description=_("segments"))
    def segments(self, profile: Profile) -> SafeString:
        return panels.segments_of(_whole(profile))

    @admin.display(description=_("journeys"))
    def appearances(self, profile: Profile) -> SafeString:
        """Where rooms above know the person from, as far as the user may see it."""
        viewer = profile.viewer  # type: ignore[attr-defined]
        person = _whole(profile)
        identities = tuple((one.namespace, one.value) for one in person.identities)
        subject = Subject(profile.sandbox_id, identities, person.members)
        found = mentions_of(subject, viewer.has_perm)
        return format_html_join("", "{}", ((panels.mentions_table(rows),) for _title, rows in found)) or (
            SafeString("—")
        )

    @admin.display(description=_("last experience events"))
    def history(self, profile: Profile) -> SafeString:
        return panels.events_of(_whole(profile))


def _whole(profile: Profile) -> Whole:
    """Everything known of the person of this page, read once."""
    whole: Whole | None = getattr(profile, "whole", None)
    if whole is None:
        whole = profile.whole = read_whole(profile.sandbox_id, [profile.pk])[profile.pk]  # type: ignore[attr-defined]
    return whole


def find(sandbox_id: int, text: str) -> set[int]:
    """The people of a sandbox with this identity, as ``Namespace:value`` or the value in any namespace."""
    term = text.strip()
    codes = namespaces_of(sandbox_id)
    pairs = [(code, canonical(code, term)) for code in codes]
    namespace, colon, value = term.partition(":")
    if colon:
        pairs.append((namespace, canonical(namespace, value)))
    rows = identity_rows(sandbox_id, pairs)
    return {root.profile_id for root in load_roots({row.profile_id for row in rows.values()}).values()}

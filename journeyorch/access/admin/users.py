"""Users, groups and sandboxes in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from journeyorch.access import audit
from journeyorch.access.admin.audited import AuditedAdmin, changes_of
from journeyorch.access.models import Sandbox, SignOnAccount, User
from journeyorch.access.sandboxes import sandboxes_of, store_changes
from journeyorch.access.second_factor.factor import remove


class SignOnAccountInline(admin.TabularInline):
    """The accounts at identity providers that are this user's; without one, an e-mail address decides."""

    model = SignOnAccount
    fields = readonly_fields = ("issuer", "subject", "created_at")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    """Django's own page, with the sandboxes that the user may enter."""

    help_topic = "users"
    introduction = _("Who may log in. What they may do is better said by groups than for each user.")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), (_("Sandboxes"), {"fields": ("sandboxes",)}))
    filter_horizontal = ("groups", "user_permissions", "sandboxes")
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "has_second_factor")
    list_select_related = ("second_factor",)
    actions = ("reset_second_factor",)
    inlines = (SignOnAccountInline,)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return user.has_second_factor

    @admin.action(description=_("Reset the second factor"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """For whoever has lost app and recovery codes: next time the password alone lets them in."""
        n = sum(remove(user) for user in chosen)
        text = ngettext(
            "The second factor of %d user was reset.", "The second factors of %d users were reset.", n
        )
        self.message_user(request, text % n)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AuditedAdmin, DjangoGroupAdmin):
    """Django's own page; which sandboxes a group may enter is said at the sandbox."""

    help_topic = "groups"
    introduction = _("What many may do. The ready-made groups can be changed like any other.")


@admin.register(Sandbox)
class SandboxAdmin(AuditedAdmin):
    """Sandboxes are made and renamed here; their deletion would take everything in them along."""

    help_topic = "sandboxes"
    introduction = _("Worlds that know nothing of each other, each with its events, people and journeys.")
    list_display = ("name", "title", "kind", "time_zone")
    filter_horizontal = ("groups",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sandbox]:
        return sandboxes_of(request)

    def save_model(self, request: HttpRequest, obj: Sandbox, form: Any, change: bool) -> None:
        if change:
            stored = set(form.changed_data) - {"groups"}  # the admin saves those afterwards
            store_changes(obj, stored, changes=changes_of(form))
            return
        with transaction.atomic():
            obj.save()
            audit.record("created", obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody may look at the sandboxes that they may enter: other pages link to them."""
        return super().has_view_permission(request, obj) or sandboxes_of(request).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Sandbox | None = None) -> tuple[str, ...]:
        """The name is in addresses and headers that others use (events.md, Sandboxes)."""
        return ("name",) if obj else ()

"""Users and groups in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from journeyorch.access.admin.audited import AuditedAdmin
from journeyorch.access.models import SignOnAccount, User
from journeyorch.access.permission_table import PermissionTable, offered_permissions
from journeyorch.access.second_factor.factor import remove


class SignOnAccountInline(admin.TabularInline):
    """The accounts at identity providers that are this user's; without one, an e-mail address decides."""

    model = SignOnAccount
    fields = readonly_fields = ("issuer", "subject", "created_at")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PasswordForm(AdminPasswordChangeForm):
    """Django's own, which has put its help together, in English, before anybody's language is known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("usable_password"):
            field.help_text = format_html(
                '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
                SetUnusablePasswordMixin.usable_password_help_text,
                _("If disabled, the current password for this user will be lost."),
            )


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    """Django's own page, with the sandboxes that the user may enter."""

    help_topic = "users"
    change_password_form = PasswordForm
    introduction = _("Who may log in. What they may do is better said by groups than for each user.")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), (_("Sandboxes"), {"fields": ("sandboxes",)}))
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "has_second_factor")
    list_select_related = ("second_factor",)
    actions = ("reset_second_factor",)
    inlines = (SignOnAccountInline,)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user_permissions":
            kwargs |= {"queryset": offered_permissions(), "widget": PermissionTable}
        else:
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

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
    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        kwargs |= {"queryset": offered_permissions(), "widget": PermissionTable}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

"""Labels and policies, for technical users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from datasources.platform.policies.models import FieldLabel, Label, Policy
from datasources.platform.policies.standard import STANDARD
from datasources.platform.policies.store import label_names
from datasources.platform.policies.usage import uses_of_label
from datasources.platform.schemas.path_forms import PathsFormSet, PathsInline
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.usage import Use


class FieldLabelsFormSet(PathsFormSet):
    """The labels of a schema's fields."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "label" in form.fields:
            names = label_names(self.instance.sandbox_id).items()
            form.fields["label"] = forms.ChoiceField(
                label=pgettext_lazy("of a field", "Label"), choices=[("", "—"), *names]
            )


class FieldLabelInline(PathsInline):
    """Which fields of a schema are labelled."""

    model = FieldLabel
    formset = FieldLabelsFormSet
    fields = ("path", "label")


class LabelForm(forms.ModelForm):
    """A label; fields and policies refer to its code."""

    class Meta:
        model = Label
        fields = ("sandbox", "code", "name")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code in STANDARD:
            raise forms.ValidationError(_("This is a standard label. It exists in every sandbox already."))
        return code


@admin.register(Label)
class LabelAdmin(UsedAdmin):
    help_topic = "labels"
    introduction = _(
        "Labels say something of a field, such as that it is sensitive; policies say what may not be done "
        "with it. The labels “Not to third parties” and “Sensitive” exist already and are not listed."
    )
    form = LabelForm
    list_display = ("code", "name", "sandbox")
    search_fields = ("code", "name")
    readonly_fields = ("used",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("sandbox", "code", "used") if obj else ("used",)

    def uses(self, obj: Any) -> list[Use]:
        return uses_of_label(obj)


class PolicyForm(forms.ModelForm):
    """A policy; which labels there are depends on its sandbox."""

    labels = forms.MultipleChoiceField(
        label=_("Labels"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Fields with any of them are meant, and everything below such fields."),
    )

    class Meta:
        model = Policy
        fields = ("sandbox", "name", "description", "labels", "actions", "sources", "enabled")
        widgets = {"description": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "labels" in self.fields:
            self.fields["labels"].choices = label_names(self._sandbox_id()).items()  # type: ignore[attr-defined]

    def _sandbox_id(self) -> int:
        if self.instance.pk:
            return self.instance.sandbox_id
        chosen = str(self.data.get("sandbox") or "")
        if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19:
            return int(chosen)
        return getattr(getattr(self.fields.get("sandbox"), "initial", None), "pk", 0) or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("actions") and not data.get("sources"):
            self.add_error("actions", _("Choose at least one place that the fields must not be sent to."))
        return data


@admin.register(Policy)
class PolicyAdmin(SandboxScopedAdmin):
    help_topic = "policies"
    introduction = _(
        "A policy keeps labelled fields in the house: a journey that sends one of them to a custom action or "
        "to an external data source cannot be tested or published."
    )
    form = PolicyForm
    list_display = ("name", "about", "actions", "sources", "enabled", "sandbox")
    list_filter = ("enabled",)
    search_fields = ("name", "description")
    fields = ("sandbox", "name", "description", "labels", "actions", "sources", "enabled")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("sandbox",) if obj else ()

    @admin.display(description=_("labels"))
    def about(self, policy: Policy) -> str:
        names = label_names(policy.sandbox_id)
        return ", ".join(names.get(code, code) for code in policy.labels)

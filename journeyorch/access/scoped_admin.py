"""Admin pages of what belongs to a sandbox: people see and fill only the sandbox that they work in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import ForeignKey, QuerySet
from django.forms import Field, HiddenInput, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from journeyorch import helping
from journeyorch.access.deleting import without_inner_rows
from journeyorch.access.looked_at import fills_itself
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of, worked_in


class SandboxScopedAdmin(admin.ModelAdmin):
    """Base of admin pages; ``sandbox_path`` leads from the model to its sandbox.

    ``introduction`` says on the list and on the form what the thing is, in a sentence or two; ``help_topic``
    has more (helping.py), and ``field_topics`` of the fields that are hard.
    """

    sandbox_path = "sandbox"
    introduction: Any = ""
    help_topic = ""
    field_topics: Mapping[str, str] = MappingProxyType({})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{self.sandbox_path: sandbox_of(request)})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.related_model is Sandbox:
            # Nothing to choose: the top bar says which one, and changes it.
            kwargs |= {"queryset": worked_in(request), "widget": HiddenInput()}
            kwargs.setdefault("initial", sandbox_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            # A slip of the hand beside a choice must not delete what is chosen.
            widget.can_delete_related = False
        return field

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return without_inner_rows(super().get_deleted_objects(objs, request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion of many: it goes past the check of use and past the sandbox's generation."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "introduction": self.introduction,
            "help_topic": self.help_topic,
            "fills_itself": fills_itself(self),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        for name, topic in self.field_topics.items():
            if name in form.fields:  # may be locked
                # Of the bound one: a form that was checked has made them already.
                form[name].help_text = f"{form[name].help_text} {helping.button(topic)}"
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # Whoever changes something knows already what it is.
        context = {"introduction": "" if object_id else self.introduction, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

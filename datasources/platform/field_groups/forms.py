"""The form of a field group of the built-in source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from datasources.names import kept_while_used
from datasources.platform.field_groups.models import ProfileFieldGroup
from datasources.platform.field_groups.offers import offered_fields
from datasources.platform.schemas.tree import FieldTreeField, loses_fields
from journeyorch.expressions.scope import PROFILE_GROUP
from journeyorch.usage import Use, used_in

_KIND = "profile_field_group"  # as users of it are registered


class ProfileFieldGroupForm(forms.ModelForm):
    """While journeys use a group it keeps its name, and its fields; more may be added."""

    class Meta:
        model = ProfileFieldGroup
        fields = ("sandbox", "name", "description", "fields")
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "name": _(
                "At most 30 letters, digits and underscores. Journeys refer to it, as in "
                "#{ExperiencePlatform.Loyalty.loyalty.tier}."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page that may only be looked at has no fields.
        if "fields" in self.fields:
            self.fields["fields"] = FieldTreeField(
                offered_fields(self._sandbox_id()),
                label=_("Fields"),
                help_text=_(
                    "What journeys can read of a person; none: all. An object includes all that is in it."
                ),
            )

    def _sandbox_id(self) -> int:
        if self.instance.sandbox_id:
            return int(self.instance.sandbox_id)
        initial = self.fields["sandbox"].initial  # the one that is worked in
        return int(getattr(initial, "pk", initial) or 0)

    def clean_name(self) -> str:
        return kept_while_used(self, self._uses())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (uses := self._uses()) and self._loses_fields(data.get("fields") or []):
            self._refuse_to_lose(uses)
        if data.get("fields") == [] and self._brings_nothing():
            # Nothing is chosen on its page, which means all: whoever saves it must not open everything.
            self.add_error(
                "fields", _("None of its fields is in a schema any more. Choose others, or delete the group.")
            )
        if self._takes_the_place_of_all(data) and (uses := used_in(_KIND, self._standard())):
            self._refuse_to_lose(uses)
        return data

    def _uses(self) -> list[Use]:
        return used_in(_KIND, self.instance) if self.instance.pk else []

    def _takes_the_place_of_all(self, data: dict[str, Any]) -> bool:
        """Whether the group that is there without a row, with everything, becomes this one with less."""
        is_named_so = data.get("name") == PROFILE_GROUP and "name" in self.changed_data
        return is_named_so and bool(data.get("fields"))

    def _standard(self) -> ProfileFieldGroup:
        return ProfileFieldGroup(sandbox_id=self._sandbox_id(), name=PROFILE_GROUP)

    def _refuse_to_lose(self, uses: list[Use]) -> None:
        message = _("Fields can only be added while the group is used in: %(uses)s.")
        params = {"uses": ", ".join(use.label for use in uses)}
        self.add_error("fields", ValidationError(message, params=params))

    def _loses_fields(self, chosen: list[str]) -> bool:
        # What no schema has any more cannot be chosen, and brought nothing.
        return not self._brings_nothing() and loses_fields(self._still_there(), chosen)

    def _brings_nothing(self) -> bool:
        return bool(self.initial.get("fields")) and not self._still_there()

    def _still_there(self) -> frozenset[str]:
        field = self.fields["fields"]
        assert isinstance(field, FieldTreeField)
        return field.paths.intersection(self.initial.get("fields") or [])

"""The form widget of action parameters: a tree with scripts, the JSON of it without."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from actions.payload import LISTS, SCALARS


class PayloadTree(forms.Textarea):
    """``sample``: the field of the same form into which a payload is pasted."""

    template_name = "actions/payload_tree.html"

    def __init__(self, *, sample: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.sample = sample
        self.locked = ""  # why nothing may change, for people

    class Media:
        css = {"all": ("css/payload.css",)}
        js = (forms.Script("js/payload-tree.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        address = reverse("admin:actions_action_tree")
        return {
            **context,
            "sample": self.sample,
            "address": address,
            "locked": self.locked,
            "types": (*SCALARS, *LISTS),
        }

"""A text area for an expression on a form, with a button that opens the editor of expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from journeyorch.staticfiles import module_of

_QUESTIONS = ("check", "complete", "parameters", "simple", "evaluate", "samples")
# What the editor looks like, in the order of the designer's page. It stands in a tree of its own, which the
# styles of the page around it, such as the administration's, do not reach.
_STYLES = (
    "tokens",
    "base",
    "components",
    "designer",
    "designer-floating",
    "designer-panes",
    "tree",
    "designer-expression",
)


def editor_urls() -> dict[str, str]:
    """Where the editor asks, by the names under which it knows the questions."""
    return {name: reverse(f"api-expressions-{name}") for name in _QUESTIONS}


class ExpressionArea(forms.Textarea):
    """Without scripts it is a text area, as it is for who may only look.

    ``title``: what the expression is for. ``expected``: the name of the type that it must have; "": any.
    ``scope``: what it can refer to, as the API is told (docs/api.md, Expressions). ``from_form``: parts of it
    that other controls of the form have, by their names; of a choice the id. ``event``: the id of a saved
    event, whose payloads it can be tried with.
    """

    template_name = "shell/expression_area.html"

    def __init__(
        self,
        *,
        title: Any,
        expected: str,
        scope: Mapping[str, Any] | None = None,
        from_form: Mapping[str, str] | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__({"spellcheck": "false", **(attrs or {})})
        self.title = title
        self.expected = expected
        self.scope = dict(scope or {})
        self.from_form = dict(from_form or {})
        self.event: int | None = None

    @property
    def media(self) -> forms.Media:
        module = forms.Script(module_of("forms.js"), type="module")
        scripts: list[Any] = [reverse("javascript-catalog"), module]
        return forms.Media(js=scripts)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        asked = {
            "title": str(self.title),
            "expected": self.expected,
            "scope": self.scope,
            "fromForm": self.from_form,
            "event": self.event,
            "urls": editor_urls(),
        }
        context = super().get_context(name, value, attrs)
        styles = [f"css/{name}.css" for name in _STYLES]
        return {**context, "asked": asked, "styles": styles}

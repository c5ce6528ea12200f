"""What people read of the kinds can be translated, although pure packages know nothing of translations."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import journeys.activities  # noqa: F401 - registers the kinds
from journeys.activities.base import kinds
from journeys.views import guide

ROOT = Path(guide.__file__).parents[1]


def marked() -> set[str]:
    """What ``makemessages`` finds: literals in calls of ``gettext_noop``."""
    calls = (
        node
        for path in (ROOT / "activities").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "gettext_noop"
    )
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


@pytest.mark.parametrize("kind", list(kinds()))
def test_titles_and_help_of_a_kind_are_marked_for_translation(kind: str) -> None:
    known = kinds()[kind]
    titles = {field.title for field in known.Config.model_fields.values() if field.title}

    assert {known.title, known.help, *titles} <= marked()


@pytest.mark.django_db
def test_views_look_them_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "_", lambda text: f"<{text}>")
    row = next(row for row in guide.guide(1, [""] * 5).kinds if row.kind == "wait")

    assert (row.title, row.help[:6]) == ("<Wait>", "<Holds")
    assert dict(row.options)["duration"].startswith("<Duration>")

"""A technical user makes a pasted payload an action's parameters, with the keyboard, on a phone."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.core.cache import cache
from playwright.sync_api import Locator, Page, expect

from actions.models import Action
from journeyorch.access.models import Sandbox, User
from tests.e2e.login import log_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]
PASTED = {
    "guest": {"name": "Ada", "nights": 2},
    "vip": True,
    "tags": ["a"],
    "rooms": [{"floor": 1, "view": "sea"}],
    "mixed": [1, "a"],
    "source": "desk",
}


@pytest.fixture
def page(open_page: Any, live_server: Any) -> Page:
    cache.clear()
    User.objects.create_superuser("anna", password="secret").sandboxes.add(Sandbox.objects.get(name="prod"))
    page = open_page(viewport={"width": 390, "height": 844})
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/actions/action/add/")
    return page


def row(page: Page, path: str) -> Locator:
    return page.get_by_role("group", name=path, exact=True)


def value(page: Page, path: str) -> Locator:
    """The control that holds a constant, the one of the two that shows."""
    return row(page, path).get_by_label("Value", exact=True).locator("visible=true")


def change_the_structure(page: Page) -> None:
    """With the keyboard: add an object and a field in it, move, delete, undo; with the mouse: drag."""
    page.get_by_role("button", name="Add an object").last.press("Enter")
    page.keyboard.type("vip")
    expect(row(page, "object1 (object)").locator("[aria-invalid=true]")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type("extra")
    page.keyboard.press("Enter")
    row(page, "Add to extra").get_by_role("button", name="Add a field").press("Enter")
    page.keyboard.type("note")
    page.keyboard.press("Tab")
    value(page, "extra › note").fill("late")
    row(page, "extra › note").get_by_role("button", name="Move out of the object").press("Enter")
    expect(row(page, "note").get_by_label("Name")).to_be_focused()
    row(page, "note").get_by_role("button", name="Move into the object beside it").press("Enter")
    expect(value(page, "extra › note")).to_have_value("late")
    row(page, "source").locator("[data-drag]").drag_to(row(page, "Add to mixed"))
    expect(value(page, "mixed › 3")).to_have_value("desk")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(row(page, "source")).to_be_visible()
    row(page, "rooms › floor").get_by_role("button", name="Move down").press("Enter")
    expect(row(page, "rooms › floor").get_by_role("button", name="Move up")).to_be_focused()
    row(page, "tags").get_by_role("button", name="Delete").press("Enter")
    row(page, "mixed (listAny)").get_by_role("button", name="Delete").press("Enter")
    expect(row(page, "mixed (listAny)")).to_have_count(0)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(row(page, "mixed (listAny)")).to_be_visible()
    expect(row(page, "tags")).to_have_count(0)


def test_a_pasted_payload_is_edited_as_a_tree_and_as_json(page: Page) -> None:
    page.locator("#id_name").fill("Notify")
    page.locator("#id_url").fill("https://api.example/n")
    page.get_by_label("Paste a payload").fill(orjson.dumps(PASTED).decode())
    page.get_by_role("button", name="Make a tree of it").press("Enter")
    expect(page.get_by_text("Taken over")).to_be_visible()
    expect(page.get_by_label("Paste a payload")).to_have_value("")

    row(page, "guest › name").get_by_label("Where the value comes from").focus()
    page.keyboard.type("Var")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("Guest")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    row(page, "rooms").get_by_label("Where the value comes from").select_option("variable")
    value(page, "vip").select_option("false")
    value(page, "guest › nights").fill("many")
    expect(row(page, "guest › nights").locator("[aria-invalid=true]")).to_be_visible()
    value(page, "guest › nights").fill("3")
    change_the_structure(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page is wider than a phone"

    page.get_by_role("button", name="JSON", exact=True).click()
    area = page.get_by_role("textbox", name="Action parameters")
    area.fill(area.input_value().replace('"desk"', '"lobby"'))
    page.get_by_role("button", name="Tree", exact=True).click()
    expect(value(page, "source")).to_have_value("lobby")

    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_text("was added successfully").wait_for()
    fields = Action.objects.get().payload["fields"]
    assert list(fields) == [*(name for name in PASTED if name != "tags"), "extra"]
    assert fields["guest"]["fields"] == {
        "name": {"type": "string", "variable": True, "label": "Guest", "optional": True},
        "nights": {"type": "integer", "constant": 3},
    }
    assert (fields["rooms"]["variable"], list(fields["rooms"]["fields"])) == (True, ["view", "floor"])
    assert [fields[name].get("constant") for name in ("vip", "source")] == [False, "lobby"]
    assert fields["extra"]["fields"] == {"note": {"type": "string", "constant": "late"}}
    assert fields["mixed"]["items"][1] == {"type": "string", "constant": "a"}

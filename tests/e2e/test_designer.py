"""Journeys are drawn in the browser, with the mouse, the keyboard alone, and a finger; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from journeyorch.access.models import Sandbox
from journeys import publishing
from journeys.engine.drain import drain_once
from journeys.models import Instance, JourneyVersion

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

MEMBER = '#{ExperiencePlatform.ProfileFieldGroup.loyalty.status} == "member"'


@pytest.fixture
def draft(hotel: Sandbox) -> JourneyVersion:
    return publishing.create_journey(hotel, "Lobby", by=None)


@pytest.fixture
def design(open_page: Any, live_server: Any, draft: JourneyVersion) -> Callable[..., Page]:
    """``design(width, …)``: the draft in the designer, on a page of its own."""

    def open_draft(width: int = 1440, **options: Any) -> Page:
        page: Page = open_page(viewport={"width": width, "height": 860}, **options)
        page.goto(f"{live_server.url}/login/?next=/versions/{draft.uid}/design/")
        page.get_by_label("Username").fill("anna")
        page.get_by_label("Password").fill("secret")
        page.keyboard.press("Enter")
        page.wait_for_url("**/design/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Lobby")
        return page

    return open_draft


def drawn(version: JourneyVersion) -> dict[str, list[str]]:
    """What follows what, by kinds: ``{"event": ["condition"], …}``."""
    version.refresh_from_db()
    activities = version.document["activities"]
    return {
        activity["kind"]: [activities[id]["kind"] for way in _ways(activity) for id in activity["to"][way]]
        for activity in activities.values()
    }


def _ways(activity: Any) -> list[str]:
    """In their order, which is that of the paths: PostgreSQL keeps none of the names in ``to``."""
    paths = [path["id"] for path in activity["config"].get("paths", ())]
    return sorted(activity["to"], key=lambda way: paths.index(way) if way in paths else len(paths))


def eventually(page: Page, wanted: Any, look: Callable[[], Any]) -> None:
    """The draft is saved a moment after the change."""
    for _ in range(200):
        if look() == wanted:
            return
        page.wait_for_timeout(50)
    assert look() == wanted


def labels(version: JourneyVersion) -> dict[str, str]:
    version.refresh_from_db()
    return {id: activity["label"] for id, activity in version.document["activities"].items()}


def parts(version: JourneyVersion) -> list[str]:
    version.refresh_from_db()
    splits = [one for one in version.document["activities"].values() if one["kind"] == "split"]
    return [part["id"] for split in splits for part in split["config"]["parts"]]


def drag(page: Page, what: Locator, to: Locator) -> None:
    start, goal = what.bounding_box(), to.bounding_box()
    assert start
    assert goal
    page.mouse.move(start["x"] + 30, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 40, steps=2)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] / 2, steps=3)
    expect(page.locator(".slot--over, .beginning--over")).to_be_attached()
    page.mouse.up()


def slot(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Add a step after {name}", exact=True)


def test_with_the_mouse_and_an_event_runs_through_it(
    design: Any, live_server: Any, draft: JourneyVersion
) -> None:
    page = design()
    palette = page.get_by_role("navigation", name="Steps to add")
    drag(page, palette.get_by_role("button", name="LobbyBeacon"), page.locator(".beginning"))
    drag(page, palette.get_by_role("button", name="Condition", exact=True), slot(page, "LobbyBeacon"))
    page.get_by_label("Condition", exact=False).last.fill(MEMBER)
    expect(page.locator(".meaning")).to_contain_text("loyalty.status")
    page.get_by_label("Label").nth(1).fill("Member")
    page.get_by_role("button", name="OK").click()
    drag(page, palette.get_by_role("button", name="Email"), slot(page, "Condition, Member"))
    page.get_by_label("Template").select_option("Become a member")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("Ada, become a member")
    page.get_by_role("button", name="Close").click()
    slot(page, "Condition, Other cases").click()
    page.get_by_role("option", name="Wait").click()
    page.get_by_label("hours").fill("2")
    wanted = {"event": ["condition"], "condition": ["email", "wait"], "email": [], "wait": []}
    eventually(page, wanted, lambda: drawn(draft))
    order_by_drag(page, draft)

    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("People enter as soon as their event is received.")
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.wait_for_url(f"**/versions/{draft.uid}/")

    page.goto(f"{live_server.url}/fire/")
    page.get_by_label("Person").fill("nobody-we-know")
    page.get_by_role("button", name="Fire").click()
    while drain_once(draft.sandbox_id):
        pass
    assert Instance.objects.get(version=draft).activity.startswith("wait-")
    page.goto(f"{live_server.url}/versions/{draft.uid}/design/")
    expect(page.get_by_role("button", name="1 person is here.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Steps to add")).to_have_count(0)


def order_by_drag(page: Page, draft: JourneyVersion) -> None:
    """A second path, then the label of the first is dragged below it: the upper one comes first."""
    page.get_by_role("button", name="Condition, Condition.").click()
    page.get_by_role("button", name="Add a path").click()
    page.get_by_role("group", name="Paths").get_by_label("Condition").last.fill("1 > 2")
    page.get_by_role("button", name="OK").click()
    chips = page.locator("[data-chip]")
    first, second = (
        chips.filter(has_text="Member").bounding_box(),
        chips.filter(has_text="Path 2").bounding_box(),
    )
    assert first
    assert second
    page.mouse.move(first["x"] + 20, first["y"] + 10)
    page.mouse.down()
    page.mouse.move(second["x"] + 20, second["y"] + 25, steps=4)
    page.mouse.up()
    eventually(page, ["path-2", "path-1"], lambda: paths(draft))
    expect(page.get_by_text("No problems")).to_be_visible()


def paths(version: JourneyVersion) -> list[str]:
    version.refresh_from_db()
    conditions = [one for one in version.document["activities"].values() if one["kind"] == "condition"]
    return [path["id"] for condition in conditions for path in condition["config"]["paths"]]


def test_with_the_keyboard_alone(design: Any, draft: JourneyVersion) -> None:
    page = design()
    press, write = page.keyboard.press, page.keyboard.type

    def stands_at(step: str) -> None:
        """Like somebody who looks before the next key."""
        label = page.locator("[data-step]:focus")
        expect(label).to_have_attribute("aria-label", re.compile(f"^{step}"))

    def add(name: str) -> None:
        press("a")
        expect(page.get_by_role("combobox", name="Which step?")).to_be_focused()
        write(name)
        press("Enter")
        expect(page.get_by_role("complementary")).to_be_visible()
        press("Escape")

    add("lobby")
    add("split")
    add("push")
    # Back to the split, and one more step on its second path.
    press("ArrowLeft")
    stands_at("Percentage split")
    add("email")
    stands_at("Email")
    press("ArrowLeft")
    stands_at("Percentage split")
    press("ArrowRight")
    stands_at("Push")
    press("Alt+ArrowDown")
    eventually(page, ["part-b", "part-a"], lambda: parts(draft))
    assert drawn(draft) == {"event": ["split"], "split": ["push", "email"], "push": [], "email": []}

    press("Delete")
    press("Control+z")
    press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
    press("Escape")
    press("Control+a")
    press("Control+c")
    press("Control+v")
    expect(page.locator("[data-step]")).to_have_count(8)
    press("Control+z")
    # Problems are found by the server, a moment later: those of the steps that are gone must be, too.
    expect(page.get_by_role("button", name="2 errors")).to_be_visible()
    press("p")
    expect(page.get_by_label("Template")).to_be_focused()
    press("Escape")
    press("o")
    expect(page.get_by_role("region", name="Step by step")).to_be_visible()
    # The drawing is one stop on the way with Tab.
    press("o")
    stops = page.evaluate("document.querySelectorAll('.stage__drawing [tabindex=\"0\"]').length")
    assert stops == 1


def test_with_a_finger_on_a_phone(design: Any, draft: JourneyVersion) -> None:
    page = design(390, has_touch=True)
    page.get_by_role("button", name="Add the first step").tap()
    page.get_by_role("option", name="LobbyBeacon").tap()
    page.get_by_role("button", name="OK").tap()
    page.get_by_role("button", name="Add a step after LobbyBeacon").tap()
    page.get_by_role("option", name="Condition", exact=True).tap()
    page.get_by_role("button", name="OK").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("button", name="Show as a drawing").tap()
    page.get_by_role("button", name="Show all of it").tap()
    page.get_by_role("button", name="Push").tap()
    expect(page.get_by_role("status").filter(has_text="Choose where it goes")).to_be_visible()
    slot(page, "Condition, Path 1").tap()
    page.get_by_label("Template").select_option("Welcome")
    page.get_by_role("button", name="OK").tap()
    wanted = {"event": ["condition"], "condition": ["push"], "push": []}
    eventually(page, wanted, lambda: drawn(draft))


def test_nothing_is_lost_when_two_draw_at_once_or_the_network_is_away(
    design: Any, draft: JourneyVersion, page_problems: Any
) -> None:
    page_problems.expect("ERR_INTERNET_DISCONNECTED|409")
    publishing.save_draft(
        draft,
        {"start": ["in"], "activities": {
            "in": {"kind": "event", "config": {"event": "LobbyBeacon"}, "to": {"next": ["out"]}},
            "out": {"kind": "end"},
        }},
        revision=draft.revision,
    )  # fmt: skip
    mine, theirs = design(), design()
    label(mine, "LobbyBeacon", "Mine")
    eventually(mine, {"in": "Mine", "out": ""}, lambda: labels(draft))
    # Another step: put together without a question.
    label(theirs, "End", "Theirs")
    eventually(theirs, {"in": "Mine", "out": "Theirs"}, lambda: labels(draft))
    # The same step: a choice.
    label(mine, "Mine", "Hers")
    eventually(mine, {"in": "Hers", "out": "Theirs"}, lambda: labels(draft))
    label(theirs, "Mine", "His")
    dialog = theirs.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody else has changed the same steps")
    dialog.get_by_role("button", name="Take theirs").click()
    expect(theirs.get_by_role("button", name="LobbyBeacon – Hers, Event.")).to_be_visible()

    # Without a network the drawing waits in the browser, also when the page is closed.
    theirs.context.set_offline(True)
    label(theirs, "Hers", "Kept")
    expect(theirs.locator("[data-saving=away]")).to_be_attached()
    theirs.context.set_offline(False)
    theirs.reload()
    expect(theirs.get_by_role("button", name="LobbyBeacon – Kept, Event.")).to_be_visible()
    eventually(theirs, {"in": "Kept", "out": "Theirs"}, lambda: labels(draft))


def label(page: Page, step: str, text: str) -> None:
    page.locator("[data-step]").filter(has_text=step).click()
    page.get_by_label("Label").fill(text)
    page.get_by_role("button", name="OK").click()

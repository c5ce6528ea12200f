"""What can be done in the designer besides drawing (test_hotel_journey.py); nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journeyorch.access.models import Sandbox
from journeys import publishing
from journeys.models import JourneyVersion

from .hands import at_once, box, held, settled, slot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def draft(hotel: Sandbox) -> JourneyVersion:
    return publishing.create_journey(hotel, "Lobby", by=None)


@pytest.fixture
def design(open_page: Any, live_server: Any, draft: JourneyVersion) -> Callable[..., Page]:
    """``design(width, …)``: the draft in the designer, on a page of its own."""

    def open_draft(width: int = 1440, **options: Any) -> Page:
        page: Page = open_page(viewport={"width": width, "height": 860}, **options)
        page.goto(f"{live_server.url}/login/?next=/versions/{draft.uid}/design/")
        log_in(page)
        page.wait_for_url("**/design/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Lobby")
        return page

    return open_draft


def log_in(page: Page) -> None:
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")


def drawn(version: JourneyVersion) -> dict[str, list[str]]:
    """What follows what, by kinds: ``{"event": ["condition"], …}``."""
    version.refresh_from_db()
    activities = version.document["activities"]
    return {
        activity["kind"]: [activities[id]["kind"] for way in _ways(activity) for id in activity["to"][way]]
        for activity in activities.values()
    }


def _ways(activity: Any) -> list[str]:
    """In their order, which is that of the parts: PostgreSQL keeps none of the names in ``to``."""
    paths = [part["id"] for part in activity["config"].get("parts", ())]
    return sorted(activity["to"], key=lambda way: paths.index(way) if way in paths else len(paths))


def eventually(page: Page, wanted: Any, look: Callable[[], Any]) -> None:
    """The draft is saved a moment after the change."""
    for _ in range(600):
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


#: Would ask for an image that there is not, which fails the test, and run a script, which the policy reports.
MARKUP = '<img src="/none" onerror="alert(1)">'
DRAWN = {
    "start": ["in"],
    # Not in the order in which people walk.
    "activities": {
        "email": {"kind": "email", "config": {"template": "Become a member"}},
        "push": {"kind": "push", "label": MARKUP},
        "in": {"kind": "event", "config": {"event": "LobbyBeacon"}, "to": {"next": ["split"]}},
        "split": {
            "kind": "split",
            "config": {"parts": [{"id": "a", "percent": 50}, {"id": "b", "percent": 50}]},
            "to": {"a": ["push"], "b": ["email"]},
        },
        # Of a later release, or of nobody.
        "gone": {"kind": "teleport", "config": {"to": MARKUP}, "note": MARKUP},
    },
}


@pytest.mark.one_database
def test_what_mouse_keys_and_finger_can_do_with_a_drawing(design: Any, draft: JourneyVersion) -> None:
    publishing.save_draft(draft, DRAWN, revision=draft.revision)
    page = design()
    with_the_keyboard(page, draft)
    with_the_mouse(page, draft)
    with_a_finger(design(390, has_touch=True), draft)


def with_the_keyboard(page: Page, draft: JourneyVersion) -> None:
    """Read on in the order of walking, one stop of Tab; what keys do with steps, paths and the list."""
    steps = page.locator("[data-step]")
    expect(steps).to_have_text(
        [re.compile(name) for name in ("Lobby", "Percentage", "<img src", "Become", "teleport")]
    )
    assert page.evaluate("document.querySelectorAll('.stage__drawing [tabindex=\"0\"]').length") == 1

    press = page.keyboard.press
    # Keys that come faster than frames.
    page.evaluate("held = []; frame = requestAnimationFrame; undefined")
    page.evaluate("requestAnimationFrame = (act) => held.push(act); undefined")
    press("Home")
    page.wait_for_function("held.length", polling=10)
    press("ArrowRight")
    page.evaluate("held.splice(0).forEach((act) => act())")
    press("ArrowRight")
    page.evaluate("requestAnimationFrame = frame; held.forEach(frame)")
    expect(page.locator("[data-step]:focus")).to_have_attribute("aria-label", re.compile("^<img src.*Push"))
    press("Alt+ArrowDown")
    eventually(page, ["b", "a"], lambda: parts(draft))
    press("Delete")
    press("Control+z")
    press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
    press("Escape")
    press("Control+a")
    press("Control+c")
    press("Control+v")
    expect(steps).to_have_count(10)
    press("Control+z")
    # Problems are found by the server, a moment later: those of the steps that are gone must be, too.
    expect(page.locator("[data-saving=saved]")).to_be_attached()
    expect(page.get_by_role("button", name="3 errors", exact=True)).to_be_visible()
    # First those of the step at the left, which is none that there is.
    for _ in range(3):
        press("Escape")
        press("p")
        expect(page.get_by_role("complementary", name="Step")).to_be_visible()
    expect(page.get_by_label("Template")).to_be_focused()
    press("Escape")
    places_are_chosen_from_lists(page, menu=["Shift+F10"], choosing=["Enter"])
    press("o")
    expect(page.get_by_role("region", name="Step by step")).to_be_visible()
    places_are_chosen_from_lists(page, menu=["Tab", "Enter"], choosing=[])
    letters_can_be_switched_off(page)
    # What comes is at its place and takes the keys before it is seen.
    place = "document.querySelector('.stage__drawing > g')?.getAttribute('transform') ?? ''"
    drawn = at_once(page, "o", place)
    settled(page)
    assert drawn == page.evaluate(place) != ""
    assert at_once(page, "?", "document.querySelectorAll('dialog[open]').length") == 1
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def places_are_chosen_from_lists(page: Page, menu: list[str], choosing: list[str]) -> None:
    """A wait goes on the lower path, is moved before the split, and deleted; the focus is lost nowhere.

    ``menu``: keys that open a step's menu; ``choosing``: those that then lead to the list of places.
    """
    press, main = page.keyboard.press, page.get_by_role("main")
    split = main.get_by_role("button", name=re.compile("^Percentage split"))
    settled(page)
    split.focus()
    press("a")
    expect(page.get_by_role("combobox", name="Which step?")).to_be_focused()
    press("Escape")
    expect(split).to_be_focused()
    press("a")
    press("Tab")
    path = page.get_by_role("combobox", name="On which path?")
    expect(path).to_be_focused()
    path.select_option("1")
    expect(page.get_by_role("dialog", name=re.compile("after Percentage split, B"))).to_be_visible()
    press("Tab")
    page.keyboard.type("Wait")
    press("Enter")
    kind = page.get_by_role("combobox", name="Wait for")
    kind.focus()
    press("ArrowDown")
    expect(kind).to_have_value("date_time")
    # The browser has nothing to take back where something is only chosen.
    press("Control+z")
    expect(kind).to_have_value("duration")
    press("Escape")
    wait = page.locator(":focus").and_(main.get_by_role("button", name=re.compile("^Wait")))
    expect(wait).to_be_visible()
    for key in menu:
        press(key)
    page.get_by_role("menuitem", name="Move it to another place").press("Enter")
    for key in choosing:
        press(key)
    places = page.get_by_role("combobox", name="After which step?")
    expect(places).to_be_focused()
    page.keyboard.type("Lobby")
    press("Enter")
    expect(wait).to_be_visible()
    press("Delete")
    event = main.get_by_role("button", name=re.compile("^LobbyBeacon"))
    expect(page.locator(":focus").and_(event)).to_be_visible()


def letters_can_be_switched_off(page: Page) -> None:
    """For those whose speech or trembling presses them (WCAG 2.1.4)."""
    press, keys = page.keyboard.press, page.get_by_role("dialog", name="Keys")
    press("?")
    keys.get_by_role("checkbox", name="Keys without Ctrl").uncheck()
    press("Escape")
    expect(page.locator(":focus")).to_have_attribute("data-outline", "in")
    press("o")
    expect(page.get_by_role("region", name="Step by step")).to_be_visible()
    page.get_by_role("button", name="More to do").click()
    page.get_by_role("menuitem", name="Keys").click()
    keys.get_by_role("checkbox", name="Keys without Ctrl").check()
    press("Escape")


def with_the_mouse(page: Page, draft: JourneyVersion) -> None:
    """The label of a path is dragged: the upper one comes first. A template is looked at in the pane."""
    chips = page.locator("[data-chip]")
    first, second = box(chips.nth(0)), box(chips.nth(1))
    page.mouse.move(first["x"] + 20, first["y"] + 10)
    page.mouse.down()
    page.mouse.move(second["x"] + 20, second["y"] + 25, steps=4)
    page.mouse.up()
    eventually(page, ["a", "b"], lambda: parts(draft))
    # Where there is no step, what is about all of it.
    drawing = box(page.locator(".stage"))
    page.mouse.click(drawing["x"] + 30, drawing["y"] + drawing["height"] - 30, button="right")
    expect(page.get_by_role("menuitem", name="Add a step")).to_be_focused()
    expect(page.get_by_role("menuitem", name="Undo")).to_be_enabled()
    page.get_by_role("menuitem", name="Select all").click()
    steps = page.locator("[data-step]")
    expect(page.locator("[data-step][aria-pressed=true]")).to_have_count(steps.count())
    page.get_by_role("button", name="Become a member, Email.").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("Ada, become a member")
    # Whoever has gone on before the answer came is left there.
    more = page.get_by_role("button", name="More to do with this version")
    with held(page, "**/moves"):
        more.click()
        page.get_by_label("Label").first.focus()
    expect(more).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("menu")).to_have_count(0)
    more.click()
    page.get_by_role("menuitem", name="Properties").click()
    page.get_by_label("Description").fill("For ")
    with held(page, "**/versions/*/journey"):
        page.get_by_role("button", name="Save name, description and tags").click()
        page.get_by_label("Description").press_sequentially("guests")
    expect(page.get_by_text("Name, description and tags are saved.").first).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("For guests")


def with_a_finger(page: Page, draft: JourneyVersion) -> None:
    """On a phone the list comes first; in the drawing a step is chosen, and then its place."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Show as a drawing").tap()
    page.get_by_role("button", name="Show all of it").tap()
    page.get_by_role("button", name="Wait").tap()
    expect(page.get_by_role("status").filter(has_text="Choose where it goes")).to_be_visible()
    slot(page, "Become a member").tap()
    page.get_by_role("button", name="OK").tap()
    wanted = {"event": ["split"], "split": ["push", "email"], "push": [], "email": ["wait"], "wait": []}
    eventually(page, {**wanted, "teleport": []}, lambda: drawn(draft))


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
    # Neither looks meanwhile what the other has saved.
    for page in (mine, theirs):
        page.route("**/presence", lambda route: route.fulfill(status=204))
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
    # The save that comes now may overtake the page that is loaded: it learns of it by looking, as pages do.
    theirs.unroute("**/presence")
    theirs.context.set_offline(False)
    theirs.reload()
    expect(theirs.get_by_role("button", name="LobbyBeacon – Kept, Event.")).to_be_visible()
    eventually(theirs, {"in": "Kept", "out": "Theirs"}, lambda: labels(draft))


def test_who_is_logged_out_while_drawing_logs_in_elsewhere_and_loses_nothing(
    design: Any, draft: JourneyVersion, page_problems: Any
) -> None:
    page_problems.expect("401")
    publishing.save_draft(
        draft,
        {"start": ["out"], "activities": {"out": {"kind": "end"}}},
        revision=draft.revision,
    )
    page = design()
    page.context.clear_cookies(name="sessionid")
    label(page, "End", "Kept")
    saving = page.locator("[data-saving=loggedOut]")
    expect(saving).to_contain_text("you are not logged in any more")
    with page.expect_popup() as opened:
        saving.get_by_role("link", name="Log in").click()
    log_in(opened.value)
    expect(page.locator("[data-saving=saved]")).to_be_attached()
    assert labels(draft) == {"out": "Kept"}


def test_what_is_undone_while_it_cannot_be_saved_is_no_trouble(
    design: Any, draft: JourneyVersion, page_problems: Any
) -> None:
    page_problems.expect("ERR_FAILED")
    publishing.save_draft(
        draft,
        {"start": ["out"], "activities": {"out": {"kind": "end"}}},
        revision=draft.revision,
    )
    page = design()
    held: list[Any] = []
    page.route(
        "**/draft", lambda route: held.append(route) if route.request.method == "PUT" else route.continue_()
    )
    label(page, "End", "Undone")
    eventually(page, 1, lambda: len(held))
    page.keyboard.press("Control+z")
    expect(page.locator("[data-step]").filter(has_text="Undone")).to_have_count(0)
    held[0].abort()

    expect(page.locator("[data-saving=saved]")).to_be_attached()


@pytest.mark.one_database
def test_a_jump_says_where_to_and_what_it_brings_also_to_a_draft(
    design: Any, draft: JourneyVersion, hotel: Sandbox
) -> None:
    target = publishing.create_journey(hotel, "Meal", by=None)
    publishing.create_journey(hotel, "Empty", by=None)
    publishing.save_draft(target, beginning_with("RestaurantBeacon"), revision=target.revision)
    step = {"kind": "jump"}
    publishing.save_draft(draft, beginning_with("LobbyBeacon", jump=step), revision=draft.revision)
    page = design()
    page.locator("[data-step]").filter(has_text="Jump").click()
    pane = page.get_by_role("complementary", name="Step")
    choice = pane.get_by_label("Target journey")

    expect(choice.get_by_role("option", name="Empty (no event yet)")).to_be_disabled()
    expect(page.get_by_role("button", name="1 error")).to_be_visible()
    choice.select_option("Meal (not live)")
    expect(pane.get_by_role("textbox", name="eventType")).to_be_visible()
    expect(page.get_by_role("button", name="Meal, Jump")).to_be_visible()
    expect(pane.get_by_text("is not live; publish it first")).to_be_visible()

    target.refresh_from_db()
    publishing.save_draft(target, beginning_with("LobbyBeacon"), revision=target.revision)
    page.get_by_role("button", name="OK").click()
    page.reload()
    page.get_by_role("button", name="Meal, Jump").click()
    pane.get_by_role("button", name="Take over its first event, LobbyBeacon").click()
    eventually(page, "LobbyBeacon", lambda: jump_of(draft)["event"])


@pytest.mark.one_database
def test_what_was_missing_and_is_set_up_elsewhere_is_seen(
    design: Any, draft: JourneyVersion, hotel: Sandbox
) -> None:
    target = publishing.create_journey(hotel, "Meal", by=None)
    publishing.save_draft(target, beginning_with("RestaurantBeacon"), revision=target.revision)
    values = {"eventType": '"x"', "placeContext.POIinteraction.POIDetail.name": '"y"'}
    config = {"journey": str(target.journey.uid), "event": "RestaurantBeacon", "values": values}
    step = {"kind": "jump", "config": config}
    publishing.save_draft(draft, beginning_with("LobbyBeacon", jump=step), revision=draft.revision)
    page = design()
    expect(page.get_by_role("button", name="1 error")).to_be_visible()
    publish = page.get_by_role("button", name="Publish", exact=True)
    publish.click()
    expect(page.get_by_text("1 error has to be corrected first.").first).to_be_visible()

    publishing.publish(target, by=None)
    publish.click()
    expect(page.get_by_role("dialog", name="Publish this version?")).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("0 errors")).to_be_attached()
    page.get_by_role("button", name="Jump, Jump").click()
    expect(page.get_by_role("option", name="Meal", exact=True)).to_be_attached()


def beginning_with(event: str, **next: Any) -> dict[str, Any]:
    first = {"kind": "event", "config": {"event": event}, "to": {"next": [*next]}}
    return {"start": ["in"], "activities": {"in": first, **next}}


def jump_of(version: JourneyVersion) -> dict[str, str]:
    version.refresh_from_db()
    config: dict[str, str] = version.document["activities"]["jump"]["config"]
    return config


def label(page: Page, step: str, text: str) -> None:
    page.locator("[data-step]").filter(has_text=step).click()
    page.get_by_label("Label").fill(text)
    page.get_by_role("button", name="OK").click()

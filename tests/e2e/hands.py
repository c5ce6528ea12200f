"""The designer by mouse, by keyboard alone, and by touch: the same journey is drawn with each of them.

What to draw is a list of ``Step``; a ``Hand`` knows how its device does it, and uses nothing else: the
keyboard never points, the finger has no keys but those of the fields.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import FloatRect, Locator, Page, Route, expect

_MOST_TABS = 120
# Looks whether a place lights up, and milliseconds between them.
_MOST_LOOKS, _BETWEEN_LOOKS = 200, 50
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_IS_FOCUSED = "element => element === document.activeElement"


class Step(NamedTuple):
    """One step of a journey, and where it goes.

    ``after``: the path that it is put on, as ``Condition, Other cases``; "": the start.
    ``fields``: labels and what is written, from the top of the form to its bottom; a label may repeat.
    """

    what: str
    after: str = ""
    fields: Sequence[tuple[str, str | bool]] = ()

    @property
    def source(self) -> str:
        """The name of the step that the path begins at."""
        return self.after.partition(", ")[0]


class Hand(ABC):
    """One way to use the page."""

    #: Of the page, as a browser's context takes them.
    options: dict[str, object] = {"viewport": {"width": 1440, "height": 860}}

    def __init__(self, page: Page) -> None:
        self.page = page

    def draw(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self.add(step)
            self._fill(step.fields)
            self.close()

    def _fill(self, fields: Sequence[tuple[str, str | bool]]) -> None:
        form = self.page.get_by_role("complementary", name="Step")
        seen: list[str] = []
        for label, value in fields:
            self.write(control(form, label).nth(seen.count(label)), value)
            seen.append(label)

    def write(self, field: Locator, value: str | bool) -> None:
        """Whatever kind of field it is."""
        if value is True:
            self.press(field)
        elif field.evaluate("element => element.tagName") == "SELECT":
            self.choose(field, str(value))
        else:
            self.press(field)
            self.page.keyboard.insert_text(str(value))

    @abstractmethod
    def add(self, step: Step) -> None:
        """Put a new step on its path; its form is open then."""

    @abstractmethod
    def close(self) -> None:
        """The form, and what was written stays."""

    @abstractmethod
    def press(self, what: Locator) -> None:
        """A button, or into a field."""

    @abstractmethod
    def choose(self, field: Locator, option: str) -> None:
        """From a list of choices."""

    def begin_test(self) -> None:
        """Ask for the test mode; a dialog is open then."""
        self.press(self.page.get_by_role("button", name="Test", exact=True))

    def open_trigger(self) -> None:
        """The form of the test; where there is room it opens by itself."""
        self.page.get_by_role("complementary", name="Test").wait_for()

    def close_trigger(self) -> None:
        """It lies over the rest on a phone."""
        pane = self.page.get_by_role("complementary", name="Test")
        self.press(pane.get_by_role("button", name="Close"))


class Mouse(Hand):
    def add(self, step: Step) -> None:
        palette = self.page.get_by_role("navigation", name="Steps to add")
        goal = slot(self.page, step.after) if step.after else self.page.locator(".beginning")
        drag(self.page, palette.get_by_role("button", name=step.what, exact=True), goal)

    def close(self) -> None:
        self.press(self.page.get_by_role("button", name="OK"))
        self.press(self.page.get_by_role("button", name="Show all of it"))

    def press(self, what: Locator) -> None:
        what.click()

    def choose(self, field: Locator, option: str) -> None:
        field.select_option(option)


class Keyboard(Hand):
    def add(self, step: Step) -> None:
        if step.after:
            self._go_back_to(step.source)
        self.page.keyboard.press("a")
        expect(self.page.get_by_role("dialog", name=f"after {step.after or 'the start'}")).to_be_visible()
        self.page.keyboard.type(step.what)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("complementary", name="Step")).to_be_visible()

    def _go_back_to(self, name: str) -> None:
        """Against the arrows of the drawing: what is added comes after something on the way here."""
        at = self.page.locator("[data-step]:focus")
        for _ in range(_MOST_TABS):
            expect(at).to_be_visible()
            # By its id: what it is called may change when the server has looked at it.
            here = at.get_attribute("data-step") or ""
            if (at.get_attribute("aria-label") or "").startswith(f"{name}, "):
                return
            self.page.keyboard.press("ArrowLeft")
            expect(at).not_to_have_attribute("data-step", here)
        raise AssertionError(f"The arrow keys do not lead to {name}.")

    def close(self) -> None:
        """What is offered in a field closes first."""
        form = self.page.get_by_role("complementary", name="Step")
        for _ in range(2):
            if form.count():
                self.page.keyboard.press("Escape")
        expect(form).to_have_count(0)

    def press(self, what: Locator) -> None:
        """Tab goes there; then Enter, the space bar, or nothing, by what it is."""
        what.wait_for()
        for _ in range(_MOST_TABS):
            if what.evaluate(_IS_FOCUSED):
                break
            self.page.keyboard.press("Tab")
        assert what.evaluate(_IS_FOCUSED), f"The Tab key does not lead to {what}."
        kind = what.evaluate("element => element.type")
        if kind in ("button", "submit"):
            self.page.keyboard.press("Enter")
        elif kind == "checkbox":
            self.page.keyboard.press("Space")

    def choose(self, field: Locator, option: str) -> None:
        self.press(field)
        self.page.keyboard.type(option)
        expect(field).to_have_value(option)

    def begin_test(self) -> None:
        self.page.keyboard.press("t")

    def open_trigger(self) -> None:
        expect(self.page.get_by_role("button", name="Trigger")).to_be_visible()
        self.page.keyboard.press("e")

    def close_trigger(self) -> None:
        self.page.keyboard.press("Escape")


class Finger(Hand):
    """On a phone, in the list of steps that it begins with."""

    options: dict[str, object] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

    def add(self, step: Step) -> None:
        self.press(self._place_for(step))
        # Behind the name stands what kind of step it is, unless that is its name.
        self.press(self.page.get_by_role("option", name=re.compile(rf"^{step.what}\b")))

    def _place_for(self, step: Step) -> Locator:
        if not step.after:
            return self.page.get_by_role("button", name="Add the first step")
        menu = self.page.get_by_role("button", name=f"What to do with the path {step.after}", exact=True)
        # The innermost of the lists around the path's own line is the last one.
        path = self.page.get_by_role("listitem").filter(has=menu).last
        return slot(self.page, step.after).or_(path.get_by_role("button", name="Add a step", exact=True))

    def close(self) -> None:
        self.press(self.page.get_by_role("button", name="OK"))

    def open_trigger(self) -> None:
        self.press(self.page.get_by_role("button", name="Trigger"))

    def press(self, what: Locator) -> None:
        what.tap()

    def choose(self, field: Locator, option: str) -> None:
        field.select_option(option)


def control(form: Locator, label: str) -> Locator:
    """The fields with this label, whatever kind they are of."""
    found = form.get_by_role("textbox", name=label, exact=True)
    for role in ("combobox", "spinbutton", "checkbox"):
        found = found.or_(form.get_by_role(role, name=label, exact=True))  # type: ignore[arg-type]
    return found


def slot(page: Page, path: str) -> Locator:
    """The button that adds a step to a path."""
    return page.get_by_role("button", name=f"Add a step after {path}", exact=True)


def at_once(page: Page, key: str, find: str) -> Any:
    """What a script finds when the page has handled a key, and no frame has come since."""
    return page.evaluate(
        f"""async (key) => {{
            dispatchEvent(new KeyboardEvent("keydown", {{ key }}));
            for (let turn = 0; turn < 20; turn += 1) await null;
            return {find};
        }}""",
        key,
    )


def settled(page: Page) -> None:
    """Two frames have come, and with them what waits for one."""
    page.evaluate(_TWO_FRAMES)


@contextmanager
def held(page: Page, address: str | re.Pattern[str]) -> Iterator[list[Route]]:
    """What the page asks there meanwhile waits for its answer until the end, as it may in a slow network."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))
    yield waiting
    for route in waiting:
        with page.expect_response(lambda answer: answer.request == route.request):  # noqa: B023
            route.continue_()
    page.unroute(address)
    settled(page)


def press_twice(button: Locator) -> int:
    """As whoever gets no answer at once; gives how often its form was sent."""
    sent: int = button.evaluate(
        """(button) => {
            let sent = 0;
            addEventListener("submit", (event) => { sent += Number(!event.defaultPrevented) });
            button.click();
            button.click();
            return sent;
        }"""
    )
    return sent


def box(shown: Locator) -> FloatRect:
    """Where it has come to rest, in pixels of the page: a drawing that was just shown goes to its place."""
    expect(shown).to_be_visible()
    before = None
    for _ in range(_MOST_LOOKS):
        found = shown.bounding_box()
        if found and found == before:
            return found
        before = found
        settled(shown.page)
    raise AssertionError(f"{shown} does not come to rest.")


def drag(page: Page, what: Locator, to: Locator) -> None:
    """With the mouse, past the distance that makes it no click, until this very place lights up.

    The drawing may still be on its way to where it comes to rest: a hand follows it.
    """
    what.scroll_into_view_if_needed()
    start = box(what)
    page.mouse.move(start["x"] + 30, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 40, steps=2)
    lit = to.and_(page.locator(".slot--over, .beginning--over"))
    for _ in range(_MOST_LOOKS):
        goal = box(to)
        page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] / 2, steps=3)
        if lit.count():
            break
        page.wait_for_timeout(_BETWEEN_LOOKS)
    expect(lit).to_be_attached()
    page.mouse.up()

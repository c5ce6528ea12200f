"""Choosing fields in a tree: what is sent, what is taken along, and the page in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import QueryDict
from playwright.sync_api import Page, expect

from datasources.models import Schema
from datasources.platform.schemas.fields import always_there, fields_of
from datasources.platform.schemas.library import building, compose
from datasources.platform.schemas.tree import FieldTreeField, is_within, rows_of
from events.models import Event
from journeyorch.access.models import Sandbox, User

STAY = building.with_required(
    building.group("Stay", room=building.text("<b>Room</b>"), nights=building.integer("Nights")), "room"
)
FIELDS = fields_of(compose("event", tenant={"stay": STAY}, tenant_name="hotel"))
FIXED = always_there(FIELDS)


def test_rows_have_levels_and_say_what_is_chosen() -> None:
    rows = {row.field.path: row for row in rows_of(FIELDS, chosen=["_hotel.stay"], fixed=FIXED)}
    assert rows["_hotel.stay.room"].level == 3
    assert [path for path, row in rows.items() if row.chosen] == ["_id", "timestamp", "_hotel.stay"]


def test_what_is_required_in_something_optional_is_not_always_there() -> None:
    assert FIXED == ["_id", "timestamp"]
    stay = fields_of({"required": ["stay"], "properties": {"stay": STAY}})
    assert always_there(stay) == ["stay.room"]


@pytest.mark.parametrize(
    ("sent", "chosen"),
    [
        ([], []),
        (["_hotel.stay.room"], ["_hotel.stay.room", "_id", "timestamp"]),
        (["_hotel.stay", "_hotel.stay.room"], ["_hotel.stay", "_id", "timestamp"]),
        (["_hotel", "_hotel.stay.nights", "_id"], ["_hotel", "_id", "timestamp"]),
    ],
)
def test_what_is_below_something_chosen_comes_along(sent: list[str], chosen: list[str]) -> None:
    field = FieldTreeField(FIELDS, fixed=FIXED)
    data = QueryDict(mutable=True)
    data.setlist("fields", sent)
    assert field.clean(field.widget.value_from_datadict(data, {}, "fields")) == chosen


def test_what_the_schema_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="not one of the available"):
        FieldTreeField(FIELDS).clean(["_hotel.cellar"])


@pytest.mark.parametrize(
    ("path", "chosen", "within"),
    [
        ("a.b", ["a"], True),
        ("a.b", ["a.b"], True),
        ("a", ["a.b"], False),
        ("ab", ["a"], False),
        ("", [""], False),
    ],
)
def test_what_is_within(path: str, chosen: list[str], within: bool) -> None:
    assert is_within(path, chosen) == within


def test_titles_are_texts_not_markup() -> None:
    html = FieldTreeField(FIELDS).widget.render("fields", [], {"id": "fields"})
    assert "&lt;b&gt;Room&lt;/b&gt; (room)" in html
    assert "<b>" not in html


# --- In a browser -----------------------------------------------------------------------------------


@pytest.fixture
def event(live_server: Any) -> Event:
    cache.clear()
    sandbox = Sandbox.objects.get(name="prod")
    document = compose("event", ["orchestration", "placeContext"], tenant={"stay": STAY}, tenant_name="hotel")
    schema = Schema.objects.create(
        sandbox=sandbox, name="Hotel", kind="event", document=document,
        primary_identity="eventType", primary_namespace="CRMID",
    )  # fmt: skip
    User.objects.create_superuser("anna", password="secret").sandboxes.add(sandbox)
    return Event.objects.create(sandbox=sandbox, name="Arrived", schema=schema, event_id="arrived")


@pytest.mark.e2e
@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_fields_are_searched_and_chosen_with_the_keyboard(
    open_page: Callable[..., Page], live_server: Any, event: Event
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{live_server.url}/login/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/admin/events/event/{event.pk}/change/")
    rows = page.get_by_role("treeitem")
    place = rows.filter(has_text="(placeContext)")
    expect(place).to_have_attribute("aria-expanded", "false")

    page.get_by_label("Search in the fields").fill("poidetail name")
    expect(rows.filter(visible=True)).to_have_count(4)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(page.locator("[data-path='placeContext.POIinteraction.POIDetail.name'] input")).to_be_checked()

    page.get_by_label("Search in the fields").fill("")
    page.get_by_label("Which fields to show").select_option("selected")
    expect(rows.filter(visible=True)).to_have_count(6)
    page.get_by_label("Which fields to show").select_option("all")
    stay = rows.filter(has_text="(_hotel)")
    stay.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    below = page.locator("[data-path='_hotel.stay.room'] input")
    expect(below).to_be_checked()
    expect(below).to_be_disabled()
    page.get_by_role("button", name="Save and continue editing").click()
    page.locator(".messagelist .success").wait_for()

    expect(page.get_by_text("identity: CRMID")).to_be_visible()
    event.refresh_from_db()
    assert set(event.fields) == {"placeContext.POIinteraction.POIDetail.name", "_hotel", "_id", "timestamp"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

"""WCAG 2.2 A and AA as axe-core sees it: the pages in both colours, wide and narrow."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from actions.models import Action, Channel, Delivery, MessageTemplate
from actions.tracking.links import Links
from datasources.models import FieldGroup, Identity, Profile, Schema, Segment
from datasources.platform.profiles.importing.preparing import prepare
from events.models import Event, Inlet
from journeyorch.access.models import Sandbox, User
from journeyorch.background.models import BackgroundTask, BadLine
from journeys import publishing, testing
from journeys.definition.document import ActivityDocument, Document
from journeys.demo.hotel import Addresses, load_hotel
from journeys.models import Instance, JourneyVersion
from tests.datasources.importing.conftest import DOCUMENT
from tests.journeys.views.conftest import MORNING

from .axe import Looker

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]

MEMBER = '#{ExperiencePlatform.ProfileFieldGroup.loyalty.status} == "member"'
BY_SEGMENT = Document(
    start=["in"],
    activities={
        "in": ActivityDocument(
            kind="segment_qualification", config={"segment": "Members", "namespace": "CRMID"}
        )
    },
)
UNFINISHED = Document(start=[], activities={"alone": ActivityDocument(kind="email")})


@pytest.fixture
def site(live_server: Any) -> str:
    """The demo's hotel with somebody in the lobby, and an administrator."""
    cache.clear()
    load_hotel(Addresses("http://127.0.0.1:1", "http://127.0.0.1:1"))
    version = JourneyVersion.objects.get()
    Instance.objects.create(
        version=version, journey_id=version.journey_id, lane_id=1, namespace="CRMID", person_id="guest-001",
        activity="restaurant", position=1, status=0, state="{}", started_at=MORNING,
    )  # fmt: skip
    testing.switch_on(publishing.new_version(version, by=None), by=None)
    Segment.objects.create(sandbox=version.sandbox, name="Members", expression=MEMBER)
    testing.switch_on(
        publishing.create_journey(version.sandbox, "By segment", by=None, document=BY_SEGMENT), by=None
    )
    publishing.create_journey(version.sandbox, "Unfinished", by=None, document=UNFINISHED)
    now = timezone.now()
    Delivery.objects.create(
        sandbox=version.sandbox, message_id=uuid.uuid4(), kind="sms", status="sent",
        created_at=now, updated_at=now,
    )  # fmt: skip
    Action.objects.create(sandbox=version.sandbox, name="Taxi", url="https://taxi.example")
    User.objects.create_superuser("anna", password="secret").sandboxes.add(Sandbox.objects.get(name="prod"))
    return str(live_server.url)


def test_no_page_has_a_fault_that_axe_knows(open_page: Any, site: str) -> None:
    # axe writes styles into the page that the policy refuses; other tests look at the policy.
    page = open_page(bypass_csp=True, reduced_motion="reduce")
    looker = Looker(page)
    page.goto(f"{site}/login/")
    faults = looker.faults()
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{site}/")
    for address in [*business_pages(), *technical_pages()]:
        page.goto(site + address)
        faults += looker.faults()
    faults += faults_of_shell(looker, site)
    faults += faults_of_designer(looker, site)
    faults += faults_from_right_to_left(page, site)
    assert not faults, "\n".join(faults)


def faults_of_shell(looker: Looker, site: str) -> list[str]:
    """What opens on pages: help, filters, columns, a row's menu, the keys, the search over everything."""
    page = looker.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/")
    faults = []
    for menu in (
        "[aria-label='Help: Journeys']",
        "[aria-label='Actions for Unfinished']",
        ".drawer > summary",
    ):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.locator(menu).click()
        faults += [f"with {menu}: {fault}" for fault in looker.faults()]
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    faults += [f"with keys: {fault}" for fault in looker.faults()]
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("welcome")
    page.get_by_role("option", name="Hotel welcome").wait_for()
    return [*faults, *(f"with the search: {fault}" for fault in looker.faults())]


def faults_from_right_to_left(page: Any, site: str) -> list[str]:
    """In Arabic nothing stands outside of the screen, and icons that point are turned round."""
    with override_settings(LANGUAGES=[*settings.LANGUAGES, ("ar", "Arabic")]):
        return _faults_in_arabic(page, site)


def _faults_in_arabic(page: Any, site: str) -> list[str]:
    page.set_extra_http_headers({"Accept-Language": "ar"})
    draft = JourneyVersion.objects.get(journey__name="Unfinished").uid
    faults = []
    for address in ("/", "/people/?q=guest-001", "/admin/events/event/add/", f"/versions/{draft}/design/"):
        page.goto(site + address)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{address} is wider than {width} pixels from right to left")
        turned = """[...document.querySelectorAll('.icon--pointing')]
            .every(icon => getComputedStyle(icon).transform.startsWith('matrix(-1'))"""
        if page.evaluate("document.documentElement.dir") != "rtl" or not page.evaluate(turned):
            faults.append(f"{address} is not from right to left")
    return faults


def faults_of_designer(looker: Looker, site: str) -> list[str]:
    """Looked at in each of its states: a step in the pane, lists, menus, dialogs, and as a list of steps."""
    page = looker.page
    draft = publishing.duplicate(JourneyVersion.objects.get(number=1, journey__name="Hotel welcome"), by=None)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/versions/{draft.uid}/design/")
    faults = looker.faults()
    steps = page.locator("[data-step]")
    for keys in (["Enter"], ["Escape", "a"], ["Escape", "Shift+F10"], ["Escape", "?"], ["Escape", "o"]):
        page.set_viewport_size({"width": 1440, "height": 900})
        if keys == ["Enter"]:
            steps.nth(3).focus()
        for key in keys:
            page.keyboard.press(key)
        faults += [f"after {keys}: {fault}" for fault in looker.faults()]
    for button in ("More to do with this version", "Publish"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("menu").or_(page.get_by_role("dialog")).wait_for()
        faults += [f"after {button}: {fault}" for fault in looker.faults()]
        page.keyboard.press("Escape")
    return faults


def business_pages() -> list[str]:
    version = f"/versions/{JourneyVersion.objects.get(number=1, journey__name='Hotel welcome').uid}"
    by_segment = f"/versions/{JourneyVersion.objects.get(journey__name='By segment').uid}"
    tested = f"/versions/{JourneyVersion.objects.get(number=2).uid}"
    draft = f"/versions/{JourneyVersion.objects.get(journey__name='Unfinished').uid}"
    story = f"/instances/{Instance.objects.get().pk}/"
    tabs = [
        f"{version}/",
        f"{version}/people/",
        f"{version}/details/",
        f"{version}/stop/",
        f"{version}/labels/",
    ]
    tabs += [f"{tested}/design/", f"{tested}/switch-test-off/", f"{by_segment}/design/"]
    tabs += [f"{draft}/", f"{draft}/design/", f"{version}/people/operate/?verb=end&of=all"]
    tabs += [f"{version}/report/", f"{version}/flow/", "/reports/custom/new/"]
    tries = ["/fire/", "/expressions/", "/operations/"]
    tries.append(
        Links("", uuid.uuid4()).preferences(sandbox_id=1, kind="email", address="a@b.org", profile_id=None)
    )
    return [
        "/",
        "/?q=nothing",
        *tabs,
        story,
        "/people/?q=guest-001",
        *tries,
        "/journeys/new/",
        *configured_pages(),
        "/help/",
        "/account/second-factor/",
        "/search/?q=welcome",
    ]


def configured_pages() -> list[str]:
    """Templates and segments, as business users see them."""
    template, segment = MessageTemplate.objects.get(name="Become a member").pk, Segment.objects.get().pk
    mine = [f"/templates/{template}/", f"/templates/{template}/preview/"]
    return [*mine, "/segments/", f"/segments/{segment}/", f"/segments/{segment}/members/"]


def technical_pages() -> list[str]:
    """The start page; of each thing a list or a form, empty or filled; the pages beside the forms."""
    event, inlet = Event.objects.earliest("pk").pk, Inlet.objects.get().pk
    group, template = FieldGroup.objects.get().pk, MessageTemplate.objects.get(name="Welcome").pk
    channel, action = Channel.objects.earliest("pk").pk, Action.objects.get().pk
    pages = [
        "", "events/event/", "events/event/add/", f"events/event/{event}/preview/",
        f"events/event/{event}/delete/", f"events/inlet/{inlet}/change/", f"events/inlet/{inlet}/new-key/",
        f"events/inlet/{inlet}/mapping/", f"events/inlet/{inlet}/receiving/", "events/inlet/start/",
        "events/quarantined/", "datasources/schema/add/", "datasources/datasource/add/",
        f"datasources/fieldgroup/{group}/change/", f"datasources/fieldgroup/{group}/test/",
        f"datasources/schema/{Schema.objects.earliest('pk').pk}/change/", "datasources/schema/",
        "datasources/component/", "datasources/component/import/", "datasources/dataset/add/",
        "datasources/segment/add/",
        f"datasources/segment/{Segment.objects.get().pk}/change/", "actions/channel/",
        "actions/suppression/", "actions/suppression/add/", "actions/sandboxcontactrules/add/",
        f"actions/channel/{channel}/test/", "actions/delivery/",
        f"actions/delivery/{Delivery.objects.get().pk}/change/",
        "events/inlet/add/", "access/sandbox/1/change/",
        f"events/event/{event}/change/", "datasources/profile/", "datasources/namespace/",
        *people_pages(),
        f"actions/action/{action}/change/",
        f"actions/channel/{channel}/change/", f"actions/messagetemplate/{template}/change/",
    ]  # fmt: skip
    return [f"/admin/{page}" for page in pages]


def people_pages() -> list[str]:
    """Somebody, an import that is being described and one that is under way, requests of people."""
    prod = Sandbox.objects.get(name="prod")
    person = Profile.objects.create(
        sandbox=prod, attributes={"a": 1}, attribute_times={"a": "2026-03-01T12:00:00.000000#1"}
    )
    Identity.objects.create(sandbox=prod, namespace="CRMID", value="g-1", profile=person, seen_at=MORNING)
    schema = Schema.objects.create(sandbox=prod, name="Guests", kind="profile", document=DOCUMENT)
    rows, anna = [b"CRMID,visits\n1,2\n2,x\n"], User.objects.get(username="anna")
    described, begun = (prepare(schema, "guests.csv", rows, by=anna, most=10**6) for _ in range(2))
    BackgroundTask.objects.filter(pk=begun.pk).update(state="open", bad_lines=1)
    BadLine.objects.create(task=begun, number=3, reason="The number of its values is 1 instead of 2.")
    tasks = "journeyorch/backgroundtask/"
    return [
        f"datasources/profile/{person.pk}/change/", f"datasources/profile/{person.pk}/privacy/",
        "datasources/profile/import/", f"datasources/profile/import/{described.pk}/",
        tasks, f"{tasks}{begun.pk}/change/", "journeyorch/erasure/",
    ]  # fmt: skip

"""Everything of a person in one file; and after an erasure, nothing anywhere."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.contact.lists import begin_export as begin_export_of_list
from actions.contact.models import Suppression
from actions.contact.suppression import Addressee, Entry, load_suppressions, suppress
from actions.models import Action, ContactCount, Delivery, Feedback
from datasources.models import (
    ExperienceEvent,
    FetchCache,
    Identity,
    Profile,
    Schema,
    Segment,
    SegmentMembership,
)
from datasources.platform.profiles.privacy import subject_of
from events.models import EventKey, Quarantined, ReceivedEvent
from journeyorch import bulk
from journeyorch.access.models import AuditEntry, Sandbox, User
from journeyorch.background.files import read_from
from journeyorch.background.models import BackgroundTask, StoredFile
from journeyorch.background.running import work
from journeyorch.background.tasks import kind_title
from journeyorch.privacy import work as privacy_work
from journeyorch.privacy.models import Erasure
from journeyorch.privacy.work import begin_erasure, begin_export
from journeys.engine.lanes import LostLease, lane_of, lease
from journeys.engine.wave import run_wave
from journeys.models import Call, Entrance, Instance, JourneyVersion, LaneInput, LastTrigger, StepEvent
from tests.journeys.together import on_postgresql
from tests.journeys.world import act

CANARY, MAIL = "canary-0815-4711", "canary.bird@example.com"
OTHER = "somebody-else-1"


@pytest.fixture
def lived(world):
    """Two people with traces in every store."""
    Schema.objects.update(feeds_profiles=True)
    condition = '#{ExperiencePlatform.ProfileFieldGroup.nickname} == "x"'
    segment = Segment.objects.create(sandbox=world.sandbox, name="All", expression=condition)
    Action.objects.create(sandbox=world.sandbox, name="Ping", url="https://ping.example/")
    world.journey(
        "lobby",
        lobby=act("event", "call", event="Lobby"),
        call=act("custom_action", "hold", action="Ping"),
        hold=act("wait", duration="P1D"),
    )
    for person, mail in ((CANARY, MAIL), (OTHER, "other@example.com")):
        identities = {"CRMID": [{"id": person, "primary": True}], "Email": [{"id": mail}]}
        world.send("Lobby", person, identityMap=identities)
        world.send("Lobby", person, page=f"https://shop.example/{person}")  # discarded: already inside
    world.run()
    for person, mail in ((CANARY, MAIL), (OTHER, "other@example.com")):
        _scatter(world, segment, person, mail)
    return world


def _scatter(world, segment, person: str, mail: str) -> None:
    """What the run above does not leave."""
    profile = Identity.objects.get(value=person).profile
    Profile.objects.filter(pk=profile.pk).update(attributes={"personalEmail": {"address": mail.upper()}})
    SegmentMembership.objects.get_or_create(
        segment=segment, profile=profile, defaults={"status": "realized", "changed_at": world.now}
    )
    message, times = uuid.uuid4(), {"created_at": world.now, "updated_at": world.now}
    suppress([Entry(Addressee(world.sandbox.pk, "email", mail), "manual", detail=mail)], world.now)
    ContactCount.objects.create(
        sandbox=world.sandbox, scope=0, recipient=f"profile:{profile.pk}", expires_at=world.now
    )
    Delivery.objects.create(
        sandbox=world.sandbox, message_id=message, kind="email", address=mail.upper(), detail=mail, **times
    )
    Feedback.objects.create(
        message_id=message, kind="clicked", at=world.now, received_at=world.now, detail=person
    )
    bad = world.send("Unheard", person, note="not routed")
    Quarantined.objects.create(
        received_event=bad, sandbox=world.sandbox, code="invalid", message="why", at=world.now
    )
    world.send("Lobby", person, escaped=True)  # waits to be routed
    EventKey.objects.create(inlet=world.inlet, key=f"order-{person}-1", day=world.now.date())
    FetchCache.objects.create(
        sandbox=world.sandbox, key=f"k{person[:3]}", data=json.dumps({"guest": person}), expires_at=world.now
    )
    LaneInput.objects.create(
        lane_id=lane_of(world.sandbox.pk, "CRMID", person), kind=LaneInput.Kind.EVENT, namespace="CRMID",
        person_id=person, reference=bad.pk, detail='{"events": []}', occurred_at=world.now,
    )  # fmt: skip
    nameless = world.send("Lobby", "7", whose="only the step says")
    ReceivedEvent.objects.filter(pk=nameless.pk).update(routed=True)
    StepEvent.objects.create(
        version=JourneyVersion.objects.get(), sequence=0, activity="", status=StepEvent.Status.DISCARDED,
        path="noKey", at=world.now, entered_at=world.now, received_event_id=nameless.pk, namespace="CRMID",
        person_id=person,
    )  # fmt: skip
    user = User.objects.create_user(f"tester{person[:3]}")
    LastTrigger.objects.create(user=user, event=world.events["Lobby"], person=person, payload={"a": person})


def work_off() -> None:
    """All batches, those that wait for a second look included."""
    while BackgroundTask.objects.open().exists():
        BackgroundTask.objects.update(not_before=bulk.database_now() - timedelta(seconds=1))
        assert work(owner="test")


def tables_with(*texts: str) -> set[str]:
    """The tables in which a dump of the database would show one of the texts."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT * FROM {table}")
            dump = repr([[_plain(value) for value in row] for row in cursor.fetchall()]).lower()
            if any(text.lower() in dump for text in texts):
                found.add(model.__name__)
    return found


def _plain(value) -> object:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else value


STORES = {
    "Delivery", "EventKey", "ExperienceEvent", "Feedback", "FetchCache", "Identity", "Instance", "Entrance",
    "LaneInput", "LastTrigger", "Profile", "ReceivedEvent", "StepEvent", "Call", "Suppression",
}  # fmt: skip


# Tables that grow with the number of people and of what they do.
LARGE = (
    "actions_delivery", "actions_feedback", "actions_linkclick", "actions_mirrorpage", "actions_contactcount",
    "actions_suppression", "datasources_profile", "datasources_identity", "datasources_experienceevent",
    "datasources_segmentmembership", "datasources_fetchcache", "events_receivedevent", "events_eventkey",
    "journeys_instance", "journeys_entrance", "journeys_stepevent", "journeys_call", "journeys_laneinput",
)  # fmt: skip


def plans_of(statements):
    """As for tables that nobody has analyzed, whatever the server has happened to do meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(LARGE)} CASCADE")
        for sql in statements:
            cursor.execute(f"EXPLAIN {sql}")
            yield "\n".join(row[0] for row in cursor.fetchall())
        transaction.set_rollback(True)


@on_postgresql
def test_no_large_table_is_read_from_end_to_end(lived):
    """Also while it is small (journeyorch/bulk/statements.py)."""
    assert {model._meta.db_table for model in apps.get_models()} >= set(LARGE)
    with CaptureQueriesContext(connection) as asked:
        begin_export(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
        work_off()
        begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
        work_off()
    looks = {one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")}
    steps, tables = "\n".join(plans_of(sorted(looks))), "|".join(LARGE)
    assert not re.findall(rf"Seq Scan on ({tables})\b.*", steps)
    # Every walk through an index has somewhere to begin and to end.
    assert not re.findall(rf"Index (?:Only )?Scan .*on ({tables})\b.*\n(?!\s*Index Cond)", steps)


def test_after_an_erasure_the_person_is_found_nowhere_and_others_are_untouched(lived):
    assert tables_with(CANARY, MAIL) >= STORES
    before = {model: model.objects.count() for model in COUNTED}
    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
    work_off()
    assert tables_with(CANARY, MAIL) == set()
    assert BackgroundTask.objects.get().state == BackgroundTask.State.DONE
    for model in COUNTED:
        assert model.objects.count() * 2 == before[model], model
    assert tables_with(OTHER, "other@example.com") >= STORES
    still_suppressed = Addressee(lived.sandbox.pk, "email", MAIL)
    assert load_suppressions([still_suppressed]) == {still_suppressed: {"manual"}}


COUNTED = [
    Call, ContactCount, Delivery, Entrance, EventKey, ExperienceEvent, Feedback, FetchCache, Identity,
    Instance, LaneInput, LastTrigger, Profile, Quarantined, ReceivedEvent, SegmentMembership, StepEvent,
]  # fmt: skip


def test_files_with_the_suppression_list_go_with_somebody_who_is_on_it(lived):
    begin_export_of_list(lived.sandbox, by=None)
    work_off()
    assert tables_with(MAIL) & {"StoredPiece"}

    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", "nobody-0815")), by=None)
    work_off()
    assert StoredFile.objects.exists(), "it was somebody else"

    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
    work_off()
    assert tables_with(CANARY, MAIL) == set()
    assert not StoredFile.objects.exists()


def test_an_address_that_was_entered_by_hand_is_in_no_log(lived, admin_client):
    form = {"sandbox": lived.sandbox.pk, "kind": "sms", "address": "+4915100815", "detail": ""}
    assert admin_client.post(reverse("admin:actions_suppression_add"), form).status_code == 302
    entry = Suppression.objects.get(kind="sms")
    delete = reverse("admin:actions_suppression_delete", args=[entry.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 302

    assert not Suppression.objects.filter(kind="sms").exists()
    assert tables_with("4915100815") == set()
    assert [one.verb for one in AuditEntry.objects.order_by("pk")][-2:] == ["created", "deleted"]


def test_that_it_took_place_is_recorded_and_found_by_the_identity(lived, client):
    boss = User.objects.create_superuser("boss", password="x")
    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=boss)
    work_off()
    record = Erasure.objects.get()
    assert (record.by, record.by_name) == (boss, "boss")
    assert record.finished_at is not None
    assert record.rows["journeys"] > 3
    client.force_login(boss)
    for term, there in (
        (f"CRMID:{CANARY}", True),
        (f"Email: {MAIL.upper()}", True),
        (f"CRMID:{OTHER}", False),
    ):
        page = client.get("/admin/journeyorch/erasure/", {"q": term})
        assert (f"Erasure {record.pk}" in page.content.decode()) is there
    assert client.get(f"/admin/journeyorch/erasure/{record.pk}/change/").status_code == 200


def test_what_somebody_writes_once_more_is_found_by_the_next_look(lived, monkeypatch):
    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
    real, passes = privacy_work._new_pass, []

    def new_pass(subject, *, number, counts=None):
        passes.append(number)
        if number == 2:
            lived.send("Lobby", CANARY)
            lived.drain()
        return real(subject, number=number, counts=counts)

    monkeypatch.setattr(privacy_work, "_new_pass", new_pass)
    work_off()
    assert passes == [1, 2, 3]
    assert tables_with(CANARY, MAIL) == set()


def test_a_wave_that_had_the_person_in_hand_writes_nothing(lived):
    lane = lane_of(lived.sandbox.pk, "CRMID", CANARY)
    (leased,) = lease([lane], owner="slow", now=lived.now)
    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
    work_off()
    with pytest.raises(LostLease):
        run_wave(lived.sandbox.pk, [leased], now=lived.now)
    assert tables_with(CANARY, MAIL) == set()


def test_an_export_holds_everything_in_one_file(lived):
    task = begin_export(subject_of(lived.sandbox.pk, ("Email", MAIL.upper())), by=None)
    work_off()
    task.refresh_from_db()
    text = b"".join(read_from(task.file_id, 0)).decode()
    found = json.loads(text)
    assert OTHER not in text
    assert {"namespace": "CRMID", "id": CANARY} in found["person"]
    counts = {name: len(items) for name, items in found.items() if isinstance(items, list)}
    assert counts.pop("provenance", 0) >= 0
    assert counts == {
        "person": 2, "instances": 1, "entrances": 1, "steps": 1, "deliveries": 1, "receivedEvents": 4,
        "experienceEvents": 2, "identities": 2, "profiles": 1, "segments": 1, "suppressions": 1,
        "countedMessages": 1,
    }  # fmt: skip
    assert found["instances"][0]["journey"] == "Trial"
    assert {"lobby", "call"} <= {one["activity"] for one in found["instances"][0]["steps"]}
    assert found["deliveries"][0]["feedback"][0]["kind"] == "clicked"
    assert [one["quarantine"]["code"] for one in found["receivedEvents"] if "quarantine" in one] == [
        "invalid"
    ]


def test_an_erasure_takes_exports_of_the_person_along_and_no_others(lived):
    for person in (CANARY, OTHER):
        begin_export(subject_of(lived.sandbox.pk, ("CRMID", person)), by=None)
    work_off()
    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
    work_off()
    assert tables_with(CANARY, MAIL) == set()
    assert StoredFile.objects.count() == 1


def test_somebody_without_a_profile_is_erased_too(world):
    world.journey("lobby", lobby=act("event", "hold", event="Lobby"), hold=act("wait", duration="P1D"))
    world.send("Lobby", CANARY)
    world.run()
    assert not Profile.objects.exists()
    assert Instance.objects.exists()
    begin_erasure(subject_of(world.sandbox.pk, ("CRMID", CANARY)), by=None)
    work_off()
    assert tables_with(CANARY) == set()


def test_the_command_exports_and_erases(lived, tmp_path, monkeypatch):
    monkeypatch.setattr(privacy_work, "AGAIN_AFTER", timedelta(0))
    output, out = tmp_path / "person.json", StringIO()
    call_command("person", "export", f"CRMID:{CANARY}", output=output, stdout=out)
    assert json.loads(output.read_text())["identities"]
    call_command("person", "erase", f"CRMID:{CANARY}", yes=True, stdout=out)
    assert tables_with(CANARY, MAIL) == set()


def test_what_a_router_quarantined_of_an_erased_event_goes_too(lived):
    Quarantined.objects.create(
        received_event_id=10**9, sandbox=lived.sandbox, code="invalid", message="late", at=lived.now
    )
    begin_erasure(subject_of(lived.sandbox.pk, ("CRMID", CANARY)), by=None)
    work_off()
    assert not Quarantined.objects.filter(received_event_id=10**9).exists()
    assert Quarantined.objects.exists()  # somebody else's


# --- The page -------------------------------------------------------------------------------------

PAGE = "/admin/datasources/profile/privacy/"


@pytest.fixture
def officer(lived, client):
    user = User.objects.create_user("officer", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_profile", "delete_profile"]))
    user.sandboxes.add(lived.sandbox)
    client.force_login(user)
    return user


def ask(client, lived, value: str = CANARY, namespace: str = "CRMID", **more):
    data = {"sandbox": lived.sandbox.pk, "namespace": namespace, "value": value, **more}
    return client.post(PAGE, data, follow=True)


def test_somebody_is_found_and_erased_only_when_confirmed(client, officer, lived):
    assert f"Email:{MAIL}" in ask(client, lived).content.decode()
    assert b"Nothing was erased" in ask(client, lived, _erase="1").content
    assert b"Nothing was erased" in ask(client, lived, _erase="1", confirmed="yes").content
    assert not BackgroundTask.objects.exists()
    assert ask(client, lived, _erase="1", confirmed=CANARY).status_code == 200
    task = BackgroundTask.objects.get()
    assert task.by == officer
    assert AuditEntry.objects.get(verb="began").label == kind_title(task)
    work_off()
    assert tables_with(CANARY, MAIL) == set()


def test_an_export_is_begun_and_downloaded(client, officer, lived):
    page = ask(client, lived, _export="1")
    work_off()
    address = page.redirect_chain[-1][0].replace("change/", "download/")
    assert CANARY in b"".join(client.get(address).streaming_content).decode()


def test_the_page_of_a_person_fills_the_form(client, officer, lived):
    profile = Identity.objects.get(value=CANARY).profile
    page = client.get(f"/admin/datasources/profile/{profile.pk}/privacy/").content.decode()
    assert CANARY in page or MAIL in page
    assert client.get("/admin/datasources/profile/999999/privacy/").status_code == 200


@pytest.mark.parametrize(
    "values", [{"namespace": "Unheard"}, {"value": ""}, {"value": "x" * 600}, {"sandbox": "0"}]
)
def test_what_is_no_identity_is_refused(client, officer, lived, values):
    assert b"errorlist" in ask(client, lived, **values).content


def test_without_the_permission_nobody_is_found_exported_or_erased(client, officer, lived):
    officer.user_permissions.set(Permission.objects.filter(codename="view_profile"))
    assert ask(client, lived, _erase="1", confirmed=CANARY).status_code == 403
    officer.user_permissions.clear()
    assert ask(client, lived).status_code == 403
    officer.user_permissions.set(Permission.objects.filter(codename="delete_profile"))
    officer.sandboxes.set([Sandbox.objects.create(name="other", title="Other")])
    assert b"errorlist" in ask(client, lived, _erase="1", confirmed=CANARY).content
    assert not BackgroundTask.objects.exists()

"""A reset makes a sandbox as it was when it was new, and harms no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from events.models import Inlet
from journeyorch import bulk
from journeyorch.access.models import AuditEntry, Sandbox, User
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from journeyorch.background.tasks import begin, cancel
from journeyorch.resetting import contents as found
from journeyorch.resetting import work as resetting
from journeyorch.resetting.beginning import NotResettable, begin_reset
from journeys.engine.calls import make_calls_once
from journeys.engine.drain import drain_once
from journeys.engine.lanes import LostLease, ensure_lanes, lease
from journeys.engine.wave import run_wave
from journeys.models import Journey, JourneyVersion, Lane
from tests.filling import fill, rows_of
from tests.journeys.world import World, act

State = BackgroundTask.State
#: Tables of the whole installation: nothing in them belongs to one sandbox.
INSTALLATION = {
    "access.Credential", "access.GroupOffer", "access.Preference", "access.RecoveryCode", "access.Sandbox",
    "access.SecondFactor", "access.SignOnAccount", "access.User", "admin.LogEntry", "auth.Group",
    "auth.Permission", "axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessFailureLog",
    "axes.AccessLog", "contenttypes.ContentType", "django_q.OrmQ", "django_q.Schedule", "django_q.Task",
    "journeyorch.Resident", "journeyorch.Supervisor", "sessions.Session",
    # Of each client, for a day; of each endpoint, by a name or a hash.
    "journeyorch.AnsweredRequest", "outbound.AuthToken", "outbound.CallTally", "outbound.CapWindow",
    "outbound.ConnectionPermit",
}  # fmt: skip
STAYING = {"access.AuditEntry", "journeyorch.Erasure", "journeys.Lane", "journeys.RouterLease"}


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    made = Sandbox.objects.create(name="playground", title="Playground")
    ensure_lanes(made.pk)
    return made


@pytest.fixture
def enter(db: None) -> Callable[..., Client]:
    def enter(*permissions: str, sandbox: Sandbox) -> Client:
        user = User.objects.create_user("resetter", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        user.sandboxes.set([sandbox])
        client = Client()
        client.force_login(user)
        return client

    return enter


def work_off() -> None:
    """All pieces, the second look included."""
    while BackgroundTask.objects.open().filter(kind=resetting.RESET).exists():
        BackgroundTask.objects.update(not_before=bulk.database_now() - timedelta(seconds=1))
        assert work(owner="test")


def test_every_table_is_emptied_or_stays_or_is_the_installations() -> None:
    emptied = {content.model._meta.label for content in found.contents()}
    staying = {model._meta.label for model in apps.get_models() if found.is_staying(model)}
    everything = {model._meta.label for model in apps.get_models() if not model._meta.proxy}
    assert staying == STAYING
    assert everything - emptied - staying == INSTALLATION


def test_everything_in_the_sandbox_goes_and_nothing_in_its_neighbour(sandbox: Sandbox) -> None:
    neighbour = Sandbox.objects.create(name="neighbour", title="Neighbour")
    for each in (sandbox, neighbour):
        fill(each)
    before = rows_of(neighbour)
    assert set(rows_of(sandbox).values()) == {1}
    entries = AuditEntry.objects.filter(sandbox=sandbox).count()

    task = begin_reset(sandbox, by=None)
    work_off()

    assert set(rows_of(sandbox).values()) == {0}
    assert rows_of(neighbour) == before
    task.refresh_from_db()
    # The open task of the sandbox was ended and went, too.
    assert (task.state, task.done, task.total) == (State.DONE, len(before), len(before))
    began, reset = AuditEntry.objects.filter(sandbox=sandbox).order_by("pk")[entries:]
    assert (began.verb, reset.verb, reset.label) == ("began", "reset", "Playground")
    assert reset.changes == {name: [1, 0] for name in before}


def test_a_reset_sandbox_can_be_worked_in_at_once(world: World) -> None:
    journey = {"lobby": act("event", "hold", event="Lobby"), "hold": act("wait", duration="P1D")}
    world.journey("lobby", **journey)
    world.send("Lobby", "7")
    world.drain()
    Sandbox.objects.update(kind="development")
    begin_reset(world.sandbox, by=None)
    work_off()
    assert not Journey.objects.exists()

    again = World()
    again.journey("lobby", **journey)
    again.send("Lobby", "7")
    again.drain()
    assert again.instance("7").position


def test_pieces_that_fail_are_done_again_by_whoever_comes_next(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in range(3):
        Inlet.objects.create(sandbox=sandbox, key=f"k{each}", name=f"Door {each}", schema=_schema(sandbox))
    fill(sandbox)
    monkeypatch.setattr(resetting, "MOST_DELETED", 2)
    monkeypatch.setattr(resetting, "MOST_LOOKED_AT", 3)
    delete, failing = resetting._delete, {"journeys.instance", "events.inlet", "datasources.schema"}

    def delete_and_die(content: Any, keys: list[Any]) -> None:
        delete(content, keys)
        if content.name in failing:
            failing.remove(content.name)
            raise RuntimeError("The worker died before the commit.")

    monkeypatch.setattr(resetting, "_delete", delete_and_die)
    held = sum(rows_of(sandbox).values())
    task = begin_reset(sandbox, by=None)
    work_off()
    task.refresh_from_db()
    assert (task.state, task.done) == (State.DONE, held)
    assert set(rows_of(sandbox).values()) == {0}


def _schema(sandbox: Sandbox) -> Any:
    schemas = apps.get_model("datasources.Schema").objects
    return schemas.get_or_create(sandbox=sandbox, name="S", defaults={"kind": "event", "document": {}})[0]


def test_what_is_under_way_in_the_sandbox_is_not_written_any_more(world: World) -> None:
    world.journey(
        "lobby",
        lobby=act("event", "call", event="Lobby"),
        call=act("custom_action", "hold", action=_action(world).name),
        hold=act("wait", duration="P1D"),
    )
    world.send("Lobby", "7")
    drain_once(world.sandbox.pk)  # routes, and asks for the call
    world.send("Lobby", "8")
    lanes = list(Lane.objects.filter(sandbox=world.sandbox).values_list("pk", flat=True))
    leases = lease(lanes, owner="one", now=bulk.database_now())
    Sandbox.objects.update(kind="development")
    begin_reset(world.sandbox, by=None)

    with pytest.raises(LostLease):
        run_wave(world.sandbox.pk, leases, now=bulk.database_now())
    assert drain_once(world.sandbox.pk) == 0
    make_calls_once()
    assert world.recorder.sent == []
    assert set(JourneyVersion.objects.values_list("status", flat=True)) == {"stopped"}


def _action(world: World) -> Any:
    return apps.get_model("actions.Action").objects.create(
        sandbox=world.sandbox, name="Ping", url="https://ping.example/"
    )


def test_long_work_in_the_sandbox_ends_and_the_reset_itself_is_not_to_be_cancelled(sandbox: Sandbox) -> None:
    other = begin("export_person", sandbox=sandbox, by=None, title="Export", spec={"subject": {}})
    task = begin_reset(sandbox, by=None)
    other.refresh_from_db()
    assert (other.state, other.spec) == (State.CANCELLED, {})
    assert not cancel(task)
    assert begin_reset(sandbox, by=None) == task


def test_a_reset_that_failed_goes_on_when_it_is_asked_for_again(sandbox: Sandbox) -> None:
    fill(sandbox)
    failed = begin_reset(sandbox, by=None)
    BackgroundTask.objects.filter(pk=failed.pk).update(state=State.FAILED)
    since = Sandbox.objects.get(pk=sandbox.pk).reset_since
    task = begin_reset(sandbox, by=None)
    assert task != failed
    assert Sandbox.objects.get(pk=sandbox.pk).reset_since == since
    work_off()
    assert Sandbox.objects.get(pk=sandbox.pk).reset_since is None
    assert set(rows_of(sandbox).values()) == {0}


def test_one_of_production_is_not_reset(db: None) -> None:
    with pytest.raises(NotResettable):
        begin_reset(Sandbox.objects.get(name="prod"), by=None)
    assert not BackgroundTask.objects.exists()


def test_the_page_tells_what_will_go_and_wants_the_name(
    sandbox: Sandbox, enter: Callable[..., Client]
) -> None:
    fill(sandbox)
    page = reverse("admin:access_sandbox_reset", args=[sandbox.pk])
    client = enter("reset_sandbox", "change_journey", "change_sandbox", sandbox=sandbox)
    assert page in client.get(reverse("admin:access_sandbox_change", args=[sandbox.pk])).text
    shown = client.get(page)
    assert "Message templates" in shown.text
    refused = client.post(page, {"confirmed": "another"})
    assert "Nothing was deleted" in refused.text
    assert not BackgroundTask.objects.open().filter(kind=resetting.RESET).exists()

    under_way = client.post(page, {"confirmed": "playground"}, follow=True)
    assert "data-renew" in under_way.text
    assert "Playground (being reset)" in under_way.text
    assert client.get(reverse("admin:access_sandbox_reset_progress", args=[sandbox.pk])).status_code == 200
    saved = client.post(reverse("journey-create"), {"name": "New"})
    assert (saved.status_code, saved["Retry-After"]) == (503, "30")
    assert "being reset" in saved.text
    # What belongs to no sandbox goes on, its pages too.
    assert client.post(reverse("set-language"), {"language": "en"}).status_code < 400


def test_the_page_is_for_who_may_reset(sandbox: Sandbox, enter: Callable[..., Client]) -> None:
    client = enter("change_sandbox", sandbox=sandbox)
    page = reverse("admin:access_sandbox_reset", args=[sandbox.pk])
    assert client.get(page).status_code == 403
    assert page not in client.get(reverse("admin:access_sandbox_change", args=[sandbox.pk])).text
    assert client.post("/api/v1/sandboxes/playground/reset", {"name": "playground"}).status_code == 403


def test_the_api_resets_and_tells_how_far_it_is(sandbox: Sandbox, enter: Callable[..., Client]) -> None:
    client = enter("reset_sandbox", "change_journey", "view_journey", sandbox=sandbox)
    Journey.objects.create(sandbox=sandbox, name="J")
    address = "/api/v1/sandboxes/playground/reset"

    def post(path: str, body: Any) -> Any:
        return client.post(path, orjson.dumps(body), content_type="application/json")

    assert client.get(address).json() == {
        "task": None, "items": [{"kind": "journeys.journey", "count": 1, "atLeast": False}]
    }  # fmt: skip
    assert post(address, {"name": "prod"}).status_code == 422
    begun = post(address, {"name": "playground"})
    assert begun.status_code == 202
    assert post(address, {"name": "playground"}).json()["id"] == begun.json()["id"]
    refused = post("/api/v1/journeys", {"name": "New"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    work_off()
    assert client.get(address).json()["task"]["state"] == "done"
    assert client.get("/api/v1/journeys").json()["items"] == []
    Sandbox.objects.update(kind="production")
    assert post(address, {"name": "playground"}).status_code == 409


def test_the_command_resets_without_workers(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    Journey.objects.create(sandbox=sandbox, name="J")
    monkeypatch.setattr(resetting, "AGAIN_AFTER", timedelta(0))
    monkeypatch.setattr("builtins.input", lambda asked: "no")
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was deleted"):
        call_command("reset_sandbox", "playground", stdout=out)
    assert "Journeys: 1" in out.getvalue()
    call_command("reset_sandbox", "playground", "--yes", stdout=StringIO())
    assert not Journey.objects.exists()
    for name, said in (("nowhere", "no such"), ("prod", "production")):
        with pytest.raises(CommandError, match=said):
            call_command("reset_sandbox", name, "--yes")

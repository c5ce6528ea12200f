"""The audit log: who did what, with the values before and after, and nothing secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from actions.models import Action, CampaignInstance, Suppression
from datasources.models import Namespace
from events.models import Event
from journeyorch.access import audit
from journeyorch.access.acting import SYSTEM, Actor, acting, actor
from journeyorch.access.admin.audited import AuditedAdmin
from journeyorch.access.audit_words import verb_in_words
from journeyorch.access.looked_at import LookedAt
from journeyorch.access.models import Audited, AuditEntry, Sandbox, User
from journeys import firing, publishing
from journeys.reports.steps.exported import record_export
from tests.journeys.world import World, act

pytestmark = pytest.mark.django_db

ANNA, BERT = Actor("anna"), Actor("bert", "Robot")


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox.objects.get(name="prod")


def lines() -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = AuditEntry.objects.order_by("pk")
    return [(row.actor, row.verb, row.label, row.changes) for row in rows]


def namespace(sandbox: Sandbox) -> Namespace:
    with acting(ANNA):
        return Namespace.objects.create(sandbox=sandbox, code="Card", name="Card", kind="crossDevice")


def test_created_changed_deleted(sandbox: Sandbox) -> None:
    made = namespace(sandbox)
    with acting(BERT):
        made.name = "Loyalty card"
        made.save()
        made.save()  # nothing is different: no line
        made.delete()
    assert lines() == [
        ("anna", "created", "Card", {}),
        ("bert", "changed", "Loyalty card (Card)", {"name": ["Card", "Loyalty card"]}),
        ("bert", "deleted", "Loyalty card (Card)", {}),
    ]
    assert {row.credential for row in AuditEntry.objects.filter(actor="bert")} == {"Robot"}


def test_who_works_on_one_thing_for_a_while_has_made_one_change(sandbox: Sandbox) -> None:
    made = namespace(sandbox)
    with acting(BERT):
        for name in ("One", "Two", "Three"):
            made.name = name
            made.save()
    with acting(ANNA):
        made.name = "Four"
        made.save()
    assert [line[3] for line in lines()[1:]] == [{"name": ["Card", "Three"]}, {"name": ["Three", "Four"]}]


def test_what_was_taken_back_is_no_change(sandbox: Sandbox) -> None:
    made = namespace(sandbox)
    with acting(BERT):
        for name in ("One", "Card"):
            made.name = name
            made.save()
    assert lines()[-1][3] == {}


def test_what_is_rolled_back_has_not_happened(sandbox: Sandbox) -> None:
    from django.db import transaction

    def fail() -> None:
        with transaction.atomic():
            namespace(sandbox)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert lines() == []


def test_secrets_are_named_and_not_shown(sandbox: Sandbox) -> None:
    row = Action.objects.create(sandbox=sandbox, name="Tell", url="https://a.example/", auth={})
    row.auth = {"type": "basic", "password": {"secret": "gAAAA-sealed"}}
    row.save()
    changes = lines()[-1][3]
    assert changes == {"auth": [{}, {"type": "basic", "password": "…"}]}

    instance = CampaignInstance.objects.create(sandbox=sandbox, name="Shop", key={"value": "first"})
    instance.key = {"value": "second"}
    instance.save()
    assert lines()[-1][3] == {"key": ["…", "another"]}


def test_what_is_too_long_to_be_read_is_only_named() -> None:
    changes = audit.shown({"document": [{}, {"x": "y" * 5000}], "name": ["a", "b"]})
    assert changes == {"document": [{}, {"x": "…"}], "name": ["a", "b"]}
    assert audit.shown({"rows": [[], [{"x": "y" * 90} for _ in range(90)]]}) == {"rows": [[], "…"]}


def test_the_life_of_a_journey_is_told_in_its_own_words(sandbox: Sandbox) -> None:
    world = World()
    user = User.objects.create_user("anna")
    with acting(ANNA):
        version = world.journey(
            "entry", name="Welcome", entry=act("event", "end", event="Lobby"), end=act("end")
        )
        publishing.close(version, by=user)
        publishing.stop(version, by=user)
    verbs = [row.verb for row in AuditEntry.objects.filter(kind="journeys.journeyversion").order_by("pk")]
    assert [verb for verb in verbs if verb != "changed"] == ["created", "published", "closed", "stopped"]


def test_an_administrators_pages_write_lines(admin_client: Client, sandbox: Sandbox) -> None:
    who = User.objects.get().username
    admin_client.post(
        reverse("admin:access_sandbox_change", args=[sandbox.pk]),
        {"title": "Hotel", "kind": "production", "time_zone": "UTC", "groups": [Group.objects.first().pk]},
    )
    admin_client.post(reverse("admin:auth_group_add"), {"name": "Night shift", "permissions": []})
    found = lines()
    assert [line[:3] for line in found] == [
        (who, "changed", "Hotel"),
        (who, "created", "Night shift"),
    ]
    assert found[0][3]["title"][1] == "Hotel"
    assert found[0][3]["groups"] == [[], [str(Group.objects.first())]]


def test_a_password_is_never_in_the_log(admin_client: Client) -> None:
    sent = {"username": "zoe", "password1": "not-a-real-one-1", "password2": "not-a-real-one-1"}
    admin_client.post(reverse("admin:access_user_add"), {**sent, "usable_password": "true"})
    assert "zoe" in str(lines())
    assert "not-a-real-one" not in str(lines())


def test_the_log_is_looked_at_and_never_changed(admin_client: Client, sandbox: Sandbox) -> None:
    made = namespace(sandbox)
    with acting(BERT):
        made.name = "<b>Loyalty</b>"
        made.save()
    other = Sandbox.objects.create(name="other", title="Other")
    Namespace.objects.create(sandbox=other, code="Secret", name="Secret", kind="email")
    page = admin_client.get(reverse("admin:access_auditentry_changelist")).text
    assert "bert" in page
    assert "Secret" not in page, "that is another sandbox's"
    entry = AuditEntry.objects.get(verb="changed")
    address = reverse("admin:access_auditentry_change", args=[entry.pk])
    detail = admin_client.get(address).text
    assert "&lt;b&gt;Loyalty" in detail
    assert admin_client.post(address, {"actor": "nobody"}).status_code == 403
    assert admin_client.post(address.replace("change", "delete")).status_code == 403


def test_nobody_acts_between_two_requests() -> None:
    assert actor() == SYSTEM
    with acting(ANNA):
        assert actor() == ANNA
    assert actor() == SYSTEM


def test_the_suppression_list_is_told_of_without_addresses(sandbox: Sandbox) -> None:
    with acting(ANNA):
        entry = Suppression.objects.create(sandbox=sandbox, kind="email", address="bo@example.com")
        entry.delete()
    told = [(who, verb) for who, verb, _label, _changes in lines()]
    assert told == [("anna", "created"), ("anna", "deleted")]
    assert "bo@example" not in str(lines())


def test_exports_and_fired_events_are_told_of(sandbox: Sandbox) -> None:
    World()
    event = Event.objects.get(name="Lobby")
    AuditEntry.objects.all().delete()
    with acting(ANNA):
        record_export(sandbox)
        firing.fire(event, entity=firing.for_person(event, {}, "anna"), now=timezone.now())
    told = [(verb, label) for _who, verb, label, _changes in lines() if verb != "created"]
    assert told == [("exported", "Step events"), ("fired", "Lobby")]
    assert AuditEntry.objects.get(verb="exported").sandbox == sandbox


def test_the_log_is_read_over_the_api_page_by_page(admin_client: Client, sandbox: Sandbox) -> None:
    for number in range(3):
        with acting(ANNA if number else BERT):
            Namespace.objects.create(sandbox=sandbox, code=f"C{number}", name="Card", kind="email")
    elsewhere = Sandbox.objects.create(name="other", title="Other")
    Namespace.objects.create(sandbox=elsewhere, code="Secret", name="Secret", kind="email")

    def told(**query: Any) -> tuple[list[str], int | None]:
        answer = admin_client.get("/api/v1/audit-log", query).json()
        return [entry["label"] for entry in answer["items"]], answer["next"]

    first, following = told(limit=2, kind="datasources.namespace")
    assert first == ["Card (C2)", "Card (C1)"]
    assert told(limit=2, after=following) == (["Card (C0)"], None)
    assert told(actor="bert", verb="created") == (["Card (C0)"], None)
    assert told(until="2020-01-01T00:00:00Z") == ([], None)
    assert Client().get("/api/v1/audit-log").status_code == 401


def test_whatever_people_change_in_the_admin_is_told_of() -> None:
    """By the model's base or by its page; what only the product writes is looked at there."""
    silent = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if not issubclass(model, Audited) and not isinstance(page, (AuditedAdmin, LookedAt))
    }
    assert silent == {
        "actions.Suppression",  # tells of itself, without addresses
        "datasources.Profile",  # people: what is written of them is told where it is written
        "datasources.Record",
        "events.Quarantined",  # its verbs tell
        "outbound.Breaker",  # likewise
    }


def test_verbs_are_said_in_the_readers_language() -> None:
    with translation.override("de"):
        assert [verb_in_words(verb) for verb in ("published", "tried again", "unheard of")] == [
            "veröffentlicht",
            "erneut versucht",
            "unheard of",
        ]


def test_an_entry_and_the_counts_of_filters_are_said_in_the_readers_language(
    admin_client: Client, sandbox: Sandbox
) -> None:
    with acting(ANNA):
        Namespace.objects.create(sandbox=sandbox, code="C", name="Card", kind="email")

    page = admin_client.get(
        "/admin/access/auditentry/", {"_facets": "True"}, HTTP_ACCEPT_LANGUAGE="de"
    ).content.decode()

    assert "Namensraum (1)" in page
    assert "angelegt (1)" in page
    with translation.override("de"):
        assert str(AuditEntry.objects.get()) == "anna: Card (C) angelegt"

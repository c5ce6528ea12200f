"""The suppression list, consents and deliveries over the API."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from actions.contact.models import Suppression
from actions.models import Delivery, Feedback
from datasources.models import Identity, Profile
from journeyorch.access.models import AuditEntry, Sandbox
from journeyorch.background.running import work
from tests.journeys.views.conftest import login, sandbox

__all__ = ["login", "sandbox"]

LIST, CONSENTS, DELIVERIES = "/api/v1/suppressions", "/api/v1/consents", "/api/v1/deliveries"
ADA = {"namespace": "CRMID", "id": "ada-1"}


@pytest.fixture
def clerk(login: Any) -> Client:
    return login(
        "view_suppression", "add_suppression", "delete_suppression", "view_delivery", "view_profile",
        "change_profile",
    )  # fmt: skip


@pytest.fixture
def ada(sandbox: Sandbox) -> Profile:
    attributes = {"personalEmail": {"address": "ada@example.com"}, "consents": {"collect": {"val": "y"}}}
    profile = Profile.objects.create(sandbox=sandbox, attributes=attributes)
    now = timezone.now()
    Identity.objects.create(sandbox=sandbox, namespace="CRMID", value="ada-1", profile=profile, seen_at=now)
    return profile


def add(client: Client, **body: Any) -> Any:
    return client.post(LIST, body, content_type="application/json")


def test_an_address_is_put_on_the_list_found_and_taken_off(clerk: Client, sandbox: Sandbox) -> None:
    made = add(clerk, kind="email", address=" Ada@example.com ", detail="asked by letter")
    assert made.status_code == 201
    assert (made.json()["reason"], made.json()["address"]) == ("manual", "Ada@example.com")
    assert add(clerk, kind="email", address="ada@example.com").status_code == 409
    found = clerk.get(LIST, {"address": "ADA@example.com", "reason": "manual"}).json()
    assert [one["id"] for one in found["items"]] == [made.json()["id"]]
    assert clerk.get(LIST, {"address": "bob@example.com"}).json()["items"] == []
    assert clerk.delete(f"{LIST}/{made.json()['id']}").status_code == 204
    assert not Suppression.objects.exists()
    told = AuditEntry.objects.filter(kind="actions.suppression").order_by("pk")
    assert [one.verb for one in told] == ["created", "deleted"]
    assert "ada@example" not in str(list(told.values())).lower()


def test_what_is_no_address_is_refused(clerk: Client, login: Any) -> None:
    refused = add(clerk, kind="email", address="nobody")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/address"
    assert add(clerk, kind="fax", address="1").status_code == 422
    assert clerk.get(LIST, {"kind": "fax"}).status_code == 400
    looker = login("view_suppression", "view_profile")
    assert looker.get(LIST).status_code == 200
    assert add(looker, kind="email", address="a@example.com").status_code == 403


def test_entries_of_another_sandbox_are_not_there(clerk: Client) -> None:
    other = Sandbox.objects.create(name="other", title="Other")
    theirs = Suppression.objects.create(sandbox=other, kind="email", address="a@example.com")
    assert clerk.get(LIST).json()["items"] == []
    assert clerk.get(f"{LIST}/{theirs.pk}").status_code == 404
    assert clerk.delete(f"{LIST}/{theirs.pk}").status_code == 404


def test_the_list_comes_from_a_file_and_goes_into_one(clerk: Client, login: Any) -> None:
    body = {"kind": "email", "text": "ada@example.com\nnobody\n"}
    begun = clerk.post(f"{LIST}/import", body, content_type="application/json")
    assert begun.status_code == 202, begun.content
    exported = clerk.post(f"{LIST}/export").json()["id"]
    while work(owner="test"):
        pass
    done = clerk.get(f"/api/v1/tasks/{begun.json()['id']}").json()
    assert (done["state"], done["badLines"], done["result"]) == ("done", 1, {"addresses": 1})
    file = clerk.get(f"/api/v1/tasks/{exported}/file")
    assert b"ada@example.com,email,manual" in b"".join(file.streaming_content)  # type: ignore[attr-defined]
    no_csv = {"kind": "email", "text": '{"address": "ada@example.com"}'}
    refused = clerk.post(f"{LIST}/import", no_csv, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/text")
    looker = login("view_suppression")
    assert looker.post(f"{LIST}/import", body, content_type="application/json").status_code == 403
    assert looker.post(f"{LIST}/export").status_code == 403, "it tells people apart"


def write(client: Client, *path: str, answer: str = "n", **more: Any) -> Any:
    body = {**ADA, "reason": "by letter", "answers": [{"path": path, "answer": answer}], **more}
    return client.post(CONSENTS, body, content_type="application/json")


def test_a_no_is_written_and_read(clerk: Client, ada: Profile) -> None:
    before = {tuple(one["path"]): one["answer"] for one in clerk.get(CONSENTS, ADA).json()["items"]}
    assert (before["collect",], before["marketing", "email"]) == ("y", "")
    after = write(clerk, "marketing", "email").json()["items"]
    email = next(one for one in after if one["path"] == ["marketing", "email"])
    assert (email["answer"], email["reason"], email["source"]) == ("n", "by letter", "edit")
    assert [one.address for one in Suppression.objects.all()] == ["ada@example.com"]


def test_a_consent_that_is_none_and_a_person_who_is_nobody(clerk: Client, ada: Profile, login: Any) -> None:
    refused = write(clerk, "marketing", "pigeon")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/answers/0/path"
    assert write(clerk, "collect", reason=" ").status_code == 422
    assert clerk.get(CONSENTS, {**ADA, "id": "nobody"}).status_code == 404
    assert write(login("view_profile"), "collect").status_code == 403
    Identity.objects.update(sandbox=Sandbox.objects.create(name="other", title="Other"))
    assert clerk.get(CONSENTS, ADA).status_code == 404


def test_a_delivery_tells_its_history(clerk: Client, sandbox: Sandbox, login: Any) -> None:
    now, message = timezone.now(), uuid.uuid4()
    shared = {"sandbox": sandbox, "kind": "email", "created_at": now, "updated_at": now}
    Delivery.objects.create(message_id=message, address="a@x.org", status="bounced", **shared)
    Delivery.objects.create(message_id=uuid.uuid4(), address="b@x.org", status="sent", **shared)
    for kind in ("sent", "bounced"):
        Feedback.objects.create(message_id=message, kind=kind, at=now, received_at=now)
    listed = clerk.get(DELIVERIES, {"status": "bounced", "address": "a@x.org"}).json()["items"]
    assert [one["message"] for one in listed] == [str(message)]
    first = clerk.get(DELIVERIES, {"limit": 1}).json()
    second = clerk.get(DELIVERIES, {"limit": 1, "after": first["next"]}).json()
    assert (first["items"][0]["address"], second["items"][0]["address"]) == ("b@x.org", "a@x.org")
    told = clerk.get(f"{DELIVERIES}/{message}").json()
    assert [one["status"] for one in told["history"]] == ["sent", "bounced"]
    assert login("view_delivery").get(DELIVERIES).status_code == 403
    Delivery.objects.update(sandbox=Sandbox.objects.create(name="other", title="Other"))
    assert clerk.get(f"{DELIVERIES}/{message}").status_code == 404

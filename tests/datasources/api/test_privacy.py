"""A person's export and erasure over the API: begun, followed, and confirmed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from datasources.models import Identity, Profile
from journeyorch.access.models import Sandbox
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from journeyorch.privacy.models import Erasure
from tests.journeys.views.conftest import login, sandbox

__all__ = ["login", "sandbox"]

EXPORT, ERASE = "/api/v1/people/export", "/api/v1/people/erase"
ERASURES = "/api/v1/erasures"
ZOE = {"namespace": "CRMID", "id": "zoe-7141"}


@pytest.fixture
def clerk(login: Any) -> Client:
    return login("view_profile", "delete_profile")


@pytest.fixture
def zoe(sandbox: Sandbox) -> Profile:
    profile = Profile.objects.create(sandbox=sandbox, attributes={"person": {"name": {"firstName": "Zoe"}}})
    now = timezone.now()
    Identity.objects.create(
        sandbox=sandbox, namespace="CRMID", value="zoe-7141", profile=profile, seen_at=now
    )
    return profile


def begin(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def test_an_export_is_begun_followed_and_fetched(clerk: Client, zoe: Profile) -> None:
    begun = begin(clerk, EXPORT, **ZOE)
    assert (begun.status_code, begun.json()["state"]) == (202, "open")
    address = f"/api/v1/tasks/{begun.json()['id']}"
    while clerk.get(address).json()["state"] == "open":
        assert work(owner="test")
    assert clerk.get(address).json()["hasFile"]
    file = orjson.loads(b"".join(clerk.get(f"{address}/file")))  # type: ignore[call-overload]
    assert file["person"] == [{"namespace": "CRMID", "id": "zoe-7141"}]
    assert "Zoe" in str(file)


def test_an_erasure_is_confirmed_by_the_id(clerk: Client, zoe: Profile) -> None:
    refused = begin(clerk, ERASE, **ZOE, confirmed="zoe")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/confirmed"
    assert not Erasure.objects.exists()
    assert begin(clerk, ERASE, **ZOE, confirmed="zoe-7141").status_code == 202
    work(owner="test")
    assert Erasure.objects.get().by is not None
    assert BackgroundTask.objects.get().kind == "erase_person"


def test_whether_somebody_was_erased_can_be_asked(clerk: Client, zoe: Profile, login: Any) -> None:
    begin(clerk, ERASE, **ZOE, confirmed="zoe-7141")
    (told,) = clerk.get(ERASURES).json()["items"]
    assert (told["by"], told["finishedAt"], told["rows"]) == (Erasure.objects.get().by_name, None, {})
    assert "zoe-7141" not in str(told)
    assert len(clerk.get(ERASURES, {**ZOE, "id": "ZOE-7141 "}).json()["items"]) == 1
    assert clerk.get(ERASURES, {**ZOE, "id": "bob"}).json()["items"] == []
    assert clerk.get(ERASURES, {"id": "bob"}).status_code == 400
    assert login("view_profile").get(ERASURES).status_code == 403
    Erasure.objects.update(sandbox=Sandbox.objects.create(name="other", title="Other"))
    assert clerk.get(ERASURES).json()["items"] == []


def test_who_cannot_be_and_who_may_not(clerk: Client, login: Any) -> None:
    unknown = begin(clerk, EXPORT, namespace="Nothing", id="7")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/namespace")
    assert begin(clerk, EXPORT, namespace="CRMID").status_code == 422
    assert begin(login("view_profile"), ERASE, **ZOE, confirmed="zoe-7141").status_code == 403
    assert begin(login("view_journey"), EXPORT, **ZOE).status_code == 403
    elsewhere = clerk.post(
        EXPORT, ZOE, content_type="application/json", headers={"x-sandbox-name": "elsewhere"}
    )
    assert elsewhere.status_code == 404

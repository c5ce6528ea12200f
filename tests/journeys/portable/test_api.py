"""Every kind of configuration over the REST API: made, read, listed, replaced, deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, CampaignInstance, Channel
from datasources.models import DataSource
from journeyorch.access.models import AuditEntry, Sandbox, User
from journeyorch.outbound.secrets import is_sealed
from journeyorch.portable.kind import kinds
from tests.journeys.portable.documents import SAMPLES, SECRETS, Sample, with_secrets

pytestmark = pytest.mark.django_db


class Api:
    """A client that speaks JSON."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def __call__(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        text = "" if body is None else json.dumps(body)
        return self.client.generic(
            method, address, text, content_type="application/json", headers=headers or None
        )


@pytest.fixture
def api(db: None) -> Api:
    return Api(User.objects.create_superuser("anna"))


@pytest.fixture
def everything(api: Api) -> None:
    for sample in SAMPLES:
        answer = api("POST", sample.address, with_secrets(sample.document))
        assert answer.status_code == 201, answer.text


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [flaw["pointer"] for flaw in answer.json()["errors"]]


def test_there_is_a_sample_of_every_kind() -> None:
    plain = [kind.name for kind in kinds().values() if kind.has_plain_addresses]
    assert plain == [sample.kind for sample in SAMPLES]


def test_documents_are_made_listed_and_read_as_they_were_written(api: Api, everything: None) -> None:
    for sample in SAMPLES:
        read = api("GET", sample.one)
        assert read.status_code == 200, sample.kind
        assert read.json()["document"] == sample.document, sample.kind
        assert api("GET", sample.address).json()["items"] == [read.json()], sample.kind
        assert api("POST", sample.address, with_secrets(sample.document)).status_code == 409, sample.kind


def test_what_is_put_twice_is_the_same_and_keeps_its_secrets(api: Api, everything: None) -> None:
    for sample in SAMPLES:
        before = api("GET", sample.one)
        again = api("PUT", sample.one, sample.document, **{"If-Match": before["ETag"]})
        assert again.status_code == 200, again.text
        assert again["ETag"] == before["ETag"], sample.kind
        changed = api("PUT", sample.one, {**sample.document, **sample.change})
        assert changed.status_code == 200, changed.text
        assert changed.json()["document"] == _without_empty({**sample.document, **sample.change}), sample.kind
        late = api("PUT", sample.one, sample.document, **{"If-Match": before["ETag"]})
        assert late.status_code == 412, sample.kind
    assert is_sealed(DataSource.objects.get().auth["password"])
    assert is_sealed(Channel.objects.get().config["password"])
    assert is_sealed(Action.objects.get(name="Taxi").signing)
    assert is_sealed(CampaignInstance.objects.get().key["value"])


def test_a_body_that_was_lost_makes_nothing_its_default(api: Api, everything: None) -> None:
    for sample in SAMPLES:
        before = api("GET", sample.one)
        for address in (sample.one, f"{sample.address}/new"):
            answer = api("PUT", address)
            assert answer.status_code == 400, sample.kind
            assert "The body is empty" in answer.json()["detail"]
        assert api("GET", sample.one)["ETag"] == before["ETag"]
        assert api("GET", f"{sample.address}/new").status_code == 404


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value != []}


def test_a_wrong_value_is_refused_at_its_place_and_nothing_is_stored(api: Api, everything: None) -> None:
    for sample in SAMPLES:
        field, value, place = sample.wrong
        before = api("GET", sample.one).content
        assert place in pointers(api("PUT", sample.one, {**sample.document, field: value})), sample.kind
        assert pointers(api("PUT", sample.one, {**sample.document, "unknown": 1})) == ["/unknown"]
        assert api("GET", sample.one).content == before, sample.kind


def test_templates_of_campaign_are_called_where_their_instance_is(api: Api, everything: None) -> None:
    moved = next(sample for sample in SAMPLES if sample.kind == "campaign_instances")
    api("PUT", moved.one, {**moved.document, "api": "mcChain"})
    url = Action.objects.get(name="Welcome").url
    assert url == "https://mc.adobe.io/hotel/campaign/mcChain/EVTwelcome"


def test_what_is_used_stays_until_nobody_uses_it(api: Api, everything: None) -> None:
    refused = api("DELETE", "/api/v1/schemas/Stay")
    assert refused.status_code == 409
    assert "Arrived" in refused.json()["detail"]
    for sample in reversed(SAMPLES):
        gone = api("DELETE", sample.one)
        assert gone.status_code == 204, gone.text
        assert api("GET", sample.one).status_code == 404


def test_no_secret_is_ever_answered_or_logged(api: Api, everything: None) -> None:
    for sample in SAMPLES:
        told = api("GET", sample.one).text
        assert not any(secret in told for secret in SECRETS.values())
    logged = json.dumps(list(AuditEntry.objects.values("changes", "label")))
    assert not any(secret in logged for secret in SECRETS.values())
    assert AuditEntry.objects.filter(verb="created", actor="anna").count() >= len(SAMPLES)


def test_another_sandbox_sees_nothing_of_it(api: Api, everything: None) -> None:
    Sandbox.objects.create(name="other")
    for sample in SAMPLES:
        elsewhere = {"x-sandbox-name": "other"}
        assert api("GET", sample.address, **elsewhere).json()["items"] == []
        assert api("GET", sample.one, **elsewhere).status_code == 404
        assert api("DELETE", sample.one, **elsewhere).status_code == 404


@pytest.mark.parametrize("sample", SAMPLES[:3], ids=lambda sample: sample.kind)
def test_who_may_only_look_changes_nothing(sample: Sample, db: None) -> None:
    looking = User.objects.create_user("otto")
    looking.sandboxes.set(Sandbox.objects.all())
    api = Api(looking)
    assert api("GET", sample.address).status_code == 403
    for method, address in (("POST", sample.address), ("PUT", sample.one), ("DELETE", sample.one)):
        assert api(method, address, sample.document).status_code == 403


def test_lists_have_pages_a_search_and_filters(api: Api) -> None:
    for number in range(5):
        kind = "cookie" if number % 2 else "email"
        document = {"code": f"Code{number}", "name": f"Name {number}", "kind": kind}
        assert api("PUT", f"/api/v1/namespaces/Code{number}", document).status_code == 201

    def codes(query: str) -> tuple[list[str], str | None]:
        found = api("GET", f"/api/v1/namespaces?{query}").json()
        return [one["document"]["code"] for one in found["items"]], found["next"]

    assert codes("limit=2") == (["Code0", "Code1"], "Code1")
    assert codes("limit=2&after=Code3") == (["Code4"], None)
    assert codes("kind=cookie") == (["Code1", "Code3"], None)
    assert codes("search=code4") == (["Code4"], None)
    assert api("GET", "/api/v1/namespaces?kind=none").status_code == 400
    assert api("GET", "/api/v1/namespaces?limit=0").status_code == 400


def test_a_name_can_be_changed_by_putting_another_one_at_the_old_address(api: Api, everything: None) -> None:
    old = next(sample for sample in SAMPLES if sample.kind == "events")
    answer = api("PUT", old.one, {**old.document, "name": "CameIn"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["document"]["condition"] == '@{CameIn._hotel.stay.room} == "12"'
    assert api("GET", old.one).status_code == 404

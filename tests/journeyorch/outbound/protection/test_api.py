"""Caps and throttles over HTTP, as clients of the APIs that they know would use them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from journeyorch.access.models import Sandbox, User
from journeyorch.outbound.models import CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection import lifecycle
from tests.events.bad_inputs import load

pytestmark = pytest.mark.django_db
CAPS, THROTTLES = "/authoring/endpointConfigs", "/authoring/throttlingConfigs"
RATING = {"maxCallsCount": 500, "periodInMs": 1000}
CAP = {
    "url": "https://api.example.org/data/*",
    "methods": ["GET"],
    "services": {"dataSource": {"maxHttpConnections": 10, "rating": RATING}},
}
THROTTLE = {"urlPattern": "https://api.example.org/data/*", "methods": ["POST"], "maxThroughput": 4000}


@pytest.fixture
def api(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("anna"))
    return client


def send(api: Client, address: str, body: Any = None, *, method: str = "post") -> Any:
    text = "" if body is None else json.dumps(body)
    return api.generic(method.upper(), address, text, content_type="application/json")


def created(api: Client, address: str = CAPS, body: Any = CAP) -> str:
    answer = send(api, address, body)
    assert answer.status_code == 201, answer.text
    return f"{address}/{answer.json()['uid']}"


def code_of(answer: Any) -> Any:
    body = answer.json()
    assert set(body) == {"status", "error", "requestId"}
    assert body["status"] == answer.status_code
    return json.loads(body["error"])["code"]


def without(body: Any, name: str) -> Any:
    return {key: value for key, value in body.items() if key != name}


def rated(**rating: Any) -> Any:
    return {**CAP, "services": {"action": {"maxHttpConnections": 1, "rating": {**RATING, **rating}}}}


@pytest.mark.parametrize(
    ("address", "body", "codes"),
    [
        (CAPS, CAP, []),
        (CAPS, {}, ["ERR_ENDPOINTCONFIG_100", "ERR_ENDPOINTCONFIG_103", "ERR_ENDPOINTCONFIG_104"]),
        (CAPS, {**CAP, "url": "api.example.org"}, ["ERR_ENDPOINTCONFIG_101"]),
        (CAPS, {**CAP, "url": "https://*.example.org/"}, ["ERR_ENDPOINTCONFIG_102"]),
        (CAPS, {**CAP, "methods": ["LOOK"]}, ["ERR_ENDPOINTCONFIG_103"]),
        (CAPS, {**CAP, "services": {"action": {"maxHttpConnections": 1}}}, ["ERR_ENDPOINTCONFIG_104"]),
        (CAPS, rated(maxCallsCount=0), ["ERR_ENDPOINTCONFIG_107"]),
        (CAPS, rated(periodInMs=None), ["ERR_ENDPOINTCONFIG_108"]),
        (CAPS, rated(periodInMs=10**12), ["ERR_ENDPOINTCONFIG_108"]),
        (CAPS, {**CAP, "services": {"mail": {"rating": RATING}}}, ["ERR_AUTHORING_ENDPOINTCONFIG_1"]),
        (THROTTLES, THROTTLE, []),
        (THROTTLES, {}, ["ERR_THROTTLING_CONFIG_100"] * 3),
        (THROTTLES, {**THROTTLE, "maxThroughput": 199}, ["ERR_THROTTLING_CONFIG_101"]),
        (THROTTLES, {**THROTTLE, "maxThroughput": 5001}, ["ERR_THROTTLING_CONFIG_101"]),
        (THROTTLES, {**THROTTLE, "urlPattern": "x"}, ["ERR_THROTTLING_CONFIG_104"]),
        (THROTTLES, {**THROTTLE, "urlPattern": "https://a.b:*/"}, ["ERR_THROTTLING_CONFIG_105"]),
    ],
)
def test_what_cannot_be_deployed_is_saved_and_says_why(
    api: Client, address: str, body: Any, codes: list[str]
) -> None:
    one = created(api, address, body)

    checked = send(api, f"{one}/canDeploy").json()
    deployed = send(api, f"{one}/deploy")

    assert [error["code"] for error in checked.get("errors", [])] == codes
    assert checked["validationStatus"] == ("error" if codes else "ok")
    assert deployed.status_code == (400 if codes else 200)
    assert not codes or code_of(deployed) == codes[0]


@pytest.mark.parametrize(
    ("address", "body", "code"),
    [
        (CAPS, {**CAP, "url": 5}, "ERR_ENDPOINTCONFIG_111"),
        (CAPS, {**CAP, "period": 5}, "ERR_ENDPOINTCONFIG_111"),
        (CAPS, rated(maxCallsCount="5"), "ERR_ENDPOINTCONFIG_111"),
        (CAPS, {**CAP, "services": {"action": {"maxHttpConnections": 401}}}, "ERR_ENDPOINTCONFIG_111"),
        (CAPS, [], "ERR_ENDPOINTCONFIG_111"),
        (CAPS, {**CAP, "url": "x" * 2001}, "ERR_ENDPOINTCONFIG_111"),
        (CAPS, None, "ERR_ENDPOINTCONFIG_112"),
        (THROTTLES, {**THROTTLE, "maxThroughput": 2.5}, "ERR_THROTTLING_CONFIG_106"),
        (THROTTLES, {**THROTTLE, "maxThroughput": 2**40}, "ERR_THROTTLING_CONFIG_106"),
        (THROTTLES, None, "ERR_THROTTLING_CONFIG_106"),
    ],
)
def test_a_body_of_another_form_saves_nothing(api: Client, address: str, body: Any, code: str) -> None:
    assert code_of(send(api, address, body)) == code
    assert not CappingConfig.objects.exists()
    assert not ThrottlingConfig.objects.exists()


@pytest.mark.parametrize("bad", load(), ids=lambda one: one.name)
def test_no_body_is_a_fault_of_ours(api: Client, bad: Any) -> None:
    """An empty object is a configuration that nobody has filled in yet."""
    for address in (CAPS, THROTTLES):
        answer = api.post(address, bad.body, content_type=bad.media_type)
        if bad.body != b"{}":
            assert 400 <= answer.status_code < 500
        assert answer.status_code == 201 or code_of(answer)


@pytest.mark.parametrize(("address", "body"), [(CAPS, CAP), (THROTTLES, THROTTLE)])
def test_the_life_of_a_configuration(api: Client, address: str, body: Any) -> None:
    one = created(api, address, body)
    name = address.rpartition("/")[2]
    assert [row["uid"] for row in send(api, f"/authoring/list/{name}").json()["results"]] == [one[-36:]]
    assert code_of(send(api, f"{one}/undeploy")) == 14468
    assert send(api, f"{one}/deploy").json()["deployedElement"]["state"] == "deployed"
    assert code_of(send(api, f"{one}/deploy")) == 14466
    assert code_of(send(api, one, method="delete")) == 1456

    undeployed = send(api, f"{one}/undeploy").json()["undeployedElement"]
    assert (undeployed["state"], undeployed["hasBeenDeployed"]) == ("updated", True)
    assert undeployed["metadata"]["lastDeployedBy"] == "anna"
    send(api, f"{one}/deploy")
    assert send(api, f"{one}?forceDelete=true", method="delete").json()["resStatus"] == "deleted"

    assert code_of(send(api, one, method="get")) == 14467
    assert send(api, f"/authoring/list/{name}").json() == {"results": []}


def test_a_deployed_cap_keeps_its_terms_and_a_deployed_throttle_changes_at_once(api: Client) -> None:
    cap, throttle = created(api), created(api, THROTTLES, THROTTLE)
    for one in (cap, throttle):
        send(api, f"{one}/deploy")
    changed = send(api, cap, {**CAP, "methods": ["PUT"]}, method="put").json()["updatedElement"]
    assert (changed["state"], changed["methods"]) == ("updated", ["PUT"])
    assert CappingConfig.objects.get().deployed == CAP

    answer = send(api, throttle, {**THROTTLE, "maxThroughput": 300}, method="put").json()
    assert (answer["updatedElement"]["state"], answer["canDeploy"]) == (
        "deployed",
        {"validationStatus": "ok"},
    )
    refused = send(api, throttle, {**THROTTLE, "maxThroughput": 3}, method="put")
    assert code_of(refused) == "ERR_THROTTLING_CONFIG_101"
    assert ThrottlingConfig.objects.get().max_throughput == 300


@pytest.mark.parametrize("uid", ["x", "0" * 36, "6d1cc8a6-6f3a-4b61-9b3c-4ad61a5f4b0e", "%00"])
def test_unknown_ids_are_404(api: Client, uid: str) -> None:
    for verb in ("", "/canDeploy", "/deploy", "/undeploy"):
        answer = send(api, f"{CAPS}/{uid}{verb}", method="post" if verb else "get")
        assert (answer.status_code, code_of(answer)) == (404, 14467)


def test_each_verb_needs_its_permission_and_other_sandboxes_are_closed(client: Client) -> None:
    prod = Sandbox.objects.get(name="prod")
    config = lifecycle.save(CappingConfig(sandbox=prod, **CAP), by=None, now=timezone.now())
    one = f"{CAPS}/{config.uid}"
    asked = [("get", one), ("put", one), ("delete", one), ("post", f"{one}/deploy"), ("post", CAPS)]
    answers = [send(client, address, CAP, method=method) for method, address in asked]
    assert {answer.status_code for answer in answers} == {401}
    user = User.objects.create_user("tess")
    user.sandboxes.set([prod])
    user.user_permissions.set(_permissions("view_cappingconfig"))
    client.force_login(user)
    answers = [send(client, address, CAP, method=method) for method, address in asked]
    assert [answer.status_code for answer in answers] == [200, 403, 403, 403, 403]

    for name in ("elsewhere", "unheard", "a\x00"):
        Sandbox.objects.get_or_create(name="elsewhere", title="Elsewhere")
        answer = client.get(one, headers={"x-sandbox-name": name})
        assert (answer.status_code, code_of(answer)) == (404, 404)


def _permissions(codename: str) -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="outbound", codename=codename)

"""Requests of real clients, as a logging server caught them, are answered with success and become valid XDM.

What is replaced: the server's own prefixes, and the keys, which were made up.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from datasources.models import Schema
from datasources.platform.schemas.library import compose
from events.catalog import catalog_of
from events.loading import load_entities, load_raw
from events.models import Inlet, ReceivedEvent
from events.routing import route
from tests.events.seed import KEY

# By the beginning of their paths: what is cut off, and how the clients showed their key.
CAUGHT: Mapping[str, tuple[str, str]] = {
    "/segment/": ("/segment", "basic"), "/segnode/": ("/segnode", "basic"), "/seg/": ("/seg", "basic"),
    "/seg-cdn/": ("/seg-cdn", ""), "/rudder/": ("/rudder", "basic"), "/rud-cfg/": ("/rud-cfg", "basic"),
    "/ruddernode/": ("/ruddernode", "basic"), "/rudjs/": ("/rudjs", "basic"), "/df/": ("/df", "basic"),
    "/ph/": ("/ph", ""), "/phnode/": ("/phnode", ""), "/api/v1/customers/": ("", "site"), "/ee/": ("", ""),
    "/com.snowplowanalytics.snowplow/": ("", ""),
    "/ce/": ("/ce", "bearer"), "/cenode/": ("/cenode", "bearer"),
}  # fmt: skip
# Not a client of ours: an API that we call.
OTHER = "/tw/"
SHOWN = {
    "": {},
    "basic": {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()},
    "site": {"Authorization": "Basic " + base64.b64encode(f"SITE:{KEY}".encode()).decode()},
    "bearer": {"Authorization": f"Bearer {KEY}"},
}
MADE_UP = ('"WKEY"', '"phc_KEY"', '"aid": "app"', '"aid": "web"')
OURS = {"content-type", "authorization", "transfer-encoding", "content-encoding", "origin"}


@pytest.fixture
def inlet(inlet: Inlet) -> Inlet:
    for kind, field, groups in (
        ("event", "schema", ("commerce", "web", "device", "environment", "placeContext")),
        ("profile", "profile_schema", ("person", "contact", "preferences", "consents")),
    ):
        document = compose(kind, groups, id=f"urn:{kind}")
        schema = Schema.objects.create(
            sandbox=inlet.sandbox, name=kind, kind=kind, tenant="acme", document=document
        )
        setattr(inlet, field, schema)
    inlet.save()
    return inlet


@pytest.mark.django_db
def test_requests_of_real_clients_are_accepted_and_become_valid_xdm(
    client: Client, inlet: Inlet, shared_data: Path
) -> None:
    lines = (shared_data / "wire" / "captured-requests.jsonl").read_text().splitlines()
    captured = [one for one in map(json.loads, lines) if not one["path"].startswith(OTHER)]
    for one in captured:
        answer = replay(client, one, inlet)
        assert answer.status_code in (200, 202, 204), (one["path"], answer.content)

    ids = list(ReceivedEvent.objects.order_by("id").values_list("id", flat=True))
    catalog = catalog_of(inlet.sandbox_id)
    assert [(one.id, one.problem) for one in route(load_raw(ids), catalog) if one.problem] == []
    # One CloudEvent was sent in two modes, and is received once.
    assert len(load_entities(ids, catalog)) == sum(map(events_in, captured)) - 1


def events_in(captured: Mapping[str, Any]) -> int:
    body = captured["body"]
    if captured["method"] == "GET":
        return 0
    several = next(
        (body[name] for name in ("batch", "events", "data") if isinstance(body.get(name), list)), None
    )
    return 1 if several is None else len(several)


def replay(client: Client, captured: Mapping[str, Any], inlet: Inlet) -> Any:
    prefix, shown = next(how for start, how in CAUGHT.items() if captured["path"].startswith(start))
    address = captured["path"].removeprefix(prefix).replace("ds-1234", KEY).replace("/WKEY/", f"/{KEY}/")
    if shown == "bearer":  # There the mode was the address; here the headers say it.
        address = f"/events/cloudevents/{inlet.key}"
    headers = {name: value for name, value in captured["headers"].items() if name.lower() not in OURS}
    kind = {name.lower(): value for name, value in captured["headers"].items()}.get("content-type")
    return client.generic(
        captured["method"],
        address,
        body_of(captured, headers),
        content_type=kind or "application/json",
        headers=headers | SHOWN[shown],
    )


def body_of(captured: Mapping[str, Any], headers: dict[str, str]) -> bytes:
    """With our key, packed as it was."""
    if captured["body"] is None:
        return b""
    text = json.dumps(captured["body"])
    for made_up in MADE_UP:
        name, colon, _ = made_up.rpartition(": ")
        text = text.replace(made_up, f'{name}{colon}"{KEY}"')
    if not captured["gzipped"]:
        return text.encode()
    headers["Content-Encoding"] = "gzip"
    return gzip.compress(text.encode())

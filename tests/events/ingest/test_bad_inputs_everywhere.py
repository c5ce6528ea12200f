"""The table of bad inputs against an address of every protocol, in the form of its messages."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from events.catalog import catalog_of
from events.loading import load_raw
from events.models import EventKey, Inlet, ReceivedEvent
from events.protocols import adapters
from events.routing import route
from journeyorch.strict_json import MAX_DEPTH
from tests.events import bad_inputs
from tests.events.seed import KEY

# The stricter one: it refuses what the other stores, such as NUL.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database("postgres")]

ADDRESSES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "addresses.json").read_text().replace("KEY", KEY)
)
CASES = bad_inputs.load()
_SHOWN = {
    "bearer": {"Authorization": f"Bearer {KEY}"},
    # The key as the user and as the password: some protocols look for it here, some there.
    "basic": {"Authorization": "Basic " + base64.b64encode(f"{KEY}:{KEY}".encode()).decode()},
    "body": {},
    "query": {},
}


def test_every_protocol_is_in_the_table() -> None:
    assert {row["protocol"] for row in ADDRESSES.values()} == {adapter.name for adapter in adapters()}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_decent_message_is_taken(client: Client, inlet: Inlet, address: str) -> None:
    """Otherwise the others could be refused for something else than what is bad in them."""
    entity = '"u"' if "snowplow" in address else '{"a": 1}'
    message = ADDRESSES[address]["message"].replace("%s", entity)
    if "set-consent" in address:
        message = message.replace(entity, '{"collect": {"val": "y"}}')
    sent = send(client, address, message.encode())
    assert sent.status_code < 300, sent.content
    assert ReceivedEvent.objects.count() == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_bad_is_refused_and_leaves_nothing(client: Client, inlet: Inlet, address: str) -> None:
    # What the clients of a protocol really send, although others may not.
    decent = ADDRESSES[address].get("takes", ())
    taken = []
    for case in CASES:
        body = case.within(ADDRESSES[address]["message"])
        answer = send(client, address, body, media_type=case.media_type, **case.headers)
        assert answer.status_code < 500, case.name
        if not (ReceivedEvent.objects.exists() or EventKey.objects.exists()):
            continue
        if answer.status_code >= 400 or not (case.is_decent or case.name in decent):
            taken.append((case.name, answer.status_code))
        # What another protocol may take is understood or quarantined later; it breaks nothing.
        route(load_raw(ReceivedEvent.objects.values_list("pk", flat=True)), catalog_of(inlet.sandbox_id))
        ReceivedEvent.objects.all().delete()
        EventKey.objects.all().delete()
    assert not taken


@pytest.mark.parametrize("query", ["", "syncValidation=true"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_deepest_that_can_be_read_is_stored_and_understood_or_refused(
    client: Client, inlet: Inlet, address: str, query: str
) -> None:
    """Protocols put what came inside something else, and it is deeper then."""
    assert inlet.schema_id is None, "what is stored waits for somebody to give the inlet a schema"
    where = f"{address}{'&' if '?' in address else '?'}{query}"
    taken = []
    for depth in range(MAX_DEPTH - 12, MAX_DEPTH + 2):
        body = ADDRESSES[address]["message"] % ('{"a": ' * depth + "1" + "}" * depth)
        answer = send(client, where, body.encode(), row=ADDRESSES[address])
        assert answer.status_code < 500, depth
        route(load_raw(ReceivedEvent.objects.values_list("pk", flat=True)), catalog_of(inlet.sandbox_id))
        taken.append(ReceivedEvent.objects.exists())
        ReceivedEvent.objects.all().delete()
        EventKey.objects.all().delete()
    # Whatever is not too deep for one is not for another that is less deep.
    assert taken == sorted(taken, reverse=True)


def send(
    client: Client, address: str, body: bytes, *, media_type: str = "", row: Any = None, **headers: str
) -> Any:
    row = row or ADDRESSES[address]
    if media_type in ("", "application/json"):
        media_type = row.get("media_type", "application/json")
    return client.post(address, body, content_type=media_type, headers=_SHOWN[row["shows"]] | headers)

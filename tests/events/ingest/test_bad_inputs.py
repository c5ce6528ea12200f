"""Bad input gives no 5xx, no half a write, and never comes back in the answer (ingestion.md, Answers)."""

from __future__ import annotations

import contextlib
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ingest.bodies import gunzip
from events.ingest.refusals import Refused
from events.models import EventKey, Inlet, ReceivedEvent
from journeyorch.strict_json import NotStrictJson, parse
from tests.events.bad_inputs import BadInput, load
from tests.events.conftest import Send, message

CASES = load()


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
def test_it_is_refused_as_a_whole(inlet: Inlet, send: Send, case: BadInput, batch: bool) -> None:
    body = case.batch_body if batch else case.body
    sent = send(body, batch=batch, media_type=case.media_type, **case.headers)
    assert sent.status == (case.batch_status if batch else case.status)
    assert not ReceivedEvent.objects.exists()
    assert not EventKey.objects.exists()


@pytest.mark.django_db
def test_a_bad_message_does_not_take_its_neighbours_with_it(inlet: Inlet, send: Send) -> None:
    sent = send({"messages": [message("a"), None, message("b"), {"body": 5}]}, batch=True)
    assert [each.get("statusCode") for each in sent.body["responses"]] == [None, 400, None, 400]
    assert ReceivedEvent.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "what",
    [
        b'{"canary": "canary", "canary": 1}',
        b'{"header": {"imsOrgId": "canary"}, "body": "canary"}',
        b'{"header": {"imsOrgId": "canary"}, "canary": {"canary": NaN}}',
        b'{"body": {"xdmEntity": {"_id": ["canary"], "timestamp": "canary"}}}',
    ],
)
def test_answers_repeat_nothing_that_was_sent(inlet: Inlet, send: Send, what: bytes) -> None:
    sent = send(what, query="?syncValidation=true&canary=canary", **{"X-Canary": "canary"})
    assert sent.status == 400
    assert "canary" not in json.dumps(sent.body) + str(sent.headers)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": 9223372036854775807, "b": -9223372036854775808}', {"a": 2**63 - 1, "b": -(2**63)}),
        (
            b'{"ecid": "38914857202846152938475610293847561029"}',
            {"ecid": "38914857202846152938475610293847561029"},
        ),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a": "\\u0022", "b": "\\""}', {"a": '"', "b": '"'}),
        (b'{"a": 0.12345678901234567890123}', {"a": 0.12345678901234567890123}),
        (b'{"a": 1e300, "\\u00e9": "\\ud83d\\ude00"}', {"a": 1e300, "é": "😀"}),
        (b'[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
        (b" 1 ", 1),
    ],
)
def test_what_only_looks_bad_is_read(text: bytes, value: object) -> None:
    assert parse(text) == value


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2]))
@settings(max_examples=200, deadline=None)
def test_every_decent_value_is_read_as_it_was_written(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == value


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=6), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_repeated_name_never_passes(pairs: list[tuple[str, int]], escaped: bool) -> None:
    names = [name for name, _ in pairs]
    spelled = [(f"\\u{ord(name):04x}" if escaped else name, value) for name, value in pairs]
    text = "{" + ", ".join(f'"{name}": {value}' for name, value in spelled) + "}"
    if len(set(names)) == len(names):
        assert parse(text.encode()) == dict(pairs)
    else:
        with pytest.raises(NotStrictJson, match="same name twice"):
            parse(text.encode())


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(NotStrictJson):
        json.dumps(parse(data))


def test_a_bomb_is_never_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(bytes(20_000_000), compresslevel=1)
    with pytest.raises(Refused) as refusal:
        gunzip(bomb, limit=1000)
    assert refusal.value.status == 413

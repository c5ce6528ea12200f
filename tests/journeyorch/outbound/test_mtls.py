"""Mutual TLS, against a local server that lets nobody in without the right certificate."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from journeyorch.outbound import auth
from journeyorch.outbound.auth_testing import can_be_tried, try_authentication
from journeyorch.outbound.client import Request
from journeyorch.outbound.stored import send_authenticated
from tests.journeyorch.outbound.certificates import Pair, self_signed
from tests.journeyorch.outbound.raw_server import http, says

ORIGIN = "https://api.example"
US = self_signed("us", days=10)
OTHER = self_signed("other")


@pytest.fixture
def server(serve, settings, tmp_path):
    """Lets in only who shows the certificate of ``US``."""
    own = self_signed("api.example")
    (tmp_path / "own.pem").write_text(own.key + own.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    context.load_verify_locations(cadata=US.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    settings.OUTBOUND_CA_BUNDLE = str(tmp_path / "own.pem")
    return serve(says(http(b"{}")), context=context)


def config(pair: Pair, origin: str = ORIGIN) -> dict:
    given = {"type": "mtls", "certificate": pair.certificate, "private_key": pair.key}
    return auth.seal_config(given, stored={}, origin=origin)


def call(server, stored: dict):
    return send_authenticated(Request("GET", server.url), stored, 5)


def test_who_shows_the_certificate_is_let_in_and_the_connection_is_kept(server):
    stored = config(US, server.url)
    assert [call(server, stored).status for _ in range(3)] == [200] * 3
    assert server.connections == 1


@pytest.mark.parametrize("pair", [OTHER, None], ids=["another certificate", "none"])
def test_who_does_not_is_not(server, pair):
    answer = call(server, config(pair, server.url) if pair else {})
    # TLS 1.3 tells only after the handshake that a certificate is not liked.
    assert answer.reason in ("tls", "cutShort")
    assert server.requests == []


def test_the_test_connects_and_asks_for_nothing_that_changes_anything(server):
    stored = config(US, server.url)
    assert can_be_tried(stored)
    assert try_authentication(stored, server.url).status == "ok"
    assert server.requests[0].startswith(b"HEAD / ")
    assert try_authentication(config(OTHER, server.url), server.url).status == "error"


def test_certificate_and_key_are_sealed_and_never_shown():
    stored = config(US)
    assert set(stored["certificate"]) == set(stored["private_key"]) == {"secret"}
    assert "BEGIN" not in json.dumps(stored)
    assert auth.load(stored, origin=ORIGIN).shown() == {}


@pytest.mark.parametrize(("after", "words"), [(0, "in 9 days"), (9, "in 0 days"), (10, "has ended")])
def test_the_end_of_the_certificate_is_told(after, words):
    moment = datetime.now(UTC) + timedelta(days=after, minutes=1)
    assert words in auth.load(config(US), origin=ORIGIN).remark(moment)


def test_a_new_certificate_needs_its_own_key():
    stored = config(US)
    renewed = {"type": "mtls", "certificate": OTHER.certificate, "private_key": ""}
    with pytest.raises(auth.AuthProblem, match="does not belong"):
        auth.seal_config(renewed, stored=stored, origin=ORIGIN)
    both = {**renewed, "private_key": OTHER.key}
    auth.load(auth.seal_config(both, stored=stored, origin=ORIGIN), origin=ORIGIN)


def locked(pair: Pair) -> str:
    key = serialization.load_pem_private_key(pair.key.encode(), password=None)
    encryption = serialization.BestAvailableEncryption(b"x")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    return pem.decode()


@pytest.mark.parametrize(
    "pair",
    [
        Pair("nonsense", US.key),
        Pair(US.certificate, "nonsense"),
        Pair(US.certificate, locked(US)),
        Pair(US.key, US.certificate),
        Pair(US.certificate[:-200], US.key),
        Pair("", ""),
        Pair("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", US.key),
    ],
)
def test_what_is_no_pair_is_refused_without_showing_it(pair):
    with pytest.raises(auth.AuthProblem) as caught:
        config(pair)
    assert "BEGIN" not in str(caught.value)

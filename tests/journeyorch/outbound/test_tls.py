"""Certificates are checked against the name in the URL, not against the address that is connected to."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from journeyorch.outbound.client import Failure, Request, Response, exchange
from journeyorch.outbound.connections import Network
from journeyorch.outbound.guard import Policy
from tests.journeyorch.outbound.certificates import self_signed
from tests.journeyorch.outbound.raw_server import http, says


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """A self-signed certificate for api.example, with its key in the same file."""
    pair = self_signed("api.example")
    path = tmp_path_factory.mktemp("tls") / "api.pem"
    path.write_text(pair.key + pair.certificate)
    return path


@pytest.fixture
def ask(serve, certificate):
    """Asks a TLS server on loopback under a name that a fake resolver leads there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = serve(says(http(b"{}")), context=context)

    def ask(host: str, trusted: ssl.SSLContext | None) -> Response | Failure:
        network = Network(resolve=lambda host, port: ["127.0.0.1"])
        policy = Policy(frozenset({f"{host}:{server.port}"}))
        request = Request("GET", f"https://{host}:{server.port}/", context=trusted)
        return exchange(request, timeout=60, policy=policy, network=network)

    ask.server = server
    return ask


@pytest.fixture
def trusted(certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def test_a_trusted_certificate_for_the_name_is_accepted_and_the_connection_kept(ask, trusted):
    answers = [ask("api.example", trusted) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
    assert ask.server.connections == 1


def test_a_certificate_for_another_name_is_refused(ask, trusted):
    answer = ask("other.example", trusted)
    assert (answer.reason, ask.server.requests) == ("tls", [])


def test_an_unknown_certificate_is_refused(ask):
    answer = ask("api.example", None)
    assert (answer.reason, answer.retryable, ask.server.requests) == ("tls", False, [])
    assert "certificate" in answer.message


def test_a_certificate_that_has_ended_is_refused(serve, tmp_path):
    ended = self_signed("api.example", days=-1)
    path = tmp_path / "ended.pem"
    path.write_text(ended.key + ended.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = serve(says(http(b"{}")), context=context)
    request = Request("GET", server.url, context=ssl.create_default_context(cafile=str(path)))
    answer = exchange(request, timeout=60)
    assert (answer.reason, server.requests) == ("tls", [])
    assert "expired" in answer.message


def test_the_operator_may_trust_other_roots(ask, certificate, settings):
    settings.OUTBOUND_CA_BUNDLE = str(certificate)
    assert ask("api.example", None).status == 200


def test_a_server_that_speaks_no_tls_is_refused(serve):
    server = serve(says(http()))
    answer = exchange(Request("GET", server.url.replace("http:", "https:")), timeout=2)
    assert answer.reason in ("tls", "timeout")

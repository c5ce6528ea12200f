from __future__ import annotations

import pytest
import requests

from journeyorch.outbound.session import guarded_session
from tests.journeyorch.outbound.raw_server import http, says


def test_a_library_with_our_session_gets_its_answers(serve):
    server = serve(says(http(b'{"ok": true}', status="201 Created", headers="X-Id: 7\r\n")))
    answer = guarded_session().post(f"{server.url}/x", json={"a": 1}, auth=("ada", "pw"), timeout=(1, 4))
    assert (answer.status_code, answer.json(), answer.headers["x-id"]) == (201, {"ok": True}, "7")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert b"Authorization: Basic" in head
    assert body == b'{"a": 1}'
    assert head.lower().count(b"content-length") == 1


def test_it_follows_no_redirect_even_when_asked_to(serve):
    inner = serve(says(http()))
    outer = serve(says(http(status="302 Found", headers=f"Location: {inner.url}/\r\n")))
    assert guarded_session().get(outer.url, allow_redirects=True).status_code == 302
    assert inner.requests == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/"])
def test_it_refuses_what_the_guard_refuses(url):
    with pytest.raises(requests.exceptions.InvalidURL):
        guarded_session().get(url)


def test_it_uses_neither_proxies_nor_stored_credentials(serve, monkeypatch, tmp_path):
    server, proxy = serve(says(http())), serve(says(http()))
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password pw")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", proxy.url)
    guarded_session().get(server.url)
    assert proxy.requests == []
    assert b"Authorization" not in server.requests[0]


def test_a_timeout_is_for_the_whole_exchange(serve):
    with pytest.raises(requests.Timeout):
        guarded_session().get(serve(lambda sock, request: None).url, timeout=0.2)

"""The catcher takes everything, shows it as text, and keeps it over a restart."""

from __future__ import annotations

import http.client
import json
import smtplib
import socket
from email.message import EmailMessage

import pytest

from journeys.demo import box as boxes
from journeys.demo.box import Box
from journeys.demo.catcher import Catcher

MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def catcher(tmp_path):
    with Catcher(path=tmp_path / "caught.jsonl") as running:
        yield running


@pytest.fixture
def ask(catcher):
    """One request on a connection of its own: (status, headers, body)."""

    def request(method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", int(catcher.url.rpartition(":")[2]), timeout=60)
        data = json.dumps(body) if isinstance(body, dict | list) else body
        connection.request(
            method, path, data, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read()
        connection.close()
        return result

    return request


@pytest.fixture
def listed(ask):
    return lambda query="": json.loads(ask("GET", f"/messages.json?{query}")[2])["messages"]


def sms(to="+49151", text="Hi", key="k-1"):
    return {"kind": "sms", "key": key, "to": to, "sender": "Hotel", "subject": "", "html": "", "text": text}


def test_messages_and_calls_are_listed_newest_first(ask, listed):
    ask("POST", "/sms", sms())
    ask("POST", "/push", {"to": "token", "subject": "News", "text": "Body"})
    ask("POST", "/email", {"to": "a@example.com", "subject": "Hello", "html": "<p>Dear &amp; <b>all</b></p>"})
    ask("PUT", "/crm/tasks?x=1", {"guest": "crm-7"})

    found = listed()

    assert [message["kind"] for message in found] == ["call", "email", "push", "sms"]
    assert [message["title"] for message in found] == ["PUT /crm/tasks?x=1", "Hello", "News", ""]
    assert [message["preview"] for message in found] == ['{"guest": "crm-7"}', "Dear & all", "Body", "Hi"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=sms", [3, 1]),
        ("to=ADA", [2]),
        ("kind=sms&to=4917", [3]),
        ("to=crm-7", [4]),
        ("since=2", [4, 3]),
        ("since=x", [4, 3, 2, 1]),
        ("kind=fax", []),
    ],
)
def test_the_list_is_filtered_by_kind_person_and_age(ask, listed, query, expected):
    ask("POST", "/sms", sms("+49151"))
    ask("POST", "/email", {"to": "Ada@example.com"})
    ask("POST", "/sms", sms("+49170"))
    ask("POST", "/tasks", {"guest": "crm-7"})
    assert [message["id"] for message in listed(query)] == expected


def test_a_key_that_came_before_is_marked_as_repeated(ask, listed):
    for key in ("a", "b", "a"):
        ask("POST", "/sms", sms(), Idempotency_Key=key)
    ask("POST", "/other", {}, Idempotency_Key="b")
    ask("POST", "/other", {})
    ask("POST", "/other", {})
    assert [message["repeated"] for message in reversed(listed())] == [False, False, True, True, False, False]


def test_a_call_is_shown_without_credentials(ask):
    ask(
        "POST", "/tasks?a=1", {"x": 1}, Authorization="Bearer canary", X_Api_Key="canary", Idempotency_Key="k"
    )
    _, _, body = ask("GET", "/messages/1.json")
    headers = dict(json.loads(body)["headers"])
    assert b"canary" not in body + ask("GET", "/messages/1")[2]
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("hidden", "k")


@pytest.mark.parametrize("path", ["/email", "/sms", "/push", "/x"])
def test_markup_in_what_is_caught_stays_text(ask, path):
    fields = dict.fromkeys(("to", "sender", "subject", "text"), MARKUP)
    ask("POST", path, fields, Idempotency_Key=MARKUP)
    _, headers, page = ask("GET", "/messages/1")
    assert b"<script>alert" not in page
    assert b"alert(1)" in page
    assert "'unsafe" not in headers["Content-Security-Policy"]


def test_the_email_itself_is_shut_in(ask):
    ask("POST", "/email", {"to": "a@example.com", "subject": "x", "html": MARKUP})
    _, _, page = ask("GET", "/messages/1")
    _, headers, mail = ask("GET", "/messages/1/html")
    assert mail.decode().endswith(MARKUP)
    shut_in = "sandbox allow-popups allow-popups-to-escape-sandbox"
    assert headers["Content-Security-Policy"].startswith(f"{shut_in}; default-src 'none'")
    assert b'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert b"alert" not in page


def test_an_email_keeps_its_doctype_in_front(ask):
    ask("POST", "/email", {"to": "a@example.com", "html": "<!DOCTYPE html><p>x</p>"})
    assert ask("GET", "/messages/1/html")[2] == b'<!DOCTYPE html><base target="_blank"><p>x</p>'


def test_an_unchanged_list_is_not_sent_again(ask):
    ask("POST", "/sms", sms())
    _, headers, _ = ask("GET", "/messages.json")
    status, _, body = ask("GET", "/messages.json", If_None_Match=headers["ETag"])
    assert (status, body) == (304, b"")
    ask("POST", "/sms", sms())
    assert ask("GET", "/messages.json", If_None_Match=headers["ETag"])[0] == 200


def test_clearing_empties_the_list_and_is_seen(ask, listed):
    ask("POST", "/sms", sms())
    tag = ask("GET", "/messages.json")[1]["ETag"]
    assert ask("DELETE", "/messages.json")[0] == 204
    assert ask("GET", "/messages.json", If_None_Match=tag)[0] == 200
    assert listed() == []
    assert ask("GET", "/messages/1")[0] == 404


@pytest.mark.parametrize(
    "path", ["/", "/static/css/tokens.css", "/static/css/catcher.css", "/static/js/catcher.js"]
)
def test_the_page_has_what_it_needs(ask, path):
    status, headers, body = ask("GET", path)
    assert status == 200
    assert body
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"to": 5, "text": {"a": 1}}',
        b'{"to": null}',
        "[" * 100_000,
        b"\x00",
    ],
)
@pytest.mark.parametrize("path", ["/email", "/sms", "/anything"])
def test_odd_bodies_are_caught_and_shown_too(ask, path, body):
    assert ask("POST", path, body)[0] == 200
    assert ask("GET", "/messages/1")[0] == 200
    assert ask("GET", "/messages.json")[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Content-Length: 1048577\r\nHost: localhost", b"413"),
        ("Content-Length: 99999999999999999999\r\nHost: localhost", b"413"),
        ("Content-Length: -1\r\nHost: localhost", b"400"),
        ("Content-Length: x\r\nHost: localhost", b"400"),
        ("Transfer-Encoding: chunked\r\nHost: localhost", b"411"),
        ("Content-Length: 0\r\nHost: evil.example", b"421"),
        ("Content-Length: 0\r\nHost: [", b"421"),
        ("Content-Length: 0", b"421"),
    ],
)
def test_requests_beyond_bounds_are_refused_before_their_body(catcher, headers, status):
    with socket.create_connection(("127.0.0.1", int(catcher.url.rpartition(":")[2])), 10) as sock:
        sock.sendall(f"POST /sms HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        assert sock.makefile("rb").readline().split()[1] == status
    assert catcher.box.find() == []


def test_a_connection_serves_several_requests(catcher):
    connection = http.client.HTTPConnection("127.0.0.1", int(catcher.url.rpartition(":")[2]), timeout=60)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("POST", "/sms", json.dumps(sms()))
        connection.getresponse().read()
    assert connection.sock is first
    connection.close()


# --- Email over SMTP ------------------------------------------------------------------------------


def mail(**fields):
    message = EmailMessage()
    for name, value in {"From": "Hotel <hotel@example.com>", "Subject": "Grüße", **fields}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Plain grüße")
    message.add_alternative("<p>grüße</p>", subtype="html")
    return message


def test_email_comes_in_over_smtp(catcher, listed):
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, "localhost") as server:
        server.send_message(
            mail(Message_ID="<key-1@example.com>"), to_addrs=["a@example.com", "b@example.com"]
        )
    newest, first = listed()
    assert [first["to"], newest["to"]] == ["a@example.com", "b@example.com"]
    assert (first["key"], first["title"], first["via"]) == ("key-1", "Grüße", "SMTP")
    assert catcher.box.get(first["id"])["html"].strip() == "<p>grüße</p>"


@pytest.mark.parametrize(("address", "code"), [("bounce@example.com", 550), ("later@example.com", 450)])
def test_some_addresses_are_refused_to_show_bounces(catcher, address, code):
    with (
        smtplib.SMTP("127.0.0.1", catcher.smtp_port, "localhost") as server,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        server.send_message(mail(), to_addrs=[address])
    assert refused.value.recipients[address][0] == code


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \x00\r\nSubject: =?bad?q?=ff?=\r\n\r\nx",
        b"Content-Type: text/html; charset=klingon\r\n\r\n<p>x</p>",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\ncut",
        b"To: <<<>>>,,;\r\nMessage-ID: <\r\n\r\nx",
    ],
)
def test_odd_emails_are_caught_and_shown_too(catcher, ask, content):
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, "localhost") as server:
        server.sendmail("x@example.com", ["a@example.com"], content)
    assert ask("GET", "/messages/1")[0] == 200


# --- The box --------------------------------------------------------------------------------------


def caught(**fields):
    return {"kind": "sms", "to": "", "key": "", "title": "", "text": "", "html": "", "at": "", **fields}


def test_only_the_latest_messages_are_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(boxes, "MAX_MESSAGES", 10)
    monkeypatch.setattr(boxes, "_SLACK", 7)
    path = tmp_path / "caught.jsonl"
    box = Box(path)
    for number in range(100):
        box.add(caught(key=str(number)))
        assert len(path.read_bytes().splitlines()) <= 10 + 7
    assert [message["id"] for message in box.find()] == list(range(100, 90, -1))
    assert not box.add(caught(key="1"))["repeated"], "keys of forgotten messages are forgotten too"


def test_large_messages_push_out_the_older_ones(monkeypatch):
    monkeypatch.setattr(boxes, "MAX_BYTES", 10_000)
    box = Box()
    for _ in range(20):
        box.add(caught(text="x" * 3000))
    assert len(box.find()) == 3
    box.add(caught(text="x" * 50_000))
    assert len(box.find()) == 1, "the newest is shown however large it is"


def test_a_restart_keeps_messages_and_goes_on_counting(tmp_path):
    path = tmp_path / "new" / "caught.jsonl"
    Box(path).add(caught(key="a", text="first"))
    again = Box(path)
    assert [message["text"] for message in again.find()] == ["first"]
    assert again.add(caught(key="a"))["repeated"]
    assert [message["id"] for message in Box(path).find()] == [2, 1]


def test_a_file_cut_short_by_a_crash_loses_only_its_last_line(tmp_path):
    path = tmp_path / "caught.jsonl"
    box = Box(path)
    box.add(caught(text="kept"))
    box.add(caught(text="cut"))
    path.write_bytes(path.read_bytes()[:-5])
    again = Box(path)
    again.add(caught(text="new"))
    assert [message["text"] for message in Box(path).find()] == ["new", "kept"]

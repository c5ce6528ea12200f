"""Email against real SMTP servers on this machine."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from email import message_from_bytes, policy

import pytest

from actions.channels import load, smtp_connection
from actions.channels.mail import as_mail, split_sender
from actions.channels.smtp_connection import check_addresses
from journeyorch.outbound.guard import Origin, Policy, Refused


def channel(port, **config):
    values = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "hotel@example.com"}
    return load("smtp", {**values, **config}, kind="email")


def test_an_email_arrives_with_the_calls_key_as_its_message_id(mail_server, message):
    outcome = channel(mail_server.port).send(message(), 10)
    assert (outcome.status, outcome.data) == ("ok", {"messageId": message().key})
    [(sender, recipients, content)] = mail_server.mails
    mail = message_from_bytes(content, policy=policy.default)
    assert (sender, recipients) == ("hotel@example.com", ("ada@example.com",))
    assert mail["Message-ID"] == f"<{message().key}@example.com>"
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        "Grüße",
        "Hotel Mär <hotel@example.com>",
        "ada@example.com",
    )
    assert mail.get_body(("html",)).get_content().strip() == "<p>grüße</p>"
    assert mail.get_body(("plain",)).get_content().strip() == "grüße"


def test_a_repetition_is_the_same_bytes(message):
    assert as_mail(message()) == as_mail(message())
    assert as_mail(message()).isascii()


@pytest.mark.parametrize(
    ("parts", "content_type"),
    [
        ({"html": "", "text": "x"}, "text/plain"),
        ({"html": "<p>x</p>", "text": ""}, "text/html"),
        ({"html": "", "text": ""}, "text/plain"),
        ({"html": "<p>" + "x" * 5000, "text": "\u2028" + "y" * 5000}, "multipart/alternative"),
    ],
)
def test_an_email_has_the_parts_that_there_are(message, parts, content_type):
    mail = message_from_bytes(as_mail(message(**parts)), policy=policy.default)
    assert mail.get_content_type() == content_type


def test_one_connection_serves_many_messages_of_a_thread(mail_server, message):
    mails = channel(mail_server.port)
    assert [mails.send(message(), 10).status for _ in range(3)] == ["ok"] * 3
    assert mail_server.connections == 1


def test_a_connection_that_the_server_closed_is_made_anew(mail_server, message):
    mails = channel(mail_server.port)
    mails.send(message(), 10)
    [kept] = smtp_connection._kept.connections.values()
    kept.sock.shutdown(socket.SHUT_RDWR)
    assert mails.send(message(), 10).status == "ok"
    assert mail_server.connections == 2


def test_another_login_does_not_get_the_connection_of_this_one(mail_server, message):
    channel(mail_server.port).send(message(), 10)
    refused = channel(mail_server.port, username="u", password="p").send(message(), 10)
    assert (refused.status, refused.code) == ("error", "tls"), (
        "the server offers no login, so none is attempted"
    )
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(
    ("command", "reply", "code", "retryable"),
    [
        ("RCPT", "550 5.1.1 canary", "hardBounce", False),
        ("RCPT", "553 canary", "hardBounce", False),
        ("RCPT", "450 4.2.0 canary", "softBounce", True),
        ("RCPT", "452 canary", "softBounce", True),
        ("DATA", "554 5.7.1 canary", "554", False),
        ("DATA", "451 4.3.0 canary", "451", True),
    ],
)
def test_refusals_are_for_good_or_for_now(mail_server, message, command, reply, code, retryable):
    mail_server.replies[command] = reply
    outcome = channel(mail_server.port).send(message(), 10)
    assert (outcome.status, outcome.code, outcome.retryable) == ("error", code, retryable)
    assert "canary" not in outcome.message
    mail_server.replies.clear()
    assert channel(mail_server.port).send(message(), 10).status == "ok"


def test_a_refused_address_leaves_the_connection_usable(mail_server, message):
    mails = channel(mail_server.port)
    mail_server.replies["RCPT"] = "550 no"
    mails.send(message(), 10)
    mail_server.replies.clear()
    assert mails.send(message(), 10).status == "ok"
    assert mail_server.connections == 1


def test_nobody_there_is_worth_another_try(message):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = channel(unused.getsockname()[1]).send(message(), 5)
    assert (outcome.status, outcome.code, outcome.retryable) == ("error", "connect", True)


@pytest.fixture
def talk():
    """A server that speaks by a script: ``behave(connection)`` in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def start(behave):
        def serve():
            connection, _ = listener.accept()
            with connection:
                behave(connection, over)

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    over.set()
    listener.close()


def silent(connection, over):
    over.wait(30)


def drips(connection, over):
    while not over.is_set():
        try:
            connection.sendall(b"2")
        except OSError:
            return
        over.wait(0.05)


@pytest.mark.parametrize("behaviour", [silent, drips])
def test_a_server_that_never_comes_to_the_point_is_left_at_the_deadline(talk, message, behaviour):
    started = time.monotonic()
    outcome = channel(talk(behaviour)).send(message(), 0.5)
    assert (outcome.status, outcome.retryable) == ("timedOut", True)
    assert time.monotonic() - started < 10, "it held on to a server that drips"


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 \xff\xfe\r\n", b"554 no\r\n"]
)
def test_a_server_that_is_no_mail_server_is_an_error(talk, message, greeting):
    outcome = channel(talk(lambda connection, over: connection.sendall(greeting))).send(message(), 5)
    assert outcome.status == "error"
    assert outcome.message.endswith(".")


def test_a_server_without_encryption_gets_no_mail_and_no_password(mail_server, message):
    outcome = channel(mail_server.port, security="starttls", username="u", password="p").send(message(), 5)
    assert (outcome.status, outcome.code, outcome.retryable) == ("error", "tls", False)
    assert mail_server.mails == []


def test_a_certificate_that_nobody_signed_is_refused(talk, message, tmp_path):
    def behave(connection, over):
        # No certificate at all is enough for the handshake to fail on our side.
        with suppress(OSError):
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_socket(connection, server_side=True)

    outcome = channel(talk(behave), security="tls").send(message(), 5)
    assert (outcome.status, outcome.code) == ("error", "tls")


# --- The guard ------------------------------------------------------------------------------------

INTERNAL = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "nonsense"]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_refused(address):
    with pytest.raises(Refused):
        check_addresses(Origin("smtp", "mail.example", 25), ["93.184.215.14", address], Policy())


@pytest.mark.parametrize(
    ("port", "allowed"), [(25, True), (465, True), (587, True), (2525, True), (80, False), (22, False)]
)
def test_only_ports_for_mail_are_open(port, allowed):
    origin = Origin("smtp", "mail.example", port)
    if allowed:
        check_addresses(origin, ["93.184.215.14"], Policy())
    else:
        with pytest.raises(Refused):
            check_addresses(origin, ["93.184.215.14"], Policy())


def test_what_the_operator_opened_may_be_called():
    check_addresses(Origin("smtp", "relay", 26), ["10.0.0.5"], Policy(hosts=frozenset({"relay:26"})))


def test_a_refused_server_is_never_connected(message, settings, mail_server):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    outcome = channel(mail_server.port).send(message(), 5)
    assert (outcome.status, outcome.code, outcome.retryable) == ("error", "refused", False)
    assert mail_server.connections == 0


@pytest.mark.parametrize("text", ["", "x", "@", "a@", "@b", "Ä <ä@example.com>", "a@b\r\nBcc: c@d"])
def test_a_wrong_sender_is_refused(text):
    with pytest.raises(ValueError, match="Write the sender as"):
        split_sender(text)


def test_an_email_says_how_to_unsubscribe_with_one_click(message):
    """In one line: taken apart, a long address would be encoded as if it were words."""
    url = f"https://j.example/m/p/{'x' * 300}"
    head = as_mail(message(unsubscribe=url)).partition(b"\r\n\r\n")[0].decode()
    assert f"List-Unsubscribe: <{url}>\r\n" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_an_email_that_nobody_unsubscribes_from_has_no_such_header(message):
    assert b"List-Unsubscribe" not in as_mail(message())

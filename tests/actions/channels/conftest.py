"""A message, and a mail server that answers as it is told."""

from __future__ import annotations

import pytest
from aiosmtpd.controller import Controller

from actions.channels import Message, smtp_connection
from journeyorch.outbound import connections


@pytest.fixture(autouse=True)
def _local_servers_may_be_called(settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture(autouse=True)
def _connections_are_closed():
    yield
    smtp_connection.close_kept()
    connections.close_kept()


@pytest.fixture
def message():
    def make(**changes):
        values = {
            "key": "6f1d7a52-0000-5000-8000-000000000001",
            "kind": "email",
            "to": "ada@example.com",
            "sender": "Hotel Mär <hotel@example.com>",
            "at": "2026-03-01T12:00:00+00:00",
            "subject": "Grüße",
            "html": "<p>grüße</p>",
            "text": "grüße",
        }
        return Message(**{**values, **changes})

    return make


class MailServer:
    """Remembers what came; ``replies`` are answers to commands by name, the last one stays."""

    def __init__(self):
        self.connections = 0
        self.mails = []
        self.replies = {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.replies.get("RCPT", "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return self.replies.get("DATA", "250 OK")


class LocalController(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server():
    handler = MailServer()
    controller = LocalController(handler, hostname="127.0.0.1", port=0, server_hostname="localhost")
    controller.start()
    handler.port = controller.port
    handler.connections = 0
    yield handler
    controller.stop()

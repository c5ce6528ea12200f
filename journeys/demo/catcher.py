"""The demo's catcher: takes every email, SMS, push message and HTTP call, and shows them on a page.

Nothing that the demo sends leaves the machine; it ends here. Mail to ``bounce@…`` is refused for good and to
``later@…`` for now, so that both can be seen in a journey.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from journeys.demo.box import Box
from journeys.demo.feedback import Tell
from journeys.demo.pages import answer_page
from journeys.demo.received import from_http, from_mail
from journeys.demo.web import MAX_BODY, Answer, Request, Web

_MAX_RECIPIENTS = 50


class Catcher:
    """The running catcher; ``port`` and ``smtp_port`` 0 take free ones. Use it in a ``with``.

    ``tell`` hears what the buttons beside messages say; without it there are none.
    """

    def __init__(
        self, *, port: int = 0, smtp_port: int = 0, path: Path | None = None, tell: Tell | None = None
    ) -> None:
        self.box = Box(path)
        self._tell = tell
        self._web = Web(port, self._answer)
        self._mail = _MailServer(
            _MailHandler(self.box),
            hostname="127.0.0.1",
            port=smtp_port,
            data_size_limit=MAX_BODY,
            ident="catcher",
            server_hostname="localhost",
        )

    def __enter__(self) -> Catcher:
        try:
            self._mail.start()
        except BaseException:
            self._web.server_close()
            raise
        self._web.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._web.stop()
        self._mail.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._web.port}"

    @property
    def smtp_port(self) -> int:
        return int(self._mail.port)

    def _answer(self, request: Request) -> Answer:
        return answer_page(request, self.box, self._tell) or self._caught(request)

    def _caught(self, request: Request) -> Answer:
        message = self.box.add(from_http(request, datetime.now(UTC)))
        body = {"caught": message["id"], "repeated": message["repeated"]}
        return Answer(200, orjson.dumps(body))


class _MailServer(Controller):
    def _trigger_server(self) -> None:
        # It connects to itself once, and would use port 0 if any free one was asked for.
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _MailHandler:
    """What aiosmtpd asks while somebody delivers mail."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_RCPT(  # noqa: N802  (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0].lower()
        if name == "bounce":
            return "550 5.1.1 There is nobody of this name"
        if name == "later":
            return "450 4.2.0 Try again later"
        if len(envelope.rcpt_tos) >= _MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        for recipient in envelope.rcpt_tos:
            self._box.add(from_mail(raw, recipient, datetime.now(UTC)))
        return "250 OK"

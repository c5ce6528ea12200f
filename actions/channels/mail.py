"""A rendered email as the bytes that an SMTP server gets (RFC 5322). Pure: of the same message the same."""

from __future__ import annotations

from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime, parseaddr
from typing import Annotated

from pydantic import AfterValidator

from actions.channels.base import Message
from journeyorch.phrases import phrase


class _InOneLine(UnstructuredHeader, BaseHeader):
    """A header whose value is never taken apart: the library would encode a long URL as if it were words."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _InOneLine)
# 7 bit, because not every server takes more; lines end as SMTP wants them.
_POLICY = policy.SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
# The library would weigh it against quoted-printable, which takes ten times as long.
_ENCODING = "base64"


def split_sender(text: str) -> tuple[str, str]:
    """Display name and address of ``Name <name@host>``; raises ``ValueError`` with a sentence for people."""
    name, address = parseaddr(text)
    local, at, host = address.rpartition("@")
    if not (local and at and host) or not address.isascii() or any(mark in text for mark in "\r\n"):
        raise ValueError(phrase("Write the sender as name@host or Name <name@host>."))
    return name, address


def _checked(text: str) -> str:
    split_sender(text)
    return text


#: A provider's field that says whom emails come from.
Sender = Annotated[str, AfterValidator(_checked)]


def as_mail(message: Message) -> bytes:
    """The message in MIME. Its ``Message-ID`` is the call's key: a repetition is recognised by it."""
    name, address = split_sender(message.sender)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.fromisoformat(message.at))
    mail["Message-ID"] = f"<{message.key}@{address.rpartition('@')[2]}>"
    for name, value in list_headers(message).items():
        mail[name] = value
    _fill(mail, message)
    return mail.as_bytes()


def list_headers(message: Message) -> dict[str, str]:
    """How a mail program unsubscribes with one click (RFC 2369, RFC 8058)."""
    if not message.unsubscribe:
        return {}
    return {
        "List-Unsubscribe": f"<{message.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _fill(mail: EmailMessage, message: Message) -> None:
    if message.text or not message.html:
        mail.set_content(message.text, cte=_ENCODING)
    if not message.html:
        return
    if message.text:
        mail.add_alternative(message.html, subtype="html", cte=_ENCODING)
        # Otherwise random, and a repetition would not be the same bytes.
        mail.set_boundary(f"part-{message.key}")
    else:
        mail.set_content(message.html, subtype="html", cte=_ENCODING)

"""Email by any SMTP server."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr

from actions.channels import smtp_connection
from actions.channels.base import Message, Provider, provider
from actions.channels.mail import Sender, as_mail, split_sender
from actions.channels.smtp_connection import GuardedSmtp
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.connections import Deadline, default_context
from journeyorch.outbound.guard import Refused
from journeyorch.phrases import phrase, sentence

_REFUSED_FOR_GOOD = sentence("The mail server refused the address for good ({code}).")
_REFUSED_FOR_NOW = sentence("The mail server refused the address for now ({code}).")
_NOT_TAKEN = sentence("The mail server did not take the message ({code}).")


@provider("smtp", "SMTP", kinds={"email"})
class Smtp(Provider):
    """A thread keeps its connection and asks whether it is alive before using it again."""

    host: str = Field(
        title=gettext_noop("Server"), min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:\-]+$"
    )
    port: int = Field(default=587, title=gettext_noop("Port"), ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        title=gettext_noop("Encryption"),
        json_schema_extra={"titles": {"none": gettext_noop("none")}},
    )
    username: str = Field(default="", title=gettext_noop("User name"), max_length=500)
    password: SecretStr = Field(default=SecretStr(""), title=gettext_noop("Password"), max_length=2000)
    from_address: Sender = Field(
        title=gettext_noop("From"),
        max_length=320,
        description=gettext_noop("An address, or a name and the address in angle brackets."),
    )

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return f"smtp://{str(values.get('host', '')).lower()}:{values['port']}"

    def sender(self) -> str:
        return self.from_address

    def send(self, message: Message, timeout: float) -> Outcome:
        started = time.monotonic()
        try:
            self._deliver(message, Deadline(timeout))
            outcome = Outcome("ok", "250", {"messageId": message.key})
        except (smtplib.SMTPException, OSError, Refused, ValueError) as error:
            outcome = _failed(error)
        return outcome._replace(elapsed_ms=round((time.monotonic() - started) * 1000))

    def _deliver(self, message: Message, deadline: Deadline) -> None:
        mail = as_mail(message)
        sender = split_sender(message.sender)[1]
        connection = smtp_connection.take(self._key(), deadline) or self._connected(deadline)
        try:
            connection.sendmail(sender, [message.to], mail)
        except smtplib.SMTPRecipientsRefused:
            # The conversation is in order, only this address was not: the library has reset it.
            smtp_connection.keep(self._key(), connection)
            raise
        except BaseException:
            connection.close()
            raise
        smtp_connection.keep(self._key(), connection)

    def _key(self) -> tuple[str, ...]:
        secret = self.password.get_secret_value()
        return self.host, str(self.port), self.security, self.username, secret

    def _connected(self, deadline: Deadline) -> GuardedSmtp:
        connection = GuardedSmtp(self.host, self.port, tls=self.security == "tls", deadline=deadline)
        try:
            if self.security == "starttls":
                connection.starttls(context=default_context())
            if self.username:
                connection.login(self.username, self.password.get_secret_value())
        except BaseException:
            connection.close()
            raise
        return connection


def _failed(error: Exception) -> Outcome:
    """What went wrong, as the engine and people need to know it (5xx is for good, 4xx for now)."""
    match error:
        case Refused():
            return Outcome("error", "refused", message=str(error))
        case TimeoutError():
            return Outcome(
                "timedOut",
                "timeout",
                message=phrase("The mail server did not answer in time."),
                retryable=True,
            )
        case smtplib.SMTPRecipientsRefused():
            code, _ = next(iter(error.recipients.values()))
            return _refused(code)
        case smtplib.SMTPAuthenticationError():
            return Outcome(
                "error", str(error.smtp_code), message=phrase("The mail server does not accept the login.")
            )
        case smtplib.SMTPResponseException():
            return _answered(error.smtp_code)
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            return Outcome(
                "error", "tls", message=phrase("No secure connection to the mail server could be made.")
            )
        case ValueError():
            return Outcome(
                "error", "badMessage", message=phrase("The message cannot be written as an email.")
            )
    return Outcome(
        "error", "connect", message=phrase("The connection to the mail server failed."), retryable=True
    )


def _refused(code: int) -> Outcome:
    """The server's own words are left out: they may repeat the address, and nobody can be sure what else."""
    if code >= 500:
        return Outcome("error", "hardBounce", message=_REFUSED_FOR_GOOD(code=code))
    text = _REFUSED_FOR_NOW(code=code)
    return Outcome("error", "softBounce", message=text, retryable=True)


def _answered(code: int) -> Outcome:
    text = _NOT_TAKEN(code=code)
    return Outcome("error", str(code), message=text, retryable=not 500 <= code < 600)

"""Email by the HTTP interfaces of email services, through django-anymail, and what they tell by webhooks.

An extra of the installation: without the library the provider is not offered. Its requests leave through
our client (``guarded_session``), its webhooks are checked and read by its own views, which nobody can ask
for by an address.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Set
from email.utils import formataddr
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from anymail.exceptions import (
    AnymailError,
    AnymailRecipientsRefused,
    AnymailWebhookValidationFailure,
)
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr

from actions.channels.base import Message, Provider, origin_of, provider
from actions.channels.callbacks import Callback, Forged, News, Unreadable
from actions.channels.mail import Sender, list_headers, split_sender
from actions.tracking.callback_links import message_of
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.session import guarded_session, outcome_behind
from journeyorch.phrases import phrase


class _Service(NamedTuple):
    """Names of django-anymail: the module, the options of the sender and of the webhook, the address."""

    backend: str
    webhook: str
    key: str  # the option that is the API key
    url: str
    path: str  # below the address, where messages are posted
    signing: str = ""  # the option of the key that webhooks are signed with; empty: they carry a secret
    domain: str = ""  # the option that names the sender's domain
    second: str = ""  # the option of a second secret


_SERVICES = {
    "brevo": _Service(
        "brevo", "brevo.BrevoTrackingWebhookView", "api_key", "https://api.brevo.com/v3/", "smtp/email"
    ),
    "mailgun": _Service(
        *("mailgun", "mailgun.MailgunTrackingWebhookView", "api_key", "https://api.mailgun.net/v3/"),
        *("{domain}/messages", "webhook_signing_key", "sender_domain"),
    ),
    "mailjet": _Service(
        *("mailjet", "mailjet.MailjetTrackingWebhookView", "api_key", "https://api.mailjet.com/v3.1/"),
        path="send",
        second="secret_key",
    ),
    "postmark": _Service(
        "postmark",
        "postmark.PostmarkTrackingWebhookView",
        "server_token",
        "https://api.postmarkapp.com/",
        "email",
    ),
    "sendgrid": _Service(
        "sendgrid",
        "sendgrid.SendGridTrackingWebhookView",
        "api_key",
        "https://api.sendgrid.com/v3/",
        "mail/send",
    ),
    "sparkpost": _Service(
        "sparkpost",
        "sparkpost.SparkPostTrackingWebhookView",
        "api_key",
        "https://api.sparkpost.com/api/v1/",
        "transmissions/",
    ),
}
_KINDS = {
    EventType.SENT: "sent",
    EventType.DELIVERED: "delivered",
    EventType.OPENED: "opened",
    EventType.CLICKED: "clicked",
    EventType.COMPLAINED: "complained",
    EventType.UNSUBSCRIBED: "unsubscribed",
    EventType.FAILED: "failed",
}
# Of a bounce or a rejection: the address itself is to blame.
_FOR_GOOD = frozenset({RejectReason.INVALID, RejectReason.BOUNCED})
_METADATA = "journeyorch"
_REFUSED_ADDRESS = Outcome(
    "error", "hardBounce", message=phrase("The email service does not send to this address.")
)
_NONSENSE = Outcome("error", "badAnswer", message=phrase("The answer of the email service cannot be read."))


@provider(
    "esp",
    gettext_noop("Email service (Brevo, Mailgun, Mailjet, Postmark, SendGrid, SparkPost)"),
    kinds={"email"},
)
class Esp(Provider):
    """What the service itself tracks and tells by webhooks is recorded, too."""

    service: Literal["brevo", "mailgun", "mailjet", "postmark", "sendgrid", "sparkpost"] = Field(
        default="postmark",
        title=gettext_noop("Service"),
        description=gettext_noop(
            "SendGrid: better by the provider SMTP, with the server smtp.sendgrid.net, the user name "
            "apikey and an API key as the password. The library behind this does not test it any more."
        ),
    )
    url: str = Field(
        default="",
        title=gettext_noop("Base URL"),
        max_length=2000,
        description=gettext_noop("Empty: the service's own. With its version."),
    )
    from_address: Sender = Field(
        title=gettext_noop("From"),
        max_length=320,
        description=gettext_noop("An address, or a name and the address in angle brackets."),
    )
    api_key: SecretStr = Field(title=gettext_noop("API key"), min_length=1, max_length=2000)
    api_secret: SecretStr = Field(
        default=SecretStr(""),
        title=gettext_noop("API secret"),
        max_length=2000,
        description=gettext_noop("Of Mailjet only."),
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        title=gettext_noop("Secret of webhooks"),
        max_length=2000,
        description=gettext_noop(
            "Mailgun: its signing key. Others: name:password, which the webhook's address carries, "
            "as in https://name:password@host/…"
        ),
    )

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        service = _SERVICES.get(str(values.get("service")))
        return origin_of(values.get("url") or (service.url if service else ""))

    def sender(self) -> str:
        return self.from_address

    def target(self, message: Message) -> str:
        service = _SERVICES[self.service]
        path = service.path.format(domain=quote(_domain_of(message), safe=""))
        return urljoin((self.url or service.url).rstrip("/") + "/", path)

    def send(self, message: Message, timeout: float) -> Outcome:
        mail = _as_mail(message)
        try:
            backend = self._backend(message, timeout)
            backend.open()
            backend.send_messages([mail])
        except AnymailError as error:
            return _failed(error)
        finally:
            # The library keeps what it was told to send; the session has nothing that needs closing.
            mail.body = ""
        return _taken(mail.anymail_status.status or set(), message)  # type: ignore[attr-defined]

    def _backend(self, message: Message, timeout: float) -> Any:
        service = _SERVICES[self.service]
        options: dict[str, Any] = {service.key: self.api_key.get_secret_value(), "timeout": timeout}
        options["api_url"] = self.url or service.url
        if service.domain:
            options[service.domain] = _domain_of(message)
        if service.second:
            options[service.second] = self.api_secret.get_secret_value()
        backend = import_string(f"anymail.backends.{service.backend}.EmailBackend")(**options)
        backend.create_session = guarded_session
        return backend

    def receive(self, callback: Callback) -> list[News]:
        """What the service's webhook tells; refused where no secret is configured."""
        secret, service = self.webhook_secret.get_secret_value(), _SERVICES[self.service]
        if not secret:
            raise Forged
        view = import_string(f"anymail.webhooks.{service.webhook}")(
            **{service.signing or "webhook_secret": secret}
        )
        request = _as_request(callback)
        try:
            view.run_validators(request)
            events = view.parse_events(request)
        except AnymailWebhookValidationFailure as error:
            raise Forged from error
        except (ValueError, TypeError, LookupError, AttributeError, BadRequest, SuspiciousOperation) as error:
            # Whatever the library stumbles over when the body is none of the service's.
            raise Unreadable from error
        news = (_news(event, callback) for event in events if isinstance(event, AnymailTrackingEvent))
        return [each for each in news if each]


def _domain_of(message: Message) -> str:
    return split_sender(message.sender)[1].rpartition("@")[2]


def _as_mail(message: Message) -> EmailMultiAlternatives:
    name, address = split_sender(message.sender)
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        formataddr((name, address)) if name else address,
        [message.to],
        headers=list_headers(message),
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    token = urlsplit(message.callback).path.rpartition("/")[2]
    if token:
        mail.metadata = {_METADATA: token}  # type: ignore[attr-defined]  # django-anymail's
    return mail


def _as_request(callback: Callback) -> WSGIRequest:
    """The callback as the library's views know requests."""
    url = urlsplit(callback.url)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or 443),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(callback.body),
        "CONTENT_LENGTH": str(len(callback.body)),
        "CONTENT_TYPE": callback.headers.get("content-type", ""),
    }
    given = ((name.upper().replace("-", "_"), value) for name, value in callback.headers.items())
    return WSGIRequest(environ | {f"HTTP_{name}": value for name, value in given})


def _news(event: AnymailTrackingEvent, callback: Callback) -> News | None:
    token = (event.metadata or {}).get(_METADATA)
    message_id = message_of(token, callback.channel_id) if isinstance(token, str) else None
    kind = _kind(event)
    if message_id is None or kind is None:
        return None
    detail = event.click_url or event.mta_response or event.description or ""
    return News(message_id, kind, event.timestamp or callback.at, str(detail)[:1000])


def _kind(event: AnymailTrackingEvent) -> str | None:
    """What the event is to us; None for one that is no news, such as a delay."""
    if event.event_type == EventType.BOUNCED and _is_soft(event.esp_event):
        return "softBounced"
    if event.event_type in (EventType.BOUNCED, EventType.REJECTED):
        return "bounced" if event.reject_reason in _FOR_GOOD else "failed"
    return _KINDS.get(event.event_type)


def _is_soft(said: Any) -> bool:
    """The library knows one kind of bounce; the services name two."""
    if not isinstance(said, Mapping):
        return False
    names = {str(said.get(name, "")).lower() for name in ("Type", "event", "type")}
    return any("soft" in name for name in names) or said.get("hard_bounce") in (False, "false")


def _taken(statuses: Set[str], message: Message) -> Outcome:
    """What the service says of the one address of the message that it has answered to."""
    if statuses <= {"invalid", "rejected"} and statuses:
        return _REFUSED_ADDRESS
    if "failed" in statuses:
        return Outcome("error", "failed", message=phrase("The email service could not send the message."))
    return Outcome("ok", "200", {"messageId": message.key})


def _failed(error: AnymailError) -> Outcome:
    """What went wrong; never in the library's own words, which quote the request with its key."""
    if isinstance(error, AnymailRecipientsRefused):
        return _REFUSED_ADDRESS
    outcome = outcome_behind(error)
    if outcome is None:
        return Outcome(
            "error", "badMessage", message=phrase("The email service cannot be given this message.")
        )
    return _NONSENSE if outcome.status == "ok" else outcome

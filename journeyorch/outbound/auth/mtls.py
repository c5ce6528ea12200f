"""Mutual TLS: the other side knows us by our certificate (RFC 8446, section 4.4.2)."""

from __future__ import annotations

import functools
import secrets as random_values
import ssl
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings
from django.core.signals import setting_changed
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext
from pydantic import Field, SecretStr, model_validator
from pydantic.config import JsonDict

from journeyorch.moments import in_text
from journeyorch.outbound.auth.base import Credentials, auth_method
from journeyorch.outbound.client import Request
from journeyorch.outbound.connections import strict_context
from journeyorch.phrases import phrase

_SECRET_LINES: JsonDict = {"lines": "secret"}


@auth_method("mtls")
class MutualTLS(Credentials):
    """A client certificate and its private key. Both are encrypted at rest; only the end is shown."""

    title = _("Client certificate (mutual TLS)")
    shown_by = "connecting"

    certificate: SecretStr = Field(
        title=gettext_noop("Certificate"),
        min_length=1,
        max_length=100_000,
        description=gettext_noop(
            "In PEM form, with those of its issuers behind it if the other system wants them. "
            "It begins with -----BEGIN CERTIFICATE-----"
        ),
        json_schema_extra=_SECRET_LINES,
    )
    private_key: SecretStr = Field(
        title=gettext_noop("Private key"),
        min_length=1,
        max_length=100_000,
        description=gettext_noop(
            "In PEM form, without a passphrase; openssl pkey -in key.pem takes one away. "
            "It begins with -----BEGIN PRIVATE KEY-----"
        ),
        json_schema_extra=_SECRET_LINES,
    )

    @model_validator(mode="after")
    def _must_belong_together(self) -> Self:
        key = _key(self.private_key.get_secret_value())
        leaf = _certificate(self.certificate.get_secret_value())
        if _public_bytes(leaf.public_key()) != _public_bytes(key.public_key()):
            raise ValueError(phrase("The private key does not belong to the certificate. Enter both again."))
        return self

    def apply(self, request: Request) -> Request:
        context = _context(
            self.certificate.get_secret_value(),
            self.private_key.get_secret_value(),
            settings.OUTBOUND_CA_BUNDLE,
        )
        return request._replace(context=context)

    def remark(self, now: datetime) -> str:
        certificate = _certificate(self.certificate.get_secret_value())
        end = certificate.not_valid_after_utc
        name = certificate.subject.rfc4514_string()[:200]
        days = (end - now).days
        values = {"name": name, "date": in_text(end), "days": days}
        if end <= now:
            return str(_("The certificate “%(name)s” has ended on %(date)s. Enter a new one.") % values)
        text = ngettext(
            "The certificate “%(name)s” ends on %(date)s, in %(days)d day.",
            "The certificate “%(name)s” ends on %(date)s, in %(days)d days.",
            days,
        )
        return text % values


def _key(pem: str) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError as error:
        raise ValueError(
            phrase("The private key has a passphrase. Take it away and enter it again.")
        ) from error
    except Exception as error:
        raise ValueError(phrase("The private key cannot be read. Enter it in PEM form.")) from error


def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise ValueError(phrase("The certificate cannot be read. Enter it in PEM form.")) from error


def _public_bytes(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined]  # every kind of public key has it
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@functools.lru_cache(maxsize=256)
def _context(certificate: str, private_key: str, roots: str) -> ssl.SSLContext:
    """One for each pair, because connections are kept by it. ``roots``: a bundle of the operator's."""
    context = strict_context(roots)
    password = random_values.token_hex(16)
    sealed = _key(private_key).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    # The library takes files only; so for a moment the key is in one, locked with a password of that moment.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "client.pem"
        path.write_bytes(sealed + certificate.encode())
        context.load_cert_chain(path, password=password)
    return context


def _forget_contexts(*, setting: str, **_: object) -> None:
    if setting == "OUTBOUND_CA_BUNDLE":
        _context.cache_clear()


setting_changed.connect(_forget_contexts)

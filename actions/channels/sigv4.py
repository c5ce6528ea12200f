"""AWS Signature Version 4: how a request to Amazon's services says who makes it. Pure.

As Amazon documents it ("Create a signed AWS API request"); its test suite is in ``tests/actions/channels``.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from journeyorch.outbound.client import Request

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer(NamedTuple):
    """Whose key, and for what."""

    key_id: str
    secret: str
    region: str
    service: str


def signed(request: Request, signer: Signer, *, now: datetime) -> Request:
    """The request with its date and signature. Its path has to be simple, and it has no query."""
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    dated = request.with_header("X-Amz-Date", moment)
    host = urlsplit(request.url).netloc
    headers = sorted((name.lower(), value.strip()) for name, value in (*dated.headers, ("host", host)))
    names = ";".join(name for name, _ in headers)
    canonical = "\n".join(
        [
            request.method,
            urlsplit(request.url).path or "/",
            "",
            *(f"{name}:{value}" for name, value in headers),
            "",
            names,
            hashlib.sha256(request.body or b"").hexdigest(),
        ]
    )
    scope = f"{moment[:8]}/{signer.region}/{signer.service}/aws4_request"
    to_sign = "\n".join([_ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(_key(signer, moment[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={signer.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return dated.with_header("Authorization", f"{_ALGORITHM} {credential}")


def _key(signer: Signer, day: str) -> bytes:
    key = f"AWS4{signer.secret}".encode()
    for part in (day, signer.region, signer.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key

"""Time-based one-time passwords and recovery codes. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import datetime

from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

# What every app knows: SHA-1 (which HMAC does not weaken), six digits, half a minute.
_DIGITS, _SECONDS, _BYTES = 6, 30, 20
# A phone's clock may be half a minute off, and typing takes time.
_STEPS_AROUND = (0, -1, 1)
_RECOVERY_CODES, _RECOVERY_BYTES = 10, 10


def new_secret() -> str:
    """160 random bits, as apps take them: base32."""
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode()


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says (the Key URI format of authenticator apps)."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code it is, of those around ``now``; None if it is none of theirs."""
    given = re.sub(r"\s", "", code).encode()
    current = int(now.timestamp()) // _SECONDS
    for step in (current + around for around in _STEPS_AROUND):
        if constant_time.bytes_eq(_totp(secret).generate(step * _SECONDS), given):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes to be printed; 80 bits each."""
    texts = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(_RECOVERY_CODES))
    return ["-".join(re.findall("....", text)).lower() for text in texts]


def digest_of(recovery_code: str) -> str:
    """What is stored of a recovery code, however it was typed."""
    return hashlib.sha256(re.sub(r"[\s-]", "", recovery_code).lower().encode()).hexdigest()


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), _DIGITS, SHA1(), _SECONDS)  # noqa: S303 - as the standard has it

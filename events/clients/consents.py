"""What people consent to, as the Edge Network's SDKs send it, in terms of XDM.

A consent is ``{"standard", "version", "value"}``. Of Adobe's standard 2.0 the value is XDM's ``consents`` as
it is; 1.0 knows only a general "in" or "out"; of IAB's Transparency and Consent Framework it is a TC string.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from events.clients.analytics import text_of
from journeyorch.phrases import phrase, sentence

IN, OUT = "in", "out"
_VALUES: Mapping[str, str] = {IN: "y", OUT: "n"}
# Where the core segment of a TC string has its version, and the consent to purpose 1, storing information on
# a device (IAB Europe, Consent string format, version 2).
_TC_VERSION_BITS = 6
_TC_PURPOSE_1 = 152

_NO_OBJECT = sentence("The consent at index {index} is no object.")
_UNKNOWN = sentence("The consent at index {index} is of a standard or version that is not known here.")
_NO_VALUE = sentence("The consent at index {index} has no value of its standard.")


class NotAConsent(ValueError):
    """The message says what is wrong, without the values that were sent."""


class Consent(NamedTuple):
    """``consents``: for the profile's field of that name; ``strings``: TC strings, kept beside it.

    ``general``: whether data may be collected at all, "in", "out", or "" where that is left open.
    """

    consents: Mapping[str, Any] = {}
    strings: Sequence[Mapping[str, Any]] = ()
    general: str = ""


def read_consents(values: Any) -> Consent:
    """All consents of a request as one; of two of one standard the later counts. Raises ``NotAConsent``."""
    if not isinstance(values, list) or not values:
        raise NotAConsent(phrase("The body has no list of consents."))
    read = [_read(value, index) for index, value in enumerate(values)]
    return Consent(
        consents={name: value for one in read for name, value in one.consents.items()},
        strings=[text for one in read for text in one.strings],
        general=next((one.general for one in reversed(read) if one.general), ""),
    )


def _read(value: Any, index: int) -> Consent:
    if not isinstance(value, dict):
        raise NotAConsent(_NO_OBJECT(index=index))
    reader = _READERS.get((text_of(value.get("standard")), text_of(value.get("version"))))
    if reader is None:
        raise NotAConsent(_UNKNOWN(index=index))
    consent = reader(value)
    if consent is None:
        raise NotAConsent(_NO_VALUE(index=index))
    return consent


def _general(consent: Mapping[str, Any]) -> Consent | None:
    value = consent.get("value")
    said = value.get("general") if isinstance(value, dict) else None
    if said not in (IN, OUT):
        return None
    return Consent(consents={"collect": {"val": _VALUES[said]}}, general=said)


def _detailed(consent: Mapping[str, Any]) -> Consent | None:
    value = consent.get("value")
    if not isinstance(value, dict) or not value:
        return None
    collect = value.get("collect")
    said = collect.get("val") if isinstance(collect, dict) else None
    return Consent(consents=value, general={"y": IN, "n": OUT}.get(said, "") if isinstance(said, str) else "")


def _tc_string(consent: Mapping[str, Any]) -> Consent | None:
    text, applies = consent.get("value"), consent.get("gdprApplies") is not False
    if not isinstance(text, str) or (applies and not text):
        return None
    kept = {
        "consentStandard": consent["standard"],
        "consentStandardVersion": consent["version"],
        "consentStringValue": text,
        "gdprApplies": applies,
    }
    if isinstance(personal := consent.get("gdprContainsPersonalData"), bool):
        kept["containsPersonalData"] = personal
    allowed = not applies or _may_store(text)
    return Consent(strings=[kept], general=IN if allowed else OUT)


def _may_store(text: str) -> bool:
    """Whether a TC string allows to store information on the device; what cannot be read allows nothing."""
    core = text.partition(".")[0]
    try:
        packed = base64.urlsafe_b64decode(core + "=" * (-len(core) % 4))
    except (binascii.Error, ValueError):
        return False
    bits = "".join(f"{byte:08b}" for byte in packed[: _TC_PURPOSE_1 // 8 + 1])
    return bits[:_TC_VERSION_BITS] == f"{2:06b}" and bits[_TC_PURPOSE_1 : _TC_PURPOSE_1 + 1] == "1"


_READERS: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Consent | None]] = {
    ("Adobe", "1.0"): _general,
    ("Adobe", "2.0"): _detailed,
    ("IAB TCF", "2.0"): _tc_string,
    ("IAB TCF", "2.2"): _tc_string,
}

"""Transactional messages of Adobe Campaign Standard: addresses, payloads and statuses, as documented. Pure.

A template is an action whose ``declaration`` is ``{"event_id", "channel", "kind", "application", "platform",
"fields": [{"name", "label", "type"}]}``. From it follow the URL, the payload's tree and the answer's fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from actions.payload import SCALARS
from journeyorch.phrases import phrase

EMAIL, SMS, PUSH = "email", "sms", "push"
EVENT, PROFILE = "event", "profile"
PLATFORMS = ("gcm", "apns")
#: What Campaign answers to a message, as far as journeys may refer to it.
ANSWER: Mapping[str, Any] = {"PKey": "@text", "status": "pending", "href": "mcAdobe/EVT/PKey"}
#: Until the status of a message is asked for: after the sending, and after each answer; then daily.
PAUSES = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)
)  # fmt: skip
_ADDRESSES = {
    EMAIL: ("email", "Email address"),
    SMS: ("mobilePhone", "Mobile phone number"),
    PUSH: ("registrationToken", "Registration token of the device"),
}


def root_of(base: str, organization: str) -> str:
    """Below which everything of an instance stands."""
    return f"{base.rstrip('/')}/{quote(organization, safe='')}/campaign/"


def url_of(base: str, organization: str, api: str, event_id: str) -> str:
    """Where messages of a template are sent to."""
    path = "/".join(quote(part, safe="") for part in (api or f"mc{organization}", event_id))
    return root_of(base, organization) + path


def metadata_url(base: str, organization: str) -> str:
    """Something of an instance that everybody with access may read, and that holds nothing of people."""
    return f"{root_of(base, organization)}profileAndServices/resourceType/profile"


def status_url(root: str, href: str) -> str | None:
    """Where the status of a message is asked; None for an address outside of the instance."""
    url = href if urlsplit(href).scheme else root + href.lstrip("/")
    return url if url.startswith(root) and ".." not in url else None


def payload_of(declaration: Mapping[str, Any]) -> dict[str, Any]:
    """The tree of the payload: whom to send to, when, and the template's fields."""
    fields: dict[str, Any] = {}
    # Campaign finds the address of a profile by itself.
    if declaration["kind"] == EVENT:
        name, label = _ADDRESSES[declaration["channel"]]
        fields[name] = _variable("string", label)
        if declaration["channel"] == PUSH:
            fields["application"] = {"type": "string", "constant": declaration["application"]}
            fields["pushPlatform"] = _platform(declaration["platform"])
    fields["scheduled"] = {**_variable("dateTime", "Send at"), "optional": True}
    fields["expiration"] = {**_variable("dateTime", "Do not send after"), "optional": True}
    declared = {each["name"]: _variable(each["type"], each["label"]) for each in declaration["fields"]}
    return {"type": "object", "fields": {**fields, "ctx": {"type": "object", "fields": declared}}}


def _variable(kind: str, label: str) -> dict[str, Any]:
    return {"type": kind, "variable": True, "label": label}


def _platform(platform: str) -> dict[str, Any]:
    if platform in PLATFORMS:
        return {"type": "string", "constant": platform}
    return _variable("string", "Platform of the device, gcm or apns")


def field_problems(fields: Any) -> Iterator[str]:
    """What is wrong with the declared fields; Campaign Standard takes no collections."""
    if not isinstance(fields, list):
        yield phrase("Write a list of objects.")
        return
    names = [each.get("name") if isinstance(each, dict) else None for each in fields]
    for number, (name, each) in enumerate(zip(names, fields, strict=True), 1):
        if not isinstance(name, str) or not name or "." in name or name.startswith("$"):
            yield phrase(
                'Field {number} needs a "name" without dots that does not begin with $.', number=number
            )
        elif names.index(name) != number - 1:
            yield phrase("{name} is there twice.", name=name)
        elif each.get("type", "string") not in SCALARS:
            types = ", ".join(SCALARS)
            yield phrase(
                "{name} must have one of these types, no collection: {types}.", name=name, types=types
            )
        elif not isinstance(each.get("label", ""), str) or set(each) - {"name", "label", "type"}:
            yield phrase('{name} may have a "label", which is a text, and a "type" only.', name=name)


def with_defaults(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The declared fields, each with its type and label."""
    return [
        {"name": each["name"], "label": each.get("label") or each["name"], "type": each.get("type", "string")}
        for each in fields
    ]

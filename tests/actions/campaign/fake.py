"""Campaign Standard as its documentation describes it: every field of every request is checked."""

from __future__ import annotations

from typing import Any

import orjson

ORGANIZATION, API = "hotel", "mchotel"
KEY, TOKEN = "key-of-the-hotel", "ims-token"
_ADDRESSES = {
    "email": {"email"},
    "sms": {"mobilePhone"},
    "push": {"registrationToken", "application", "pushPlatform"},
}


class FakeCampaign:
    """Takes messages of the events it knows, and tells their status.

    ``events`` holds of each its channel, its kind, and the types of its fields.
    """

    def __init__(self, events: dict[str, tuple[str, str, dict[str, type]]]) -> None:
        self.events = events
        self.taken: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, str] = {}
        self.complaints: list[str] = []

    def __call__(self, sock: Any, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        method, path, _version = first.split(" ")
        status, answer = self._answer(method, path, headers, body)
        text = orjson.dumps(answer)
        sock.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[bytes, Any]:
        if path == "/ims/token":
            return b"200 OK", {"access_token": TOKEN, "expires_in": 86399}
        if headers.get("authorization") != f"Bearer {TOKEN}" or headers.get("x-api-key") != KEY:
            return b"403 Forbidden", {"error_code": "403003", "message": "Api Key is invalid"}
        place, _, rest = path.partition("/campaign/")
        if place != f"/{ORGANIZATION}":
            return b"404 Not Found", {}
        if (method, rest) == ("GET", "profileAndServices/resourceType/profile"):
            return b"200 OK", {"name": "profile"}
        api, event, *key = rest.split("/")
        if api != API or event not in self.events:
            return b"404 Not Found", {"error_code": "RST-360011", "message": "No such event."}
        return self._status(event, key[0]) if method == "GET" else self._take(event, headers, body)

    def _take(self, event: str, headers: dict[str, str], body: bytes) -> tuple[bytes, Any]:
        message = orjson.loads(body)
        complaints = list(self._complaints(event, headers, message))
        if complaints:
            self.complaints += complaints
            return b"400 Bad Request", {"message": complaints[0]}
        key = f"@{len(self.taken)}"
        self.taken[key], self.statuses[key] = message, "pending"
        return b"200 OK", {
            "PKey": key,
            "ctx": message["ctx"],
            "createdAt": "2026-03-01 12:00:00.000Z",
            "href": f"{API}/{event}/{key}",
            "status": "pending",
            **{name: message[name] for name in message if name != "ctx"},
        }

    def _complaints(self, event: str, headers: dict[str, str], message: dict[str, Any]):
        channel, kind, fields = self.events[event]
        if not headers.get("content-type", "").startswith("application/json"):
            yield "It is not JSON."
        addresses = _ADDRESSES[channel] if kind == "event" else set()
        surplus = set(message) - addresses - {"scheduled", "expiration", "ctx"}
        if surplus or addresses - set(message) or "ctx" not in message:
            yield f"Other fields than {sorted(addresses)} and ctx: {sorted(message)}."
        if not all(isinstance(message[name], str) and message[name] for name in set(message) - {"ctx"}):
            yield "Addresses and times are texts."
        if message.get("pushPlatform", "gcm") not in ("gcm", "apns"):
            yield "The platform is gcm or apns."
        found = {name: type(value) for name, value in message["ctx"].items()}
        if found != fields:
            yield f"ctx holds {found}."

    def _status(self, event: str, key: str) -> tuple[bytes, Any]:
        if key not in self.taken:
            return b"404 Not Found", {}
        return b"200 OK", {"PKey": key, "status": self.statuses[key], "href": f"{API}/{event}/{key}"}

"""The Edge Network's SDKs and its server API, unmodified (ingestion.md, The Edge Network's SDKs).

    POST /ee/v1/{interact,collect,identity/acquire,privacy/set-consent}?configId=…&requestId=…
    POST /ee/v2/{…the same…}?dataStreamId=…, of which interact takes a single ``event``

Between ``ee`` and the version there may be the region that a client was once sent to. The datastream is a
bearer key of an inlet, or the id of one that is open to everybody; a request with an Authorization of its own
names an inlet's id. Stored is ``{"event": …, "xdm": …, "ecid": …}``, the latter two being common to all
events of a request, or ``{"consent": …, …}``.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from events.clients.analytics import text_of, values_of
from events.clients.consents import NotAConsent, read_consents
from events.clients.visitors import (
    CONSENT_SECONDS,
    IDENTITY_SECONDS,
    cookie,
    cookies_of,
    ecid_in,
    ecid_of_cookies,
    identity_cookie,
    new_ecid,
)
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused, malformed
from events.protocols import Answer, Message, Normalized, NotNormal, Opening, Receipt, Route, protocol
from events.reading import batch_of, message_key, message_of
from events.times import read_time
from journeyorch.phrases import phrase

_INTERACT, _COLLECT, _ACQUIRE = "interact", "collect", "identity/acquire"
_CONSENT = "privacy/set-consent"
_PROBLEMS = "https://ns.adobe.com/aep/errors"
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


@protocol
class Edge:
    """Events, identities and consents."""

    name = "edge"
    ready_made = (("data", "_{tenant}.data"),)  # The rest is XDM already.
    # The limit for batches: a request brings any number of events.
    routes = tuple(
        Route(f"ee/{region}{version}/{action}", batch=True, offered=not region and action != _ACQUIRE)
        for region in ("", "<str:region>/")
        for version in ("v1", "v2")
        for action in (_INTERACT, _COLLECT, _ACQUIRE, _CONSENT)
    )

    def opening(self, request: Incoming) -> Opening:
        """By the datastream; pages and apps can show no other key."""
        datastream = request.query.get("configId") or request.query.get("dataStreamId")
        if not datastream:
            raise malformed("The request names no datastream: configId, or dataStreamId, in its query.")
        if "authorization" in request.headers:
            return Opening(inlet=datastream)
        return Opening(key=datastream)

    def answer(self, request: Incoming) -> None:
        """Also who only asks for an identity goes the way of events, and shows what opens the inlet."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The events in order, or the one record of what a person consents to."""
        body = request.json
        if not isinstance(body, dict):
            raise malformed("The body is no object.")
        if route.pattern.endswith(_ACQUIRE):
            return []
        sender = _sender(request, route)
        if route.pattern.endswith(_CONSENT):
            return [_consent_of(body, sender)]
        messages = [_event_of(event, place, body, sender) for place, event in enumerate(_events(body))]
        flaws = [each for each in messages if isinstance(each, Flaw)]
        if len(flaws) == len(messages):
            raise Refused(flaws[0].status, "Bad Request", flaws[0].detail)
        return messages

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The event's ``xdm``, which is XDM already, with the visitor's ECID; a consent as a record."""
        stored = orjson.loads(body) if isinstance(body, str) else body
        if isinstance(stored, dict) and "consent" in stored:
            return _record(stored)
        event = stored.get("event") if isinstance(stored, dict) else None
        if not isinstance(event, dict):
            raise NotNormal(phrase("The message has no event."))
        return _normalized(event, stored)

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """The visitor's identity and cookies to keep it; 207 with ``errors`` if something was wrong."""
        errors = [_error(place, flaw) for place, flaw in enumerate(receipt.outcomes) if flaw is not None]
        collected = route.pattern.endswith(_COLLECT)
        if collected and not errors:
            return Answer(204)
        handle = [] if collected else _handle(request, route, receipt.organization)
        body = {"requestId": _request_id(request), "handle": handle}
        return Answer(207, body | {"errors": errors}) if errors else Answer(200, body)

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        """Problem details (RFC 9457), as they all are here."""
        report = {"requestId": _request_id(request)}
        body = _problem(refusal.status, refusal.title, refusal.detail, report)
        return Answer(refusal.status, body, "application/problem+json", refusal.headers)


# --- What a request brings ------------------------------------------------------------------------


class _Sender(NamedTuple):
    """What is common to everything that a request brings."""

    ecid: str  # of the visitor; "" for servers that name people otherwise
    seed: bytes
    repeats: bool  # whether the same request, sent again, can be told


def _sender(request: Incoming, route: Route) -> _Sender:
    repeats = bool(request.query.get("requestId"))
    seed = _seed(request)
    return _Sender(_visitor(request, route, seed), seed, repeats)


def _seed(request: Incoming) -> bytes:
    """Where everything comes from that is made up for a request: the same when a client sends it again.

    With the body, because not every sender's request ids are different ones.
    """
    if named := request.query.get("requestId"):
        return hashlib.sha256(named.encode("utf-8", "replace") + b"\0" + request.body).digest()
    return request.nonce


def _events(body: Mapping[str, Any]) -> list[Any]:
    return batch_of([body["event"]] if "event" in body and "events" not in body else body.get("events"))


def _event_of(event: Any, place: int, body: Mapping[str, Any], sender: _Sender) -> Message | Flaw:
    if not isinstance(event, dict) or not isinstance(event.get("xdm", {}), dict):
        return Flaw(400, f"The event at index {place} is no object, or its xdm is none.")
    # What the sender wants to be told is for this answer alone.
    stored: dict[str, Any] = {"event": {name: value for name, value in event.items() if name != "query"}}
    common = {"xdm": values_of(body.get("xdm")), "ecid": sender.ecid, "dataset": _dataset(body.get("meta"))}
    stored |= {name: value for name, value in common.items() if value}
    given = message_key("_id", values_of(event.get("xdm")).get("_id"))
    return message_of(stored, key=given or _key(sender, place))


def _dataset(meta: Any) -> str:
    """The dataset that an SDK was told to send to, in the place of the datastream's."""
    value = meta
    for name in ("configOverrides", "com_adobe_experience_platform", "datasets", "event", "datasetId"):
        value = values_of(value).get(name)
    return text_of(value)


def _consent_of(body: Mapping[str, Any], sender: _Sender) -> Message | Flaw:
    try:
        read_consents(body.get("consent"))
    except NotAConsent as problem:
        raise Refused(422, "Unprocessable Content", str(problem)) from None
    named = next(_identity_maps(body, body.get("xdm")), None)
    common = {"identityMap": named, "ecid": sender.ecid}
    stored = {"consent": body["consent"]} | {name: value for name, value in common.items() if value}
    return message_of(stored, key=_key(sender, 0))


def _key(sender: _Sender, place: int) -> str | None:
    """Events have no id as a rule; that they came in the same request before makes them the same."""
    return f"request:{sender.seed.hex()}#{place}" if sender.repeats else None


# --- Whose request it is --------------------------------------------------------------------------


def _visitor(request: Incoming, route: Route, seed: bytes) -> str:
    """The ECID of whoever sends: named, kept in a cookie, or a new one.

    The second version is for servers, which speak for many people: what one event says counts for no other,
    and nobody would keep an ECID for a person who is named otherwise, or is not told about it.
    """
    body = request.json
    events = [values_of(each).get("xdm") for each in _listed(body)]
    by_server = "v2/" in route.pattern
    alone = not by_server or len(events) == 1
    shared = list(_identity_maps(body, body.get("xdm"), *(events if alone else ())))
    ecid = next(filter(None, map(ecid_in, shared)), "") or ecid_of_cookies(_cookies(request))
    if ecid or (by_server and (shared or route.pattern.endswith(_COLLECT))):
        return ecid
    return new_ecid(seed)


def _listed(body: Mapping[str, Any]) -> list[Any]:
    events = body.get("events", [body.get("event")])
    return events if isinstance(events, list) else []


def _identity_maps(*holders: Any) -> Iterator[Mapping[str, Any]]:
    for holder in holders:
        if found := values_of(values_of(holder).get("identityMap")):
            yield found


def _cookies(request: Incoming) -> Iterator[tuple[str, Any]]:
    """Those that the SDK writes into the body, and those of the browser itself."""
    state = values_of(values_of(request.json.get("meta")).get("state"))
    entries = state.get("entries")
    for entry in entries if isinstance(entries, list) else ():
        yield text_of(values_of(entry).get("key")), values_of(entry).get("value")
    yield from cookies_of(request.headers.get("cookie", ""))


# --- In XDM ---------------------------------------------------------------------------------------


def _normalized(event: Mapping[str, Any], stored: Mapping[str, Any]) -> Normalized:
    entity = {**values_of(stored.get("xdm")), **values_of(event.get("xdm"))}
    identities = _with_ecid(_merged(stored, event), text_of(stored.get("ecid")))
    if identities:
        entity["identityMap"] = identities
    event_id = entity.get("_id")
    data = event.get("data")
    return Normalized(
        entity=entity,
        schema_ref="",
        kind="event",
        event_id=event_id if isinstance(event_id, str) else "",
        timestamp=read_time(entity.get("timestamp")),
        dataset_ref=text_of(stored.get("dataset")) or _own_dataset(event),
        own={"data": data} if data else {},
        source=event,
        completed=True,
    )


def _own_dataset(event: Mapping[str, Any]) -> str:
    """The dataset that an app named for this event."""
    return text_of(values_of(values_of(event.get("meta")).get("collect")).get("datasetId"))


def _merged(stored: Mapping[str, Any], event: Mapping[str, Any]) -> Any:
    """Whom the event names, and whom its request names for all events; as it came if it is no map."""
    own = values_of(event.get("xdm")).get("identityMap", {})
    shared = values_of(values_of(stored.get("xdm")).get("identityMap"))
    return {**shared, **own} if isinstance(own, dict) else own


def _with_ecid(identity_map: Any, ecid: str) -> Any:
    """With the visitor's ECID, as the primary identity unless another one is."""
    if not ecid or not isinstance(identity_map, dict) or "ECID" in identity_map:
        return identity_map
    entries = [each for value in identity_map.values() if isinstance(value, list) for each in value]
    another = any(values_of(each).get("primary") is True for each in entries)
    return {**identity_map, "ECID": [{"id": ecid, "primary": not another}]}


def _record(stored: Mapping[str, Any]) -> Normalized:
    try:
        consent = read_consents(stored["consent"])
    except NotAConsent as problem:
        raise NotNormal(str(problem)) from None
    identities = _with_ecid(values_of(stored.get("identityMap")), text_of(stored.get("ecid")))
    entity: dict[str, Any] = {"identityMap": identities}
    if consent.consents:
        entity["consents"] = dict(consent.consents)
    return Normalized(
        entity=entity,
        schema_ref="",
        kind="profile",
        event_id="",
        timestamp=None,
        own={"consentStrings": list(consent.strings)} if consent.strings else {},
        source=stored,
    )


# --- Answers --------------------------------------------------------------------------------------


def _handle(request: Incoming, route: Route, organization: str) -> list[dict[str, Any]]:
    """What the client shall know and keep."""
    ecid = _visitor(request, route, _seed(request))
    handle: list[dict[str, Any]] = []
    if ecid and "ECID" in _asked_for(request):
        handle.append({"type": "identity:result", "payload": [{"id": ecid, "namespace": {"code": "ECID"}}]})
    consents = request.json["consent"] if route.pattern.endswith(_CONSENT) else ()
    if organization and (cookies := list(_to_keep(ecid, consents, organization))):
        handle.append({"type": "state:store", "payload": cookies})
    return handle


def _to_keep(ecid: str, consents: Any, organization: str) -> Iterator[Mapping[str, Any]]:
    if ecid:
        yield cookie(organization, "identity", identity_cookie(ecid), seconds=IDENTITY_SECONDS)
    if consents and (general := read_consents(consents).general):
        yield cookie(organization, "consent", f"general={general}", seconds=CONSENT_SECONDS)


def _asked_for(request: Incoming) -> list[Any]:
    """The namespaces whose identities the client wants to know."""
    fetch = values_of(values_of(request.json.get("query")).get("identity")).get("fetch")
    return fetch if isinstance(fetch, list) else ["ECID"]


def _request_id(request: Incoming) -> str:
    """The client's own, unless it might be something else that nobody should repeat."""
    named = request.query.get("requestId", "")
    return named if _REQUEST_ID.fullmatch(named) else str(uuid.UUID(bytes=request.nonce[:16], version=4))


def _error(place: int, flaw: Flaw) -> dict[str, Any]:
    """Why one of the events was not taken."""
    broken = [f"{each.pointer}: {each.message}" for each in flaw.violations]
    report = {"eventIndex": place} | ({"errors": broken} if broken else {})
    return _problem(flaw.status, "Invalid event", flaw.detail, report)


def _problem(status: int, title: str, detail: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """An error as clients of this protocol read it; what they go by is the status."""
    kind = f"{_PROBLEMS}/EXEG-0104-{status}"
    return {"type": kind, "status": status, "title": title, "detail": detail, "report": report}

"""Streaming ingestion in the shape of Experience Platform (ingestion.md).

A message is ``{"header": {…}, "body": {"xdmMeta": {…}, "xdmEntity": {…}}}``; a batch holds ``messages``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from datasources.platform.schemas.validate import Violation
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused
from events.protocols import (
    Answer,
    Message,
    Normalized,
    NotNormal,
    Opening,
    Receipt,
    Route,
    problem,
    protocol,
)
from events.reading import batch_of, message_key, message_of
from events.times import read_time
from journeyorch.phrases import phrase

_PROBLEMS = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet"
_AUTHORIZATION = "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization"
_INVALID = "Invalid XDM Message Format"
_UNKNOWN_FORMAT = "Message has unknown xdm format"

# Answers name the organization; anything that does not look like one might be somebody's secret.
_ORGANIZATION = re.compile(r"[0-9A-Za-z]{1,40}@[A-Za-z]{1,20}", re.ASCII)


@protocol
class Collection:
    """``POST /collection/{inlet}`` and ``POST /collection/batch/{inlet}``."""

    name = "collection"
    ready_made = ()  # What comes is XDM already.
    routes = (Route("collection/<str:inlet>"), Route("collection/batch/<str:inlet>", batch=True))

    def opening(self, request: Incoming) -> Opening:
        """By its address."""
        return Opening(inlet=request.path["inlet"])

    def answer(self, request: Incoming) -> None:
        """Every request brings events."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The messages of a request, in order."""
        return [read_message(each) for each in (_all(request.json) if route.batch else [request.json])]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The message's ``xdmEntity``, which is XDM already."""
        message = orjson.loads(body) if isinstance(body, str) else body
        entity = _entity(message)
        if entity is None:
            raise NotNormal(phrase("The message has no body.xdmEntity."))
        event_id = entity.get("_id")
        return Normalized(
            entity=entity,
            schema_ref=_schema_ref(message),
            kind="",
            event_id=event_id if isinstance(event_id, str) else "",
            timestamp=read_time(entity.get("timestamp")),
            dataset_ref=_dataset_ref(message),
            source=entity,
        )

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """200 or 400 for a single message, 207 for a batch, also when all of it failed."""
        if route.batch:
            return _batch_answer(receipt)
        flaw = receipt.outcomes[0]
        return _single_answer(receipt) if flaw is None else _flaw_answer(flaw, inlet=receipt.inlet)

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        """This protocol's own problem where it has one, else an ordinary problem detail."""
        if refusal.status in (401, 403):
            return Answer(refusal.status, _authorization_problem(refusal, inlet), headers=refusal.headers)
        if refusal.status == 400:
            return _flaw_answer(Flaw(400, refusal.detail), inlet=inlet)
        return problem(refusal)


def _all(value: Any) -> list[Any]:
    return batch_of(value.get("messages") if isinstance(value, dict) else None)


def read_message(value: Any) -> Message | Flaw:
    """One message of this protocol, from its JSON."""
    header = value.get("header", {}) if isinstance(value, dict) else None
    if not isinstance(header, dict):
        return Flaw(400, _UNKNOWN_FORMAT)
    origin = _origin(header)
    entity = _entity(value)
    if entity is None:
        return Flaw(400, _UNKNOWN_FORMAT, origin)
    return message_of(value, key=_key(entity, header))._replace(origin=origin)


def _entity(message: Any) -> dict[str, Any] | None:
    body = message.get("body") if isinstance(message, dict) else None
    entity = body.get("xdmEntity") if isinstance(body, dict) else None
    return entity if isinstance(entity, dict) else None


def _origin(header: Mapping[str, Any]) -> str:
    organization = header.get("imsOrgId")
    if isinstance(organization, str) and _ORGANIZATION.fullmatch(organization):
        return organization
    return ""


def _key(entity: Mapping[str, Any], header: Mapping[str, Any]) -> str | None:
    """``_id``, else the client's message id, told apart so that one never hides the other."""
    for prefix, value in (("_id", entity.get("_id")), ("msgId", header.get("msgId"))):
        if key := message_key(prefix, value):
            return key
    return None


def _schema_ref(message: Mapping[str, Any]) -> str:
    """The schema named by the body, else by the header; "" if neither does."""
    for holder in (message["body"].get("xdmMeta"), message.get("header")):
        reference = holder.get("schemaRef") if isinstance(holder, dict) else None
        if isinstance(reference, dict) and isinstance(name := reference.get("id"), str) and name:
            return name
    return ""


def _dataset_ref(message: Mapping[str, Any]) -> str:
    header = message.get("header")
    dataset = header.get("datasetId") if isinstance(header, dict) else None
    return dataset if isinstance(dataset, str) else ""


# --- Answers --------------------------------------------------------------------------------------


def _single_answer(receipt: Receipt) -> Answer:
    verdict: dict[str, Any] = {"syncValidation": {"skipped": True}}
    if receipt.validated:
        verdict = {"synchronousValidation": {"status": "pass"}}
    receipt_fields = {"inletId": receipt.inlet, "xactionId": receipt.number, "receivedTimeMs": receipt.at_ms}
    return Answer(200, receipt_fields | verdict)


def _batch_answer(receipt: Receipt) -> Answer:
    responses = [_response(flaw, index, receipt) for index, flaw in enumerate(receipt.outcomes)]
    body = {"inletId": receipt.inlet, "batchId": receipt.number, "receivedTimeMs": receipt.at_ms}
    return Answer(207, body | {"responses": responses})


def _response(flaw: Flaw | None, index: int, receipt: Receipt) -> dict[str, Any]:
    if flaw is None:
        return {"xactionId": f"{receipt.number}:{index}"}
    response: dict[str, Any] = {"statusCode": flaw.status, "message": _sentence(flaw, receipt.inlet)}
    if flaw.violations:
        response["cause"] = _cause(flaw)
    return response


def _flaw_answer(flaw: Flaw, *, inlet: str) -> Answer:
    report: dict[str, Any] = {"message": _sentence(flaw, inlet)}
    if flaw.violations:
        report["cause"] = _cause(flaw)
    return Answer(
        flaw.status, {"type": _PROBLEMS, "status": flaw.status, "title": _INVALID, "report": report}
    )


def _sentence(flaw: Flaw, inlet: str) -> str:
    return f"inletId: [{inlet}] imsOrgId: [{flaw.origin}] {flaw.detail}"


def _cause(flaw: Flaw) -> dict[str, Any]:
    count = len(flaw.violations)
    summary = {
        "schemaLocation": "#",
        "pointerToViolation": "#",
        "causingExceptions": [_exception(violation) for violation in flaw.violations],
        "message": f"{count} schema violation{'s' if count > 1 else ''} found",
    }
    return {"_streamingValidation": [summary]}


def _exception(violation: Violation) -> dict[str, Any]:
    return {
        "schemaLocation": violation.schema_pointer,
        "pointerToViolation": violation.pointer,
        "causingExceptions": [],
        "keyword": violation.keyword,
        "message": violation.message,
    }


def _authorization_problem(refusal: Refused, inlet: str) -> dict[str, Any]:
    return {
        "type": _AUTHORIZATION,
        # A text, unlike everywhere else: that is what clients of this protocol were given.
        "status": str(refusal.status),
        "title": "Authorization",
        "report": {"message": f"[{inlet}] {refusal.detail}"},
    }

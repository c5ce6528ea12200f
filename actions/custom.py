"""Custom actions: calls that journeys make to third-party systems (the handler of kind ``custom_action``).

spec: ``{"action": id, "values": {variable: plain JSON value}, "path": pieces}``; a piece of the path is a
text, or ``{"value": plain JSON value}``. Variables are called as ``variables`` says: ``/customer/email`` in
the payload, ``headers/X-Name``, ``query/name``. The outcome's data are the fields of the response, if the
action has a sample of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson
from django.utils import timezone

from actions import payload
from actions.campaign.sent import remember
from actions.models import Action, OnUnknown
from actions.payload import Variable
from datasources.external.conform import conform
from datasources.external.infer import SampleProblem, infer
from datasources.external.request import joined_url
from journeyorch.outbound.auth import origin_of
from journeyorch.outbound.calls import CallSpec, Made, Outcome, Prepared
from journeyorch.outbound.client import Failure, Request, Response, outcome_of, read_json
from journeyorch.outbound.configs import ConfigCache
from journeyorch.outbound.signing import sign
from journeyorch.outbound.stored import CannotBeSent, render, send_authenticated, thaw
from journeyorch.phrases import phrase

_GONE = Outcome(
    "error", "gone", message=phrase("The action does not exist any more. Remove it from the journey.")
)
_EMPTY_IN_PATH = phrase(
    "A value of the dynamic path is empty, so that another address would be called. Check its expression."
)
_NO_OBJECT = phrase("The response is no JSON object; its fields are null.")
#: Methods whose requests carry no payload.
WITHOUT_BODY = frozenset({"GET", "DELETE"})
_JSON = ("Content-Type", "application/json; charset=utf-8")

#: A part of a dynamic path: a text as it is written, or a value to be encoded.
Piece = str | Mapping[str, Any]


class CustomAction(NamedTuple):
    """Everything that a call of one action needs, as plain values."""

    id: int
    name: str
    method: str
    url: str
    headers: Sequence[Mapping[str, Any]]
    query: Sequence[Mapping[str, Any]]
    payload: Mapping[str, Any]
    auth: Mapping[str, Any]
    response: Mapping[str, Any] | None  # JSON Schema of the response's fields, None: nothing is kept
    on_unknown: str = OnUnknown.RESEND
    signing: Mapping[str, Any] = {}  # the sealed secret of signatures, {}: requests are not signed
    type: str = Action.Type.CUSTOM
    sandbox_id: int = 0
    key: Mapping[str, Any] = {}  # of Campaign Standard, beside ``auth``

    @property
    def endpoint(self) -> str:
        """What is protected together."""
        return f"action:{self.id}"


def variables(action: CustomAction) -> list[Variable]:
    """The values that the journey gives: of the payload, the headers, the query."""
    rows = [*_variable_rows("headers", action.headers), *_variable_rows("query", action.query)]
    return [*payload.variables(action.payload), *rows]


def _variable_rows(place: str, rows: Iterable[Mapping[str, Any]]) -> list[Variable]:
    return [
        Variable(f"{place}/{row['name']}", row.get("label") or row["name"], row.get("type", "string"))
        for row in rows
        if row.get("variable")
    ]


def custom_actions(sandbox_id: int) -> dict[int, CustomAction]:
    """All custom actions of a sandbox by id."""
    rows = Action.objects.filter(sandbox_id=sandbox_id).select_related("instance").order_by("name")
    return {row.pk: action_of(row) for row in rows}


def action_of(row: Action) -> CustomAction:
    """The plain value of an action, also of one that is not saved."""
    return CustomAction(
        row.pk or 0,
        row.name,
        row.method,
        row.url,
        row.headers,
        row.query,
        row.payload,
        row.instance.auth if row.instance else row.auth,
        response_schema(row.response_sample),
        row.on_unknown,
        row.signing,
        row.type,
        row.sandbox_id,
        (row.instance.key if row.instance else None) or {},
    )


def response_schema(sample: Any) -> dict[str, Any] | None:
    """The fields of a response, from its sample; None if there is none to refer to."""
    if not sample:
        return None
    try:
        return infer(sample)
    except SampleProblem:
        return None


configured: ConfigCache[dict[int, CustomAction]] = ConfigCache(custom_actions)


def build(action: CustomAction, values: Mapping[str, Any], *, path: Sequence[Piece] = ()) -> Request:
    """The request without credentials. Null values of headers and query parameters are left out. Pure.

    Raises ``CannotBeSent`` for a path that cannot be asked.
    """
    headers = list(_pairs("headers", action.headers, values))
    query = urlencode(list(_pairs("query", action.query, values)))
    body = None
    if action.method not in WITHOUT_BODY:
        body = orjson.dumps(payload.fill(action.payload, values)) if action.payload else b""
        if all(name.lower() != "content-type" for name, _ in headers):
            headers.append(_JSON)
    url = joined_url(action.url, dynamic_path(path))
    return Request(action.method, url, tuple(headers), body).with_query(query)


def _pairs(
    place: str, rows: Iterable[Mapping[str, Any]], values: Mapping[str, Any]
) -> Iterable[tuple[str, str]]:
    for row in rows:
        value = values.get(f"{place}/{row['name']}") if row.get("variable") else row.get("value")
        if value is not None:
            yield row["name"], value if isinstance(value, str) else orjson.dumps(value).decode()


def dynamic_path(pieces: Sequence[Piece]) -> str:
    """What a journey appends to the URL: it can add segments, but never change the host.

    Values are percent-encoded, their slashes too; each element of a list is a segment. Segments of dots,
    which would climb up, are left out. Raises ``CannotBeSent`` for a value that is empty or only dots:
    without it the call would be another one, such as for all guests instead of this one.
    """
    text = "".join(quote(piece) if isinstance(piece, str) else _encoded(piece["value"]) for piece in pieces)
    return "/".join(segment for segment in text.split("/") if segment.strip("."))


def _encoded(value: Any) -> str:
    texts = [each if isinstance(each, str) else _written(each) for each in _listed(value)]
    if not texts or not all(text.strip(".") for text in texts):
        raise CannotBeSent(_EMPTY_IN_PATH)
    return "/".join(quote(text, safe="") for text in texts)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _written(value: Any) -> str:
    return "" if value is None else orjson.dumps(value).decode()


class CustomActionHandler:
    """Makes the calls of kind ``custom_action``."""

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        known = configured.current({call.sandbox_id for call in calls})
        return [_prepared(known.get(call.sandbox_id, {}).get(call.spec["action"]), call) for call in calls]

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        action = (configured.latest(call.sandbox_id) or {}).get(call.spec["action"])
        if action is None:
            return _GONE
        return interpret(deliver(action, thaw(prepared.request), timeout), action.response)

    def parks(self, calls: Sequence[CallSpec]) -> list[bool]:
        known = configured.current({call.sandbox_id for call in calls})
        found = [known.get(call.sandbox_id, {}).get(call.spec["action"]) for call in calls]
        return [action is not None and action.on_unknown == OnUnknown.PARK for action in found]

    def record(self, made: Sequence[Made], now: datetime) -> None:
        """Nothing is kept of an action besides the call itself, but messages of Campaign Standard."""
        remember((call for call in made if _is_campaign_standard(call.spec)), now)


def _prepared(action: CustomAction | None, call: CallSpec) -> Prepared | Outcome:
    if action is None:
        return _GONE
    values, path = call.spec.get("values") or {}, call.spec.get("path") or ()
    return render(call, lambda: build(action, values, path=path))


def _is_campaign_standard(call: CallSpec) -> bool:
    action = (configured.latest(call.sandbox_id) or {}).get(call.spec["action"])
    return action is not None and action.type == Action.Type.CAMPAIGN_STANDARD


def deliver(action: CustomAction, request: Request, timeout: float) -> Response | Failure:
    """Send a rendered request, signed if that is wanted, with the action's credentials."""
    if action.signing:
        signed = sign(request, action.signing, origin=origin_of(action.url), now=timezone.now())
        if isinstance(signed, Failure):
            return signed
        request = signed
    return send_authenticated(request, action.auth, timeout, beside=action.key)


def interpret(answer: Response | Failure, schema: Mapping[str, Any] | None) -> Outcome:
    """How a call ended. An unreadable response is no error, the thing itself is done: its fields are null."""
    outcome = outcome_of(answer)
    if outcome.status != "ok" or isinstance(answer, Failure) or schema is None:
        return outcome
    value = read_json(answer)
    if isinstance(value, Failure) or not isinstance(value, dict):
        return outcome._replace(data={}, message=_NO_OBJECT)
    return outcome._replace(data=conform(value, schema).data)

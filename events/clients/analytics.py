"""What analytics clients send, in terms of XDM: the ready-made mapping (ingestion.md, Clients).

Segment's calls are the common form: the other protocols of that family are read into ``Call`` first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from events.protocols import Normalized
from events.times import read_time

#: What the calls are named in a message.
KINDS = ("track", "identify", "page", "screen", "group", "alias")
_PROFILE, _EVENT = "profile", "event"
Values = Mapping[str, Any]


# Traits that clients agree on, and where XDM has them.
_TRAITS: Mapping[str, tuple[str, ...]] = {
    "email": ("personalEmail", "address"),
    "phone": ("mobilePhone", "number"),
    "firstName": ("person", "name", "firstName"),
    "lastName": ("person", "name", "lastName"),
    "birthday": ("person", "birthDate"),
    "gender": ("person", "gender"),
    "timezone": ("timeZone",),
}
#: What people are shown of it: traits and well-known events are beyond what rows can say.
READY_MADE = (
    ("properties", "_{tenant}.properties"),
    ("traits", "_{tenant}.traits"),
    ("traits.email", "identityMap.Email[0].id"),
    *((f"traits.{name}", ".".join(path)) for name, path in _TRAITS.items()),
)


class Call(NamedTuple):
    """One call of a client's library."""

    kind: str  # of KINDS
    id: str  # the client's message id, "" if it has none
    at: datetime | None  # when it happened by our clock
    user_id: str = ""
    anonymous_id: str = ""
    event: str = ""  # of a track call: its name; of page and screen: theirs
    properties: Values = {}
    traits: Values = {}
    context: Values = {}


def in_xdm(call: Call, *, source: Values, received_at: datetime) -> Normalized:
    """The call as an event, or an ``identify`` as the record of a person; ``source``: as it came."""
    is_record = call.kind == "identify"
    at = call.at or received_at
    entity: dict[str, Any] = {"identityMap": _identities(call)}
    if is_record:
        entity |= _person(call.traits)
    else:
        entity |= {"timestamp": at.isoformat(), "eventType": _event_type(call)} | _known(call) | _web(call)
    if call.id:
        entity["_id"] = call.id
    own = {"traits": dict(call.traits)} if is_record else {"properties": dict(call.properties)}
    return Normalized(
        entity=entity,
        schema_ref="",
        kind=_PROFILE if is_record else _EVENT,
        event_id=call.id,
        timestamp=at,
        own={name: values for name, values in own.items() if values},
        source=source,
    )


# --- Reading what clients write -------------------------------------------------------------------


def by_our_clock(happened: Any, sent_at: Any, received_at: datetime) -> datetime | None:
    """When it happened, without the error of the client's clock: what is sent now is received now."""
    moment, sent = read_time(happened), read_time(sent_at)
    if moment is None or sent is None or sent < moment:
        # Nothing is sent before it happened: those are two clocks.
        return moment
    try:
        return received_at - (sent - moment)
    except OverflowError:  # thousands of years ago
        return None


def values_of(value: Any) -> Values:
    """An object, or nothing."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """Ids are written as numbers, too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


# --- Who ------------------------------------------------------------------------------------------


def _identities(call: Call) -> dict[str, list[dict[str, Any]]]:
    email = call.traits.get("email")
    named = {
        "CRMID": call.user_id,
        "AnonymousID": call.anonymous_id,
        "Email": email if isinstance(email, str) and "@" in email else "",
    }
    present = {namespace: value for namespace, value in named.items() if value}
    first = next(iter(present), "")
    return {
        namespace: [{"id": value, **({"primary": True} if namespace == first else {})}]
        for namespace, value in present.items()
    }


def _person(traits: Values) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, path in _TRAITS.items():
        if isinstance(value := traits.get(name), str) and value:
            _put(record, path, value)
    return record


def _put(target: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        target = target.setdefault(name, {})
    target[path[-1]] = value


# --- What -----------------------------------------------------------------------------------------


def _event_type(call: Call) -> str:
    known = _COMMERCE.get(call.event) if call.kind == "track" else None
    if known:
        return f"commerce.{known}"
    if call.kind in ("page", "screen"):
        return _VIEWS[call.kind]
    return call.event if call.kind == "track" else call.kind


_VIEWS = {"page": "web.webpagedetails.pageViews", "screen": "application.screenView"}

# The names of the e-commerce specification that these clients share, and XDM's measures.
_COMMERCE: Mapping[str, str] = {
    "Order Completed": "purchases",
    "Checkout Started": "checkouts",
    "Product Added": "productListAdds",
    "Product Removed": "productListRemovals",
    "Product Viewed": "productViews",
    "Product List Viewed": "productListViews",
    "Cart Viewed": "productListViews",
    "Product Added to Wishlist": "saveForLaters",
}


def _known(call: Call) -> dict[str, Any]:
    """Commerce in XDM's own fields, for the names that everybody uses."""
    measure = _COMMERCE.get(call.event) if call.kind == "track" else None
    if measure is None:
        return {}
    commerce: dict[str, Any] = {measure: {"value": 1}}
    if order := _order(call.properties):
        commerce["order"] = order
    items = [item for product in _products(call.properties) if (item := _item(product))]
    return {"commerce": commerce} | ({"productListItems": items} if items else {})


def _order(properties: Values) -> dict[str, Any]:
    order: dict[str, Any] = {}
    if (number := _name(properties.get("order_id"))) is not None:
        order["purchaseID"] = number
    if (total := _number(properties.get("total", properties.get("revenue")))) is not None:
        order["priceTotal"] = total
    if (currency := _name(properties.get("currency"))) is not None:
        order["currencyCode"] = currency
    return order


def _products(properties: Values) -> list[Any]:
    products = properties.get("products")
    return products if isinstance(products, list) else [properties]


def _item(product: Any) -> dict[str, Any]:
    if not isinstance(product, dict):
        return {}
    found: dict[str, Any] = {
        name: value
        for name, sources, read in _ITEM
        if (value := next((read(product[each]) for each in sources if each in product), None)) is not None
    }
    # Clients give the price of one.
    total = _stored(found.pop("priceTotal", math.nan) * found.get("quantity", 1))
    if total is not None:
        found["priceTotal"] = total
    return found if {"SKU", "name"} & found.keys() else {}


def _name(value: Any) -> str | None:
    return text_of(value) or None


def _number(value: Any) -> int | float | None:
    """Clients write prices as texts as well."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if not (isinstance(value, str) and len(value) < 30 and value.isascii()):
        return None
    try:
        return _stored(float(value))
    except ValueError:
        return None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return _stored(int(number)) if number is not None and number == int(number) else None


_Number = TypeVar("_Number", int, float)


def _stored(number: _Number) -> _Number | None:
    """The number, unless JSON has no word for it (“inf” is a float to Python), or it is beyond 64 bits."""
    if isinstance(number, int):
        return number if -(2**63) <= number < 2**63 else None
    return number if math.isfinite(number) else None


# Field of an item; where clients have it, the first that is there; how it is read.
_ITEM: tuple[tuple[str, tuple[str, ...], Callable[[Any], Any]], ...] = (
    ("SKU", ("sku", "product_id", "id"), _name),
    ("name", ("name",), _name),
    ("quantity", ("quantity",), _whole),
    ("priceTotal", ("price",), _number),
)


def _web(call: Call) -> dict[str, Any]:
    page = call.context.get("page")
    seen = {**(page if isinstance(page, dict) else {}), **(call.properties if call.kind == "page" else {})}
    details: dict[str, Any] = {}
    if (url := _name(seen.get("url"))) is not None:
        details["URL"] = url
    if (name := _name(call.event if call.kind == "page" and call.event else seen.get("title"))) is not None:
        details["name"] = name
    if call.kind == "page":
        details["pageViews"] = {"value": 1}
    referrer = _name(seen.get("referrer"))
    web = ({"webPageDetails": details} if details else {}) | (
        {"webReferrer": {"URL": referrer}} if referrer else {}
    )
    return {"web": web} if web else {}

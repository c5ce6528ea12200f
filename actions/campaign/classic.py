"""What Adobe Campaign v7 and v8 want of the payload of a transactional message. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journeyorch.phrases import phrase

ADDRESSES = ("email", "mobilePhone", "registrationToken")


def payload_problems(tree: Mapping[str, Any]) -> Iterator[str]:
    """What is missing in a payload's tree: a constant channel and event type, an address, and ``ctx``."""
    fields = tree.get("fields", {})
    for name in ("channel", "eventType"):
        node = fields.get(name, {})
        if not isinstance(node.get("constant"), str) or not node["constant"]:
            yield phrase("The payload needs a constant text as its {name}.", name=name)
    if not any(name in fields for name in ADDRESSES):
        yield phrase("The payload needs an address: one of {names}.", names=", ".join(ADDRESSES))
    if fields.get("ctx", {}).get("type") != "object":
        yield phrase("The payload needs an object ctx, which holds the fields of the message.")

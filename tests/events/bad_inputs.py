"""Reading the table of bad inputs, tests/events/data/bad_inputs.json.

A case has the ``status`` of the single endpoint, ``batch_status`` if the batch differs, and a body:

* ``json``: that text, in UTF-8;
* ``hex``: those bytes;
* ``entity``: that text in the place of a message's ``xdmEntity``;
* ``names``: an entity with so many different ones;
* ``headers``, ``media_type``, ``gzip`` (the body is packed), ``cut`` (only so many bytes of it);
* ``shape``: it is decent JSON, which another protocol may take.

``{{name*count}}`` in a text stands for a repetition: ``{{[*1000]}}`` is a thousand brackets.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_REPETITION = re.compile(r"\{\{(.+?)\*(\d+)\}\}", re.DOTALL)
_MESSAGE = '{"header": {"imsOrgId": "A@AdobeOrg"}, "body": {"xdmEntity": %s}}'


class BadInput(NamedTuple):
    """One request that must be refused."""

    name: str
    status: int
    body: bytes
    batch_body: bytes
    batch_status: int
    headers: dict[str, str]
    media_type: str
    is_decent: bool  # JSON as it should be, only not of the form of this protocol
    case: dict[str, Any]
    entity: str | None  # what is bad about it; None: the whole body is

    def within(self, template: str) -> bytes:
        """For another protocol: the bad entity in the place of ``%s`` in a message of it."""
        return self.body if self.entity is None else _sent(self.case, (template % self.entity).encode())


@cache
def load() -> tuple[BadInput, ...]:
    """All cases of the table."""
    table = json.loads((Path(__file__).parent / "data" / "bad_inputs.json").read_text())
    return tuple(_case(name, case) for name, case in table.items())


def _case(name: str, case: dict[str, Any]) -> BadInput:
    entity = _entity(case)
    single, batch = (_sent(case, body) for body in _bodies(case, entity))
    return BadInput(
        name=name,
        status=case["status"],
        body=single,
        batch_body=batch,
        batch_status=case.get("batch_status", case["status"]),
        headers=case.get("headers", {}),
        media_type=case.get("media_type", "application/json"),
        is_decent=case.get("shape", False),
        case=case,
        entity=entity,
    )


def _sent(case: dict[str, Any], body: bytes) -> bytes:
    packed = gzip.compress(body, compresslevel=1) if case.get("gzip") else body
    return packed[: case["cut"]] if "cut" in case else packed


def _bodies(case: dict[str, Any], entity: str | None) -> tuple[bytes, bytes]:
    if "hex" in case:
        return (bytes.fromhex(case["hex"]),) * 2
    if entity is not None:
        message = _MESSAGE % entity
        return message.encode(), f'{{"messages": [{message}]}}'.encode()
    return (_repeat(case["json"]).encode(),) * 2


def _entity(case: dict[str, Any]) -> str | None:
    if "names" in case:
        return json.dumps({f"name{number}": number for number in range(case["names"])})
    return _repeat(case["entity"]) if "entity" in case else None


def _repeat(text: str) -> str:
    return _REPETITION.sub(lambda match: match[1] * int(match[2]), text)

"""Reading the table of bad inputs, tests/events/data/bad_inputs.json.

A case has the ``status`` of the single endpoint, ``batch_status`` if the batch differs, and a body:

* ``json``: that text, in UTF-8;
* ``hex``: those bytes;
* ``entity``: that text in the place of a message's ``xdmEntity``;
* ``headers``, ``media_type``, ``gzip`` (the body is packed), ``query``.

``{{name*count}}`` in a text stands for a repetition: ``{{[*1000]}}`` is a thousand brackets.
"""

from __future__ import annotations

import gzip
import json
import re
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


def load() -> list[BadInput]:
    """All cases of the table."""
    table = json.loads((Path(__file__).parent / "data" / "bad_inputs.json").read_text())
    return [_case(name, case) for name, case in table.items()]


def _case(name: str, case: dict[str, Any]) -> BadInput:
    single, batch = _bodies(case)
    if case.get("gzip"):
        single, batch = gzip.compress(single), gzip.compress(batch)
    if "cut" in case:
        single, batch = single[: case["cut"]], batch[: case["cut"]]
    return BadInput(
        name=name,
        status=case["status"],
        body=single,
        batch_body=batch,
        batch_status=case.get("batch_status", case["status"]),
        headers=case.get("headers", {}),
        media_type=case.get("media_type", "application/json"),
    )


def _bodies(case: dict[str, Any]) -> tuple[bytes, bytes]:
    if "hex" in case:
        return (bytes.fromhex(case["hex"]),) * 2
    if "entity" in case:
        message = _MESSAGE % _repeat(case["entity"])
        return message.encode(), f'{{"messages": [{message}]}}'.encode()
    return (_repeat(case["json"]).encode(),) * 2


def _repeat(text: str) -> str:
    return _REPETITION.sub(lambda match: match[1] * int(match[2]), text)

"""A request as protocols see it: plain values, and the body when somebody asks for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from events.ingest.refusals import malformed
from journeyorch.strict_json import NotStrictJson, parse


class Incoming:
    """One request; ``headers`` by their names in lower case, ``path`` the named parts of its address."""

    def __init__(
        self,
        *,
        method: str,
        path: Mapping[str, str],
        query: Mapping[str, str],
        headers: Callable[[], Mapping[str, str]],
        read: Callable[[], bytes],
        secure: bool = False,
    ) -> None:
        """``headers`` gives those of the request, asked only if a protocol looks at them; ``read`` the body,
        unpacked: it raises ``Refused`` for one that is too large or broken; ``secure``: it came by https."""
        self.method = method
        self.secure = secure
        self.path = path
        self.query = query
        self._headers = headers
        self._read = read

    @cached_property
    def headers(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self._headers().items()}

    @cached_property
    def body(self) -> bytes:
        return self._read()

    @cached_property
    def json(self) -> Any:
        """The body as strict JSON. Raises ``Refused``, 400 for anything else."""
        try:
            return parse(self.body)
        except NotStrictJson as error:
            raise malformed(str(error)) from None

    @cached_property
    def nonce(self) -> bytes:
        """32 random bytes, the same whenever they are asked for: for ids that an answer has to repeat."""
        return secrets.token_bytes(32)

    @property
    def media_type(self) -> str:
        """Of the body, without parameters, in lower case; "" if it does not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

"""The demo's catcher: every kind of message goes as JSON to a page where it can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_noop
from pydantic import Field

from actions.channels.base import Message, Provider, origin_of, provider
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Request, exchange, outcome_of


@provider("catcher", gettext_noop("Catcher (demo)"), kinds={"email", "sms", "push"})
class Catcher(Provider):
    """Posts to ``{url}/email``, ``{url}/sms`` or ``{url}/push``."""

    url: str = Field(title=gettext_noop("URL of the catcher"), min_length=1, max_length=2000)
    sender_name: str = Field(default="Journeyorch", title=gettext_noop("Sender"), max_length=200)

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(values.get("url"))

    def sender(self) -> str:
        return self.sender_name

    def target(self, message: Message) -> str:
        return f"{self.url.rstrip('/')}/{message.kind}"

    def send(self, message: Message, timeout: float) -> Outcome:
        answer = exchange(self._request(message), timeout=timeout)
        return outcome_of(answer, {"messageId": message.key})

    def _request(self, message: Message) -> Request:
        headers = (("Content-Type", "application/json"), ("Idempotency-Key", message.key))
        return Request("POST", self.target(message), headers, orjson.dumps(message._asdict()))

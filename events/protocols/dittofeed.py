"""Dittofeed: Segment's calls at other addresses, answered with nothing."""

from __future__ import annotations

from events.clients.analytics import KINDS
from events.ingest.incoming import Incoming
from events.protocols import Answer, Receipt, Route, protocol
from events.protocols.segment import Segment

_PREFIX = "api/public/apps/"


@protocol
class Dittofeed(Segment):
    """``POST /api/public/apps/{identify,track,page,screen,group,batch}``."""

    name = "dittofeed"
    prefix = _PREFIX
    routes = (Route(f"{_PREFIX}batch", batch=True), *(Route(f"{_PREFIX}{kind}") for kind in KINDS))

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """204, unless there was nothing of use."""
        answer = super().accepted(receipt, route, request=request)
        return Answer(204) if answer.status == 200 else answer

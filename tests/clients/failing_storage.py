"""The product as it is, but that requests are refused where a test wants it, as they are under load.

gunicorn tests.clients.failing_storage:application

FAILING_STORAGE names a folder. A file in it, named like an inlet, has a line for each of the inlet's next
requests that is to be refused: 503 if the storage fails, 429 if too many events came in that second.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from django.db import OperationalError

from journeyorch.wsgi import application

from events.ingest import accept  # isort: skip - only once Django is set up
from events.ingest.allowance import take  # isort: skip
from events.ingest.doors import Door  # isort: skip

__all__ = ["application"]

_folder = Path(os.environ["FAILING_STORAGE"])
_one_at_a_time = threading.Lock()
_store = accept.store


def _store_unless_refused(door: Door, *arguments: Any, **keywords: Any) -> Any:
    refusal = _next_refusal(door.key)
    if refusal == "503":
        raise OperationalError("refused by a test")
    while refusal == "429":
        # Until this second's only place is taken, and the inlet itself refuses.
        take(door._replace(rate_limit=1), count=1)
    return _store(door, *arguments, **keywords)


def _next_refusal(inlet: str) -> str:
    planned = _folder / inlet
    with _one_at_a_time:
        if not planned.exists():
            return ""
        first, *more = planned.read_text().split()
        if more:
            planned.write_text("\n".join(more))
        else:
            planned.unlink()
    return first


accept.store = _store_unless_refused

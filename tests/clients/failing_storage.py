"""The product as it is, but that nothing can be stored as long as there is a file: FAILING_STORAGE names it.

The file grows with everything that is refused.

gunicorn tests.clients.failing_storage:application
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db import OperationalError

from journeyorch.wsgi import application

from events.ingest import accept  # isort: skip - only once Django is set up

__all__ = ["application"]

_switch = Path(os.environ["FAILING_STORAGE"])
_store = accept.store


def _store_unless_switched_off(*arguments: Any, **keywords: Any) -> Any:
    if _switch.exists():
        with _switch.open("a") as refusals:
            refusals.write(".")
        raise OperationalError("switched off by a test")
    return _store(*arguments, **keywords)


accept.store = _store_unless_switched_off

"""JSON as people read and edit it."""

from __future__ import annotations

import json
from typing import Any


def written(data: Any) -> str:
    """Indented, and in letters as they are."""
    return json.dumps(data, indent=2, ensure_ascii=False)

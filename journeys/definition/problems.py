"""Problems: what keeps a journey from being published, or should make its author think."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One finding. Codes beginning with ``ERR`` block test and publication, ``WARN`` do not."""

    code: str
    message: str  # one sentence: what is wrong, what to do
    activity: str | None = None  # id of the activity, None: the journey itself
    field: str = ""  # where in the activity's configuration
    line: int = 0
    column: int = 0

    @property
    def is_error(self) -> bool:
        return self.code.startswith("ERR")

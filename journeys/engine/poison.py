"""One rule for what kills workers, whatever it is: begun five times and never ended, it is taken out.

An attempt is counted before it is made: taking over an expired lease of a lane or of the router counts one
for its suspect, and a call counts its attempt before it is sent. What is taken out harms nobody any more,
stays visible with the code ``crashed``, and can be tried again: an event from the quarantine, a person or a
call by an operator's retry. Trouble of the database is nobody's fault and is not counted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError, OperationalError

from journeys.engine.lanes import Leased, release

logger = logging.getLogger(__name__)

# PostgreSQL's class "program limit exceeded": the statement is too large, and will be so next time.
_TOO_LARGE = "54"
# What could not be given back because the database was away: (table, lease).
_owed: list[tuple[str, Leased]] = []


def is_trouble(error: BaseException) -> bool:
    """Whether an error is about the database (locks, time, connections), not about what was written to it."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    return not str(getattr(error.__cause__, "sqlstate", "")).startswith(_TOO_LARGE)


def give_back(leases: Sequence[Leased], error: Exception, *, table: str = "journeys_lane") -> None:
    """Release what an error kept from being written; unless it was trouble, that counts like a crash."""
    trouble = is_trouble(error)
    try:
        release(leases, table=table, crashed=not trouble)
    except (DatabaseError, InterfaceError):
        # Taken over by another, it would count as a crash; so we give it back as soon as we can.
        logger.warning("Leases could not be given back; that is done when the database can be used again")
        if trouble:
            _owed.extend((table, leased) for leased in leases)


def settle() -> None:
    """Give back what could not be given back before; what others have taken over meanwhile stays theirs."""
    while _owed:
        table, leased = _owed[-1]
        release([leased], table=table)
        _owed.pop()

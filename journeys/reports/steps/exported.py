"""That step events left the house goes into the audit log."""

from __future__ import annotations

from journeyorch.access import audit
from journeyorch.access.models import Sandbox


def record_export(sandbox: Sandbox) -> None:
    """One line for each file, and for each reading of the API from its beginning on."""
    audit.record("exported", sandbox, label="Step events", sandbox_id=sandbox.pk)

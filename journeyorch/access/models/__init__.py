"""Users and sandboxes: who may use Journeyorch, in which separate world, and what they have done there."""

from journeyorch.access.models.audit_entry import AuditEntry
from journeyorch.access.models.configuration import Configuration
from journeyorch.access.models.credential import Credential
from journeyorch.access.models.group_offer import GroupOffer
from journeyorch.access.models.preference import Preference
from journeyorch.access.models.sandbox import Sandbox
from journeyorch.access.models.user import User

__all__ = ["AuditEntry", "Configuration", "Credential", "GroupOffer", "Preference", "Sandbox", "User"]

"""Users and sandboxes: who may use Journeyorch, in which separate world, and what they have done there."""

from journeyorch.access.models.audit_entry import AuditEntry
from journeyorch.access.models.audited import Audited
from journeyorch.access.models.configuration import Configuration, ConfigurationPart
from journeyorch.access.models.credential import Credential
from journeyorch.access.models.group_offer import GroupOffer
from journeyorch.access.models.preference import Preference
from journeyorch.access.models.sandbox import Sandbox
from journeyorch.access.models.second_factor import RecoveryCode, SecondFactor
from journeyorch.access.models.sign_on_account import SignOnAccount
from journeyorch.access.models.user import User

__all__ = [
    "AuditEntry", "Audited", "Configuration", "ConfigurationPart", "Credential", "GroupOffer", "Preference",
    "RecoveryCode", "Sandbox", "SecondFactor", "SignOnAccount", "User",
]  # fmt: skip

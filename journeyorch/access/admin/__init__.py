"""Who may do what, and who did: users, sandboxes, API credentials, the audit log."""

from journeyorch.access.admin import audit_log, credentials, logins, sandboxes, users

__all__ = ["audit_log", "credentials", "logins", "sandboxes", "users"]

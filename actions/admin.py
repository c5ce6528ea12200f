"""The admin pages of the app."""

from actions import custom_admin as custom
from actions.contact import admin as contact
from actions.messages import admin as messages

__all__ = ["contact", "custom", "messages"]

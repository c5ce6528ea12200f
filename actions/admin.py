"""The admin pages of the app."""

from actions import custom_admin as custom
from actions.campaign import admin as campaign
from actions.contact import admin as contact
from actions.messages import admin as messages

__all__ = ["campaign", "contact", "custom", "messages"]

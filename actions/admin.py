"""The admin pages of the app."""

from actions import custom_admin as custom
from actions.campaign import admin as campaign
from actions.channels import admin as channels
from actions.contact import admin as contact
from actions.messages import admin as messages

__all__ = ["campaign", "channels", "contact", "custom", "messages"]

"""The admin pages of the app."""

from actions import custom_admin as custom

__all__ = ["custom"]

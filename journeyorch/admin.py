"""The admin pages of the floor's own tables."""

from journeyorch.background import admin as background

__all__ = ["background"]

"""The admin pages of the floor's own tables."""

from journeyorch.background import admin as background
from journeyorch.privacy import admin as privacy

__all__ = ["background", "privacy"]

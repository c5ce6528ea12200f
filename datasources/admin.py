"""The admin pages of the app, from the rooms where they live."""

from datasources.external import admin as external
from datasources.platform.profiles import admin as profiles

__all__ = ["external", "profiles"]

"""The admin pages of the outgoing side."""

from journeyorch.outbound.protection import admin as protection

__all__ = ["protection"]

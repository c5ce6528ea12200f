"""Pages on which technical users set up what comes in, and see what came."""

from events.admin import configured, inlets, quarantine, received

__all__ = ["configured", "inlets", "quarantine", "received"]

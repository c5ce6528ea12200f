"""News of this app for the rooms above (architecture.md, Rooms)."""

from django.dispatch import Signal

# After the commit that stored events; argument ``sandbox_id``. A wake-up only: the rows are the truth, and
# a lost signal costs one tick (engine.md, Accept).
events_received = Signal()

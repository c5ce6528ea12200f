"""News of this app for the rooms above (architecture.md, Rooms)."""

from django.dispatch import Signal

# Inside the transaction that records it; arguments ``message_id`` (the delivery's), ``kind`` (a
# ``Delivery.Status``) and ``at`` (when it was recorded). Receivers write rows and nothing else.
message_feedback_received = Signal()

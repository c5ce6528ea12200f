"""News of this app for the rooms above (architecture.md, Rooms)."""

from django.dispatch import Signal

# Inside the transaction that records it; arguments ``message_id`` (the delivery's), ``kind`` (a
# ``Delivery.Status``), ``at`` (when it was recorded) and ``traits`` (those that are known, by name).
# Receivers write rows and nothing else.
message_feedback_received = Signal()

# The same of a message whose page in the browser is opened for the first time: ``message_id``, ``at``.
message_page_seen = Signal()

# The same of each link that is clicked in a message for the first time: ``message_id``, ``link``, ``at``.
message_link_clicked = Signal()

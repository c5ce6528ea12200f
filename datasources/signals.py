"""News of this app for the rooms above (architecture.md, Rooms)."""

from django.dispatch import Signal

# Inside the transaction that changes memberships; arguments ``sandbox_id``, ``news`` (of
# ``segments.memberships.MembershipNews``) and ``bulk`` (whether many come at once and may wait).
# Receivers write rows and nothing else.
segment_membership_changed = Signal()

"""Tables of the outgoing side."""

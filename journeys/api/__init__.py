"""The REST API of the rooms (docs/api.md): views parse and answer, what they do is elsewhere."""

"""People and namespaces over HTTP, in the shape that clients of Experience Platform know (docs/api.md)."""

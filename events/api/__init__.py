"""What came in, over the REST API."""

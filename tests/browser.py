"""Chromium for end-to-end tests (the fixture ``page`` follows)."""

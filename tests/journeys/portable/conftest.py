"""Logging in with some permissions, as for the tests of pages."""

from tests.journeys.views.conftest import login, sandbox

__all__ = ["login", "sandbox"]

"""The sandbox, templates and people of the messages' tests."""

from tests.actions.messages.conftest import call, channel, person, sandbox, template  # noqa: F401

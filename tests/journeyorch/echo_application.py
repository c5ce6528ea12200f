"""A WSGI application that answers with what it is sent, and fails at one address.

gunicorn tests.journeyorch.echo_application
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body: bytes = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/fails":
        raise RuntimeError("As asked.")
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

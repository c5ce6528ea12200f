"""A WSGI application that answers with what it is sent, fails at one address, tells who loaded it at another.

gunicorn tests.journeyorch.echo_application
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

LOADED_BY = os.getpid()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body: bytes = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/fails":
        raise RuntimeError("As asked.")
    if environ["PATH_INFO"] == "/loaded-by":
        body = str(LOADED_BY).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

"""The WSGI application, which also takes bodies sent in chunks (ingestion.md, Plain JSON).

A client that streams sends ``Transfer-Encoding: chunked`` and no ``Content-Length``. Django reads exactly
``CONTENT_LENGTH`` bytes, so without the wrapper it would see an empty body and lose the event.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from journeyorch import memory
from journeyorch.direct import with_direct_views

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_STEP = 64 * 1024


class TooLarge(Exception):
    """The body goes on beyond the limit."""


def read_up_to(stream: Any, limit: int) -> bytes:
    """Everything in ``stream``; ``TooLarge`` as soon as there are more than ``limit`` bytes."""
    parts = bytearray()
    while part := stream.read(min(_STEP, limit + 1 - len(parts))):
        parts += part
        if len(parts) > limit:
            raise TooLarge
    return bytes(parts)


def with_chunked_bodies(application: Application, *, limit: int) -> Application:
    """Wrap a WSGI application so that a chunked body of at most ``limit`` bytes looks like any other.

    A longer (or endless) one is answered with 413 without reading on, a broken one with 400.
    """

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not _is_chunked(environ):
            return application(environ, start_response)
        try:
            body = read_up_to(environ["wsgi.input"], limit)
        except TooLarge:
            return _refuse(start_response, "413 Content Too Large", f"The body is larger than {limit} bytes.")
        except Exception:  # noqa: BLE001 - every server has exceptions of its own for a broken chunk
            return _refuse(start_response, "400 Bad Request", "The body ended before its last chunk.")
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return application(environ, start_response)

    return wrapped


def _is_chunked(environ: Environ) -> bool:
    # Without the flag the server does not promise that reading stops at the end of the body: reading
    # would wait for the client for ever.
    codings = environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    return "chunked" in codings and bool(environ.get("wsgi.input_terminated"))


def _refuse(start_response: StartResponse, status: str, detail: str) -> list[bytes]:
    code, title = status.split(" ", 1)
    body = f'{{"type":"about:blank","status":{code},"title":"{title}","detail":"{detail}"}}'.encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")

application = with_chunked_bodies(
    with_direct_views(get_wsgi_application()), limit=settings.INGEST_MAX_BATCH_BYTES
)
import_module(settings.ROOT_URLCONF)  # all views, or the first request would wait for them
memory.settle()

"""Where the links of messages lead. No login and no cookie: the signed link is the credential."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from csp.decorators import csp_replace
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.messages.feedback import record_feedback
from actions.messages.traits import Reader, reader_of
from actions.tracking.clicks import record_click, record_page
from actions.tracking.models import MirrorPage
from actions.tracking.recipients import for_recipients
from actions.tracking.signed import Purpose, unsign

logger = logging.getLogger(__name__)

_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# The page is a message: foreign markup that runs nothing. Its pictures load, and its links open.
_MIRROR_POLICY = {
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["https:", "http:", "data:"],
    "frame-ancestors": ["'none'"],
}


@require_safe
def opened(request: HttpRequest, signed: str) -> HttpResponse:
    """The picture in a message; asking for it tells that the message was opened."""
    message_id, _ = _meant(Purpose.OPEN, signed)
    if request.method == "GET":
        with _reaching_anyway("opened"):
            record_feedback(message_id, "opened", at=timezone.now(), reader=_reader(request))
    return _uncached(HttpResponse(_PIXEL, content_type="image/gif"))


@for_recipients
@require_safe
def clicked(request: HttpRequest, signed: str) -> HttpResponse:
    """A tracked link: recorded, then on to the address that was signed with it."""
    message_id, (url, label) = _meant(Purpose.CLICK, signed)
    if request.method == "GET":
        with _reaching_anyway("clicked"):
            record_click(message_id, url, label, at=timezone.now(), reader=_reader(request))
    return _uncached(HttpResponseRedirect(url))


@for_recipients
@require_safe
@csp_replace(_MIRROR_POLICY)  # type: ignore[arg-type]  # its types forget what the address brings
def mirrored(request: HttpRequest, signed: str) -> HttpResponse:
    """The message as it was sent, as long as it is kept."""
    message_id, _ = _meant(Purpose.MIRROR, signed)
    page = MirrorPage.objects.filter(message_id=message_id).first()
    if page is None:
        raise Http404
    if request.method == "GET" and page.seen_at is None:
        with _reaching_anyway("read in the browser"):
            record_page(message_id)
    response = _uncached(HttpResponse(page.html))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _meant(purpose: Purpose, signed: str) -> tuple[UUID, list[str]]:
    meant = unsign(purpose, signed)
    if meant is None:
        raise Http404
    return meant


def _reader(request: HttpRequest) -> Reader:
    return reader_of(request.headers.get("User-Agent", ""))


@contextmanager
def _reaching_anyway(kind: str) -> Iterator[None]:
    """A database that cannot be reached must not keep the person from where the link leads."""
    try:
        yield
    except (DatabaseError, InterfaceError):
        logger.exception("It could not be recorded that a message was %s", kind)


def _uncached(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response

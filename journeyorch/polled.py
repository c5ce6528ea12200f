"""Answers that pages ask for again and again, mostly to hear that nothing has changed."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse


def polled(request: HttpRequest, body: bytes, content_type: str = "text/html; charset=utf-8") -> HttpResponse:
    """``body`` with an ETag; 304 for whoever has it already. Browsers keep it, and ask before they use it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type, headers=headers)

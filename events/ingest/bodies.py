"""From a request to the bytes of its JSON: media type, charset, compression and size."""

from __future__ import annotations

import re
import zlib

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from events.ingest.refusals import malformed, too_large, unsupported

# Browsers' collectors send JSON as text/plain to spare themselves a preflight.
_JSON_TYPE = re.compile(r"(application|text)/([a-z0-9.!#$&^_-]+\+)?json|text/plain", re.ASCII)
_LINES_TYPE = re.compile(r"application/(x-)?(ndjson|jsonl|jsonlines)", re.ASCII)
_UTF8 = {"", "utf-8", "utf8", "us-ascii"}
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_START = b"\x1f\x8b"


def read_body(
    request: HttpRequest, *, limit: int, lines: bool = False, silent: bool = False, any_type: bool = False
) -> bytes:
    """The request's JSON, with ``lines`` also JSON lines, as bytes, unpacked, at most ``limit`` of them.

    ``silent``: it may be packed although no header says so; ``any_type``: it may be called anything.
    Raises ``Refused``: 400 for a body that is cut off or not gzip, 413, 415.
    """
    if not any_type:
        _check_media_type(request, lines=lines)
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise unsupported("The content encoding is not gzip.")
    body = _read(request, limit=limit)
    # What no JSON begins with.
    packed = encoding in ("gzip", "x-gzip") or (silent and body.startswith(_GZIP_START))
    return gunzip(body, limit=limit) if packed else body


# A form of a client's id and secret; nothing longer is one.
_FORM_BYTES = 8 * 1024


def read_form(request: HttpRequest) -> str:
    """The text of a small form; what is not UTF-8 names nothing. Raises ``Refused``."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise unsupported("The media type is not application/x-www-form-urlencoded.")
    return _read(request, limit=_FORM_BYTES).decode("utf-8", "replace")


def _check_media_type(request: HttpRequest, *, lines: bool) -> None:
    kind = (request.content_type or "").lower()
    if kind and not (_JSON_TYPE.fullmatch(kind) or (lines and _LINES_TYPE.fullmatch(kind))):
        raise unsupported("The media type is not JSON.")
    charset = (request.content_params or {}).get("charset", "")
    if charset.strip("\"' ").lower() not in _UTF8:
        raise unsupported("The charset is not UTF-8.")


def _read(request: HttpRequest, *, limit: int) -> bytes:
    announced = _announced_length(request)
    if announced > limit:
        raise _over(limit)
    try:
        body = request.body
    except RequestDataTooBig:
        raise _over(limit) from None
    except UnreadablePostError:
        raise malformed("The connection ended before the body did.") from None
    # A body cut off behind a complete value would otherwise pass for a whole one.
    if len(body) < announced:
        raise malformed("The body is shorter than its Content-Length.")
    return body


def _announced_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def gunzip(packed: bytes, *, limit: int) -> bytes:
    """Unpack, never producing more than ``limit`` bytes whatever a bomb would unpack to."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise malformed("The body is not valid gzip.") from None
    if len(body) > limit:
        raise _over(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise malformed("The body is not exactly one complete gzip stream.")
    return body


def _over(limit: int) -> Exception:
    return too_large(f"The body is larger than {limit} bytes.")

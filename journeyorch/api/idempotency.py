"""A POST that a client sends again, because it does not know whether the first one arrived, is done once.

By the header ``Idempotency-Key`` (IETF draft "The Idempotency-Key HTTP Header Field"). Key and answer are
written in the transaction of what the request does, so either both are there or neither: after a crash the
repetition does it, and a repetition that comes meanwhile waits for the first one's answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import read_body
from journeyorch.api.models import KEPT, LONGEST_KEY, AnsweredRequest
from journeyorch.api.problems import Unacceptable
from journeyorch.outbound.secrets import reveal, seal

HEADER = "Idempotency-Key"
_HEADERS_KEPT = ("Location", "ETag")
Handler = Callable[..., Response]


class AnotherRequest(Unacceptable):
    """422: the key was used before, for something else."""

    def __init__(self) -> None:
        super().__init__([])
        self.detail = f"Another request had this {HEADER}. Send a new key with a new request."


def answered_once(handler: Handler, request: Request, *, most: int, parts: dict[str, Any]) -> Response:
    """The handler's answer, or the one that it gave to the same request before.

    ``most``: bytes of a body. Raises ``ParseError``, ``AnotherRequest``.
    """
    key = request.headers[HEADER]
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise ParseError(f"{HEADER} has 1 to {LONGEST_KEY} characters.")
    sender, fingerprint, now = _sender(request), _fingerprint(request, most), timezone.now()
    rows = AnsweredRequest.objects.filter(sender=sender, key=key)
    rows.filter(at__lte=now - KEPT).delete()
    try:
        with transaction.atomic():
            row = AnsweredRequest.objects.create(sender=sender, key=key, request=fingerprint, at=now)
            answer = handler(request, **parts)
            _note(row, answer)
            return answer
    except IntegrityError:
        first = rows.first()
        if first is None:  # it was the handler's, whose rows are as they were
            raise
    return _repeated(first, fingerprint)


def _sender(request: Request) -> str:
    credential = request.auth
    return f"user {request.user.pk}" if credential is None else f"credential {credential.pk}"


def _fingerprint(request: Request, most: int) -> str:
    plain = request._request
    plain._body = read_body(plain, most)  # what parsers read later
    parts = (request.method or "", request.get_full_path(), sandbox_of(request).name)
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + plain.body).hexdigest()


def _note(row: AnsweredRequest, answer: Response) -> None:
    row.status = answer.status_code
    row.headers = {name: answer[name] for name in _HEADERS_KEPT if name in answer}
    row.answer = seal(JSONRenderer().render(answer.data).decode(), bound_to=row.request)
    row.save()


def _repeated(first: AnsweredRequest, fingerprint: str) -> Response:
    if first.request != fingerprint:
        raise AnotherRequest
    data = orjson.loads(reveal(first.answer, bound_to=first.request) or "null")
    return Response(data, status=first.status, headers={**first.headers, "Idempotent-Replayed": "true"})

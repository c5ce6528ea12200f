"""Errors below ``/authoring``, in the shape that clients of Journey Optimizer's APIs know."""

from __future__ import annotations

import json
import uuid
from typing import Any

from rest_framework.response import Response

from journeyorch.api.describing import Answer


class RefusedAnswer(Answer):
    """``error`` is JSON as a text: ``code``, ``message``, and ``errors`` if there are several."""

    status: int
    error: str
    requestId: str  # noqa: N815 - clients' names


#: Media type and form of errors, for ``operation``.
REFUSAL = ("application/json", RefusedAnswer)


def error_answer(
    status: int, code: int | str, message: str, *, errors: list[Any] | None = None, headers: Any = None
) -> Response:
    """``error`` is a text of JSON, as it always was in these APIs."""
    told = {"code": code, "message": message, **({"errors": errors} if errors else {})}
    body = {"status": int(status), "error": json.dumps(told), "requestId": uuid.uuid4().hex}
    return Response(body, status=status, headers=headers)

"""The API's description (OpenAPI 3.1), as JSON and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.api.views import ApiView

_METHODS = ("get", "put", "post", "patch", "delete")


@cache
def description() -> dict[str, Any]:
    """The whole document; it changes with the code only."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


class Description(ApiView):
    """The document itself."""

    schema = None  # it does not describe itself

    def get(self, request: Request) -> Response:
        return Response(description())


@require_safe
@login_required
def reference(request: HttpRequest) -> HttpResponse:
    """The document as a page."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in description()["paths"].items():
        for method in _METHODS:
            if operation := item.get(method):
                groups.setdefault(operation["tags"][0], []).append(_shown(path, method, operation))
    return render(request, "api/reference.html", {"groups": sorted(groups.items())})


def _shown(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    """An operation for the page, with the forms of its body and of its usual answer as text."""
    usual = next(iter(operation["responses"].values()))
    return {
        **operation,
        "method": method.upper(),
        "path": path,
        "body": _form(operation.get("requestBody", {})),
        "answer": _form(usual),
    }


def _form(holder: Mapping[str, Any]) -> str:
    """The JSON Schema of a body; "" if it can be anything, or there is none."""
    for content in holder.get("content", {}).values():
        schema = content["schema"]
        if name := schema.get("$ref", "").rpartition("/")[2]:
            schema = description()["components"]["schemas"][name]
        return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() if schema else ""
    return ""

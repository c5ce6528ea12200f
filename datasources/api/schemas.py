"""A schema over the API as one self-contained document, for those who check what they send."""

from __future__ import annotations

from django.urls import path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.schemas.downloading import self_contained
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView
from journeyorch.portable.kind import kinds

_KIND = kinds()["schemas"]


class JsonSchemaAnswer(Answer):
    """JSON Schema 2020-12; it refers to nothing outside of itself."""


class WholeSchema(ApiView):
    permissions = (_KIND.permission("view"),)

    @operation("download_schema", tag=str(_KIND.title), answer=JsonSchemaAnswer)
    def get(self, request: Request, name: str) -> Response:
        """What messages of the schema are checked with."""
        schema = _KIND.find(sandbox_of(request), name)
        if schema is None:
            raise NotFound("There is nothing of this name in your sandbox.")
        return Response(self_contained(schema))


urlpatterns = [path("schemas/<path:name>/document", WholeSchema.as_view(), name="api-schema-document")]

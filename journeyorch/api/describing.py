"""How views say what they take and give: the API's description is made from it (``description``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import BaseModel, ConfigDict

from journeyorch.access.sandboxes import HEADER
from journeyorch.api.problems import MEDIA_TYPE

_Method = TypeVar("_Method", bound=Callable[..., Any])

# What any view may answer (docs/api.md, Errors), and those with a body besides.
_ALWAYS, _WITH_BODY = (400, 401, 403, 404, 405, 406), (413, 415, 422)
_PROBLEMS_FROM = 300


class Operations(AutoSchema):
    """How the framework describes views: only methods that say what they take and give, by ``operation``."""

    def is_excluded(self) -> bool:
        return not getattr(getattr(self.view, self.method.lower()), "is_operation", False)


class CredentialScheme(OpenApiAuthenticationExtension):
    """What a program shows."""

    target_class = "journeyorch.access.credentials.CredentialAuthentication"
    name = "credential"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class Answer(BaseModel):
    """The form of an answer; more may be in it one day."""

    model_config = ConfigDict(extra="allow")


class FlawAnswer(Answer):
    """One thing wrong with a body; ``pointer`` says where (RFC 6901)."""

    pointer: str
    detail: str


class ProblemAnswer(Answer):
    """What was wrong, and what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FlawAnswer] = []


def operation(
    name: str,
    *,
    tag: str,
    answer: type[BaseModel] | None,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    status: int = 200,
    also: tuple[int, ...] = (),
    says: str | None = None,
    refusal: tuple[str, type[BaseModel]] = (MEDIA_TYPE, ProblemAnswer),
) -> Callable[[_Method], _Method]:
    """Decorates a method of a view: its name in the description, its group, and the forms that go in and out.

    What it does is said by ``says``, the method's docstring, or the view's. ``also``: statuses beside the
    usual one; those below 300 answer in the same form. Without ``answer`` there is no body. ``refusal``:
    media type and form of errors.
    """
    good = {one: answer or OpenApiResponse() for one in (status, *also) if one < _PROBLEMS_FROM}
    problems = (*_ALWAYS, *(_WITH_BODY if body else ()), *(one for one in also if one >= _PROBLEMS_FROM))
    describe: Callable[[_Method], _Method] = extend_schema(
        operation_id=name,
        tags=[tag],
        parameters=[_SANDBOX, *_parameters(query)],
        request=body,
        description=says,
        responses={**good, **{(one, refusal[0]): refusal[1] for one in problems}},
    )

    def decorate(method: _Method) -> _Method:
        method.is_operation = True  # type: ignore[attr-defined]
        return describe(method)

    return decorate


_SANDBOX = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="The name of the sandbox, if not the one you work in."
)


def _parameters(query: type[BaseModel] | None) -> Iterator[OpenApiParameter]:
    if query is None:
        return
    form = query.model_json_schema()
    for name, schema in form["properties"].items():
        yield OpenApiParameter(
            name, _without_null(schema), OpenApiParameter.QUERY, required=name in form.get("required", ())
        )


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not; it is never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    plain = {**schema, **kinds[0]} if len(kinds) == 1 else dict(schema)
    return {key: value for key, value in plain.items() if key not in ("anyOf", "default", "title")}

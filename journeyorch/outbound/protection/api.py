"""Caps and throttles over HTTP, in the shape that clients of Journey Optimizer know (docs/api.md)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import Field, StringConstraints, ValidationError
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.authoring import error_answer
from journeyorch.api.bodies import Body
from journeyorch.api.problems import TooLarge
from journeyorch.api.views import ApiView
from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.checking import ANY_NUMBER, MOST_CONNECTIONS
from journeyorch.outbound.protection.lifecycle import NOT_FOUND, AnyConfig, NotPossible
from journeyorch.outbound.protection.models import CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection.shapes import capping_shape, throttling_shape, validation_shape

_Text = Annotated[str, StringConstraints(max_length=2000)]
_Methods = Annotated[list[Annotated[str, StringConstraints(max_length=20)]], Field(max_length=20)]
_Service = Annotated[str, StringConstraints(max_length=60)]
_Number = Annotated[int, Field(ge=-(2**31), lt=2**53)]


class Rating(Body):
    maxCallsCount: _Number | None = None  # noqa: N815 - clients' names
    periodInMs: _Number | None = None  # noqa: N815


class Limits(Body):
    maxHttpConnections: int | None = Field(default=None, ge=ANY_NUMBER, le=MOST_CONNECTIONS)  # noqa: N815
    rating: Rating | None = None


class CappingBody(Body):
    """A cap as it is sent; what is missing may follow before it is deployed."""

    url: _Text = ""
    methods: _Methods = []
    services: dict[_Service, Limits] = Field(default_factory=dict, max_length=10)

    def fields(self) -> dict[str, Any]:
        services = {name: limits.model_dump(exclude_none=True) for name, limits in self.services.items()}
        return {"url": self.url, "methods": self.methods, "services": services}


class ThrottlingBody(Body):
    """A throttle as it is sent."""

    name: str = Field(default="", max_length=120)
    description: _Text = ""
    url_pattern: _Text = Field(default="", alias="urlPattern")
    methods: _Methods = []
    max_throughput: int | None = Field(default=None, alias="maxThroughput", ge=-(2**31), lt=2**31)

    def fields(self) -> dict[str, Any]:
        return self.model_dump()


class Kind(NamedTuple):
    """What differs between caps and throttles."""

    path: str
    model: type[AnyConfig]
    existing: Callable[[], QuerySet[Any]]
    body: type[CappingBody | ThrottlingBody]
    shape: Callable[[Any], dict[str, Any]]
    not_json: str  # code of a body that is no JSON
    invalid: str  # code of one that has another form


CAPPING = Kind(
    "endpointConfigs",
    CappingConfig,
    CappingConfig.objects.all,
    CappingBody,
    capping_shape,
    "ERR_ENDPOINTCONFIG_112",
    "ERR_ENDPOINTCONFIG_111",
)
THROTTLING = Kind(
    "throttlingConfigs",
    ThrottlingConfig,
    ThrottlingConfig.objects.existing,
    ThrottlingBody,
    throttling_shape,
    "ERR_THROTTLING_CONFIG_106",
    "ERR_THROTTLING_CONFIG_106",
)


class ConfigView(ApiView):
    """What the addresses of one kind share. Errors are ``{status, error, requestId}``."""

    kind: Kind = CAPPING
    needs: ClassVar[Mapping[str, str]] = {"GET": "view", "PUT": "change", "DELETE": "delete"}

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        verb = self.needs.get(request.method or "", "")
        if verb and not request.user.has_perm(f"outbound.{verb}_{self.kind.model._meta.model_name}"):
            raise exceptions.PermissionDenied

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return _handle

    def configs(self, request: Request) -> QuerySet[Any]:
        """Those of the request's sandbox."""
        people = ("created_by", "modified_by", "deployed_by")
        return self.kind.existing().filter(sandbox=sandbox_of(request)).select_related("sandbox", *people)

    def config(self, request: Request, uid: str) -> Any:
        try:
            found = self.configs(request).filter(uid=uuid.UUID(uid)).first()
        except ValueError:
            found = None
        if found is None:
            raise NotPossible(NOT_FOUND, "There is no such configuration here.")
        return found

    def read(self, request: Request) -> dict[str, Any]:
        """The fields that a body sets. Raises ``NotPossible``."""
        if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            raise NotPossible(self.kind.not_json, "The body must be JSON; it is empty.")
        try:
            return self.kind.body.model_validate(request.data).fields()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(str(part)[:64] for part in first["loc"]) or "the body"
            raise NotPossible(self.kind.invalid, f"{place}: {first['msg']}.") from None

    def answer(self, config: Any, what: str, *, status: int = 200, checked: bool = True) -> Response:
        """What a verb answers: ``what`` is the past tense of it, such as ``created``."""
        body: dict[str, Any] = {
            f"{what}Element": self.kind.shape(config),
            "uid": str(config.uid),
            "uri": f"/authoring/{self.kind.path}/{config.uid}",
            "resStatus": what,
        }
        if checked:
            body["canDeploy"] = validation_shape(lifecycle.problems_of(config))
        return Response(body, status=status)


class Listing(ConfigView):
    """All of the sandbox, oldest first."""

    needs = {"POST": "view"}

    def post(self, request: Request) -> Response:
        return Response({"results": [self.kind.shape(row) for row in self.configs(request).order_by("pk")]})


class Collection(ConfigView):
    needs = {"POST": "add"}

    def post(self, request: Request) -> Response:
        sandbox: Sandbox = sandbox_of(request)
        config: Any = self.kind.model(sandbox=sandbox, **self.read(request))
        lifecycle.save(config, by=request.user, now=timezone.now())
        return self.answer(config, "created", status=HTTPStatus.CREATED)


class Single(ConfigView):
    def get(self, request: Request, uid: str) -> Response:
        return Response({"result": self.kind.shape(self.config(request, uid))})

    def put(self, request: Request, uid: str) -> Response:
        config = self.config(request, uid)
        for name, value in self.read(request).items():
            setattr(config, name, value)
        lifecycle.save(config, by=request.user, now=timezone.now())
        return self.answer(config, "updated")

    def delete(self, request: Request, uid: str) -> Response:
        """``?forceDelete=true`` undeploys it first."""
        config = self.config(request, uid)
        force = request.query_params.get("forceDelete", "").lower() == "true"
        lifecycle.delete(config, force=force, now=timezone.now())
        return Response({"uid": str(config.uid), "resStatus": "deleted"})


class Checking(ConfigView):
    needs = {"POST": "view"}

    def post(self, request: Request, uid: str) -> Response:
        return Response(validation_shape(lifecycle.problems_of(self.config(request, uid))))


class Deploying(ConfigView):
    needs = {"POST": "change"}

    def post(self, request: Request, uid: str) -> Response:
        config = lifecycle.deploy(self.config(request, uid), by=request.user, now=timezone.now())
        return self.answer(config, "deployed")


class Undeploying(ConfigView):
    needs = {"POST": "change"}

    def post(self, request: Request, uid: str) -> Response:
        config = lifecycle.undeploy(self.config(request, uid), now=timezone.now())
        return self.answer(config, "undeployed", checked=False)


def _handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Errors in the words of these APIs; None, which ends in a 500, for what is a fault of ours."""
    if isinstance(error, NotPossible):
        status = HTTPStatus.NOT_FOUND if error.code == NOT_FOUND else HTTPStatus.BAD_REQUEST
        return error_answer(status, error.code, str(error), errors=[one._asdict() for one in error.problems])
    response = exception_handler(error, context)
    if response is None:
        return None
    not_read = (exceptions.ParseError, exceptions.UnsupportedMediaType, TooLarge)
    code = context["view"].kind.not_json if isinstance(error, not_read) else response.status_code
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    return error_answer(response.status_code, code, str(detail), headers=response.headers)

"""The same addresses for every kind of configuration: list, create, read, put, delete."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from pydantic import ConfigDict, Field, create_model
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.portable.kind import InUse, Kind, Unfit

_NEEDS = {"GET": "view", "HEAD": "view", "POST": "add", "DELETE": "delete"}


class ListQuery(Body):
    """``after``: the ``next`` of the page before. ``search``: in names and descriptions."""

    model_config = ConfigDict(extra="forbid", strict=False)

    limit: int = Field(default=100, ge=1, le=1000)
    after: str = Field(default="", max_length=300)
    search: str = Field(default="", max_length=200)


class KindView(ApiView):
    """Base of the addresses of one kind; whoever may not see things of it is refused."""

    kind: ClassVar[Kind]

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        verb = _NEEDS.get(request.method or "")
        if verb and not request.user.has_perm(self.kind.permission(verb)):
            raise exceptions.PermissionDenied

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # nobody else has a permission
        return self.request.user

    def answer(self, row: Any, *, status: int = HTTPStatus.OK) -> Response:
        return Response(_shown(self.kind, row), status=status, headers={"ETag": etag(self.kind, row)})

    def save(self, data: Any, row: Any | None) -> Any:
        """Store a body. Raises ``Unacceptable``."""
        try:
            return self.kind.save(sandbox_of(self.request), self.kind.read(data), row, by=self.user)
        except Unfit as refusal:
            raise Unacceptable(refusal.flaws) from None

    def require_unchanged(self, row: Any | None) -> None:
        """412 if the headers say that somebody has seen another state, or none."""
        wanted, unwanted = self.request.headers.get("If-Match"), self.request.headers.get("If-None-Match")
        if wanted is not None and (row is None or wanted not in ("*", etag(self.kind, row))):
            raise PreconditionFailed("It has been changed meanwhile; read it again.")
        if unwanted == "*" and row is not None:
            raise PreconditionFailed("There is something of this name already.")


class PreconditionFailed(exceptions.APIException):
    """412: it is not as the request supposes."""

    status_code = HTTPStatus.PRECONDITION_FAILED


def etag(kind: Kind, row: Any) -> str:
    """A name for the state of a row's document."""
    # Sorted: databases give the names in objects in orders of their own.
    text = orjson.dumps(kind.plain(row), option=orjson.OPT_SORT_KEYS)
    return '"' + hashlib.sha256(text).hexdigest()[:32] + '"'


def _shown(kind: Kind, row: Any) -> dict[str, Any]:
    return {"document": kind.plain(row), "about": kind.about(row)}


class Listing(KindView):
    def list(self, request: Request, query: type[ListQuery]) -> Response:
        asked, kind = read_query(query, request), self.kind
        found = kind.rows(sandbox_of(request)).order_by(kind.key)
        for word in asked.search.split():
            found = found.filter(_mentions(kind, word))
        given = asked.model_dump(include=set(kind.filters), exclude_none=True)
        found = found.filter(**given, **({f"{kind.key}__gt": asked.after} if asked.after else {}))
        rows = [*found[: asked.limit + 1]]
        page = rows[: asked.limit]
        more = kind.key_of(page[-1]) if len(rows) > asked.limit else None
        return Response({"items": [_shown(kind, row) for row in page], "next": more})

    def create(self, request: Request) -> Response:
        data, kind = request.data, self.kind
        key = data.get(kind.key) if isinstance(data, dict) else None
        with transaction.atomic():
            if isinstance(key, str) and kind.find(sandbox_of(request), key) is not None:
                raise Conflict("There is something of this name already. Use PUT at its own address.")
            row = self.save(data, None)
        answer = self.answer(row, status=HTTPStatus.CREATED)
        answer["Location"] = address_of(kind, row)
        return answer


def _mentions(kind: Kind, word: str) -> Q:
    """Whether name or description, if the kind has one, hold a word."""
    described = any(field.name == "description" for field in kind.model._meta.fields)
    found = Q(**{f"{kind.key}__icontains": word})
    return found | Q(description__icontains=word) if described else found


class Single(KindView):
    """One thing, by its name."""

    def row(self, key: str) -> Any | None:
        return self.kind.find(sandbox_of(self.request), key)

    def required(self, key: str) -> Any:
        row = self.row(key)
        if row is None:
            raise exceptions.NotFound("There is nothing of this name in your sandbox.")
        return row

    def replace(self, request: Request, key: str) -> Response:
        with transaction.atomic():
            row = self.row(key)
            if not request.user.has_perm(self.kind.permission("add" if row is None else "change")):
                raise exceptions.PermissionDenied
            self.require_unchanged(row)
            if request.stream is None:
                # Not what was written is left out, but all of it was lost: nothing becomes its default.
                raise exceptions.ParseError("The body is empty. Send the whole document.")
            data = request.data
            if row is None and isinstance(data, dict) and data.get(self.kind.key, key) != key:
                raise Conflict("The address and the document name different things.")
            given = {self.kind.key: key, **data} if isinstance(data, dict) else data
            saved = self.save(given, row)
        return self.answer(saved, status=HTTPStatus.CREATED if row is None else HTTPStatus.OK)

    def remove(self, request: Request, key: str) -> Response:
        row = self.required(key)
        self.require_unchanged(row)
        try:
            self.kind.delete(row)
        except InUse as refusal:
            raise Conflict(str(refusal)) from None
        return Response(status=HTTPStatus.NO_CONTENT)


def address_of(kind: Kind, row: Any) -> str:
    return reverse(f"api-{kind.name}-one", args=[kind.key_of(row)])


def views_of(kind: Kind) -> tuple[Any, Any]:
    """The views of a kind's list and of one thing of it, described with the form of its documents."""
    tag = str(kind.title)
    shown: Any = create_model(
        f"{kind.form.__name__}Shown", __base__=Answer, document=(kind.form, ...), about=(dict[str, Any], ...)
    )
    page: Any = create_model(
        f"{kind.form.__name__}Page", __base__=Answer, items=(list[shown], ...), next=(str | None, ...)
    )
    fields: Any = {name: (_filter_type(kind, name), None) for name in kind.filters}
    query: Any = create_model(f"{kind.form.__name__}Query", __base__=ListQuery, **fields)
    own_kind = kind

    class KindListing(Listing):
        kind = own_kind

        @operation(
            f"list_{kind.name}", tag=tag, query=query, answer=page,
            says="Documents by name, page by page; secrets are placeholders.",
        )  # fmt: skip
        def get(self, request: Request) -> Response:
            return self.list(request, query)

        @operation(
            f"create_{kind.name}", tag=tag, body=kind.form, answer=shown, status=201, also=(409,),
            says="Something new. Its name must be free.",
        )  # fmt: skip
        def post(self, request: Request) -> Response:
            return self.create(request)

    class KindSingle(Single):
        kind = own_kind

        @operation(f"read_{kind.name}", tag=tag, answer=shown, says="One thing, by its name.")
        def get(self, request: Request, key: str) -> Response:
            return self.answer(self.required(key))

        @operation(
            f"put_{kind.name}", tag=tag, body=kind.form, answer=shown, also=(201, 409, 412),
            says="Make it as the document says, whole; what does not exist is created. A placeholder keeps "
            "the secret that is stored. With If-Match only if it has that ETag, with If-None-Match: * only "
            "if it is new.",
        )  # fmt: skip
        def put(self, request: Request, key: str) -> Response:
            return self.replace(request, key)

        @operation(
            f"delete_{kind.name}", tag=tag, answer=None, status=204, also=(409, 412),
            says="Delete it, unless something uses it; then the answer says what.",
        )  # fmt: skip
        def delete(self, request: Request, key: str) -> Response:
            return self.remove(request, key)

    return KindListing, KindSingle


def _filter_type(kind: Kind, name: str) -> Any:
    annotation = kind.form.model_fields[name].annotation
    return annotation | None  # type: ignore[operator]

"""The expression language for editors: what can be written, what is wrong with it, what it gives."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from django.utils.translation import gettext
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from events.catalog import catalog_of
from events.loading import load_entities
from events.models import Event
from events.recent import recent_arrivals
from events.samples import sample_event
from journeyorch.access.people import READ_PEOPLE
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.expressions import (
    ExpressionError,
    ExpressionProblem,
    RunTimeError,
    Scope,
    compile_once,
    types,
)
from journeyorch.expressions.complete import complete
from journeyorch.expressions.explain import explain
from journeyorch.expressions.offers import Completion
from journeyorch.expressions.parameters import wanting, with_params
from journeyorch.expressions.reference import catalogue
from journeyorch.expressions.sample import outcome
from journeyorch.expressions.simple import Group, operators_for, text_of, tree_or_reason
from journeyorch.expressions.simple_json import as_json, tree_from_json
from journeyorch.phrases import phrase, said
from journeys.api.answers import (
    CheckAnswer,
    CompletionsAnswer,
    EvaluateAnswer,
    FunctionsAnswer,
    SamplesAnswer,
    SimpleAnswer,
    WrittenAnswer,
)
from journeys.api.scopes import event_of, read_context, read_scope, segments_of
from journeys.designer.offers import type_name
from journeys.views.shell import VIEW_EVENT

VIEW_RECEIVED = "events.view_receivedevent"
_TAG = "Expressions"
_HAS_PROBLEMS = phrase("The expression has a problem. Correct it first.")
_functions = cache(catalogue)
_EXPLAINED = ("keyword", "constant", "option")


class _Written(Body):
    expression: str
    scope: Any = None


class CompleteBody(_Written):
    """``position``: where the cursor is, in characters (code points) from the beginning."""

    position: int = Field(ge=0)


class CheckBody(_Written):
    """``expected``: the name of the type that is needed."""

    expected: str | None = None


class EvaluateBody(Body):
    """``context``: sample data, as ``manage.py evaluate`` takes them."""

    expression: str
    context: Any = None
    expected: str | None = None


class SimpleBody(Body):
    """``simple``: a tree, as a check answers it."""

    simple: Any


class GroupValues(Body):
    """Expressions by the names of a group's dynamic values."""

    source: str
    group: str
    values: dict[str, Annotated[str, Field(min_length=1)]]


class ParametersBody(Body):
    expression: str
    given: list[GroupValues]


class SamplesQuery(Body):
    """``event``: the id of a configured event."""

    event: int


class Functions(ApiView):
    """Every function of the language, with help and examples."""

    @operation("expression_functions", tag=_TAG, answer=FunctionsAnswer)
    def get(self, request: Request) -> Response:
        return Response({"functions": [_explained(**one) for one in _functions()]})


def _explained(*, help: str, **function: Any) -> dict[str, Any]:
    return {**function, "help": gettext(help)}


class Complete(ApiView):
    """What could be written at the cursor."""

    @operation("complete_expression", tag=_TAG, body=CompleteBody, answer=CompletionsAnswer)
    def post(self, request: Request) -> Response:
        body = read(CompleteBody, request)
        scope = read_scope(request, body.scope)
        if body.position > len(body.expression):
            raise Unacceptable([Flaw("/position", "The position is behind the end of the expression.")])
        found = complete(body.expression, body.position, scope, segments=segments_of(body.scope))
        items = [_completion(item) for item in found.items]
        return Response({"start": found.start, "end": found.end, "items": items})


def _completion(item: Completion) -> dict[str, str]:
    return {
        "label": item.label,
        "kind": item.kind,
        "insert": item.insert,
        # Beside words of the language stands what they mean, beside names their type.
        "detail": gettext(item.detail) if item.kind in _EXPLAINED else item.detail,
        "help": gettext(item.help) if item.help else "",
    }


class Check(ApiView):
    """What is wrong with an expression, or what it means."""

    @operation("check_expression", tag=_TAG, body=CheckBody, answer=CheckAnswer)
    def post(self, request: Request) -> Response:
        body = read(CheckBody, request)
        scope, expected = read_scope(request, body.scope), _type_named(body.expected)
        problems, type_ = _checked(body.expression, scope, expected)
        tree = _HAS_PROBLEMS if problems else tree_or_reason(body.expression)
        return Response(
            {
                "problems": [_problem(problem) for problem in problems],
                "type": type_,
                "words": _words(body.expression),
                "simple": as_json(tree) if isinstance(tree, Group) else None,
                "notSimple": said(tree, gettext) if isinstance(tree, str) else None,
                "parameters": _parameters(body.expression, scope),
            }
        )


def _parameters(source: str, scope: Scope) -> list[dict[str, Any]]:
    """The dynamic values that are not given yet; none for what cannot be read."""
    try:
        found = wanting(source, scope)
    except ExpressionError:
        return []
    return [
        {
            "source": one.source,
            "group": one.group,
            "values": [{"name": name, "type": type_name(type_)} for name, type_ in one.values.items()],
        }
        for one in found
    ]


class Parameters(ApiView):
    """The expression with these dynamic values in every reference to their groups."""

    @operation("write_parameters", tag=_TAG, body=ParametersBody, answer=WrittenAnswer)
    def post(self, request: Request) -> Response:
        body = read(ParametersBody, request)
        given = {(one.source, one.group): one.values for one in body.given}
        try:
            return Response({"expression": with_params(body.expression, given)})
        except ExpressionError as error:
            raise Unacceptable([Flaw("/expression", said(error.problems[0].message, gettext))]) from None


def _checked(
    source: str, scope: Scope, expected: types.Type | None
) -> tuple[list[ExpressionProblem], str | None]:
    try:
        return [], compile_once(source, scope, expected).type.name
    except ExpressionError as error:
        return error.problems, None


def _problem(problem: ExpressionProblem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "message": said(problem.message, gettext),
        "line": problem.line,
        "column": problem.column,
        "length": problem.length,
        "suggestion": problem.suggestion,
    }


def _words(source: str) -> str | None:
    """The expression in plain words; None for what cannot be read."""
    try:
        return explain(source, gettext)
    except ExpressionError:
        return None


def _type_named(name: str | None) -> types.Type | None:
    if name is None:
        return None
    if name not in types.NAMED:
        raise Unacceptable([Flaw("/expected", f"There is no such type. Use {', '.join(types.NAMED)}.")])
    return types.NAMED[name]


class Simple(ApiView):
    """What the simple editor offers, and the text that its tree stands for."""

    @operation("simple_operators", tag=_TAG, answer=SimpleAnswer)
    def get(self, request: Request) -> Response:
        return Response({"operators": {name: operators_for(type_) for name, type_ in types.NAMED.items()}})

    @operation("write_simple_expression", tag=_TAG, body=SimpleBody, answer=WrittenAnswer)
    def post(self, request: Request) -> Response:
        try:
            tree = tree_from_json(read(SimpleBody, request).simple)
        except ValueError as refusal:
            raise Unacceptable([Flaw("/simple", str(refusal))]) from None
        return Response({"expression": text_of(tree)})


class Evaluate(ApiView):
    """What an expression gives with sample data, or why it gives nothing."""

    @operation("evaluate_expression", tag=_TAG, body=EvaluateBody, answer=EvaluateAnswer)
    def post(self, request: Request) -> Response:
        body = read(EvaluateBody, request)
        expected = _type_named(body.expected)
        sample = read_context(body.context, pointer="/context")
        try:
            compiled = compile_once(body.expression, sample.scope, expected)
            result = outcome(compiled, sample.context)
        except ExpressionError as error:
            return Response({"error": _error(error.problems[0])})
        except RunTimeError as failure:
            return Response({"error": _error(failure)})
        return Response({**result, "words": _words(body.expression)})


def _error(problem: ExpressionProblem | RunTimeError) -> dict[str, Any]:
    return {
        "code": problem.code,
        "message": said(problem.message, gettext),
        "line": problem.line,
        "column": problem.column,
    }


class Samples(ApiView):
    """Payloads of a configured event to try expressions with, one from its schema and received ones."""

    permissions = (VIEW_EVENT,)

    @operation("expression_samples", tag=_TAG, query=SamplesQuery, answer=SamplesAnswer)
    def get(self, request: Request) -> Response:
        event = event_of(request, _number(request.query_params.get("event", "")))
        samples = [{"received": None, "at": None, "payload": sample_event(event)}]
        if request.user.has_perms((VIEW_RECEIVED, READ_PEOPLE)):
            samples += _received(event)
        return Response({"name": event.name, "samples": samples})


def _number(text: str) -> int:
    """An id from an address; 0, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _received(event: Event) -> list[dict[str, Any]]:
    arrivals = recent_arrivals(event)
    entities = load_entities((arrival.id for arrival in arrivals), catalog_of(event.sandbox_id))
    return [
        {"received": arrival.id, "at": arrival.received_at, "payload": entities[arrival.id].entity}
        for arrival in arrivals
        if arrival.id in entities
    ]

"""The room in which an activity is checked and compiled: the catalog, and what expressions may refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from journeyorch.expressions import (
    JOURNEY_PROPERTIES,
    Compiled,
    ExpressionError,
    FieldGroupScope,
    Reference,
    Scope,
    compile_expression,
)
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeyorch.phrases import phrase
from journeys.activities.catalog import Catalog, EventInfo
from journeys.activities.policies import Breach, breaches_by_action, breaches_by_source
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Fetch


class Surrounding(NamedTuple):
    """What an activity's place in the drawing tells, besides expressions."""

    # Of the activities that may stand before it, by id: what can become known of the message each sends.
    above: Mapping[str, tuple[str, ...]] = {}
    kinds: frozenset[str] = frozenset()  # of the whole drawing
    namespaces: frozenset[str] = frozenset()  # in which the journey tells people apart
    brought: Mapping[str, EventInfo] = {}  # events whose payloads are there, as expressions name them


_NOWHERE = Surrounding()


class Room:
    """Compiles expressions against what stands before one activity on its path."""

    def __init__(
        self, catalog: Catalog, upstream: Mapping[str, Any], *, surrounding: Surrounding = _NOWHERE
    ) -> None:
        """``upstream``: types of event payloads and responses by reference name."""
        self.catalog = catalog
        self.above, self.kinds, self.namespaces, self.brought = surrounding
        self.scope = Scope(
            events=upstream,
            datasources=_source_scopes(catalog),
            properties=JOURNEY_PROPERTIES,
            segments=frozenset(catalog.segments),
        )

    def compile(self, source: str, expected: Any = None) -> Compiled:
        """The compiled expression; raises ``ExpressionError``."""
        return compile_expression(source, self.scope, expected)

    def check(self, activity: str, field: str, source: str, expected: Any = None) -> Iterator[Problem]:
        """The expression's problems, as problems of the activity's field."""
        try:
            compiled = self.compile(source, expected)
        except ExpressionError as error:
            for problem in error.problems:
                yield Problem(
                    code=problem.code.replace("ERR_EXPR", "ERR_JOURNEY_EXPR"),
                    message=problem.message,
                    activity=activity,
                    field=field,
                    line=problem.line,
                    column=problem.column,
                )
        else:
            for breach in breaches_by_source(compiled, self.catalog, self.brought):
                yield _kept_in(activity, field, breach, phrase("data sources"))

    def check_sent(self, activity: str, field: str, source: str, expected: Any = None) -> Iterator[Problem]:
        """What a custom action must not be given; nothing for what is empty or does not compile."""
        if not source.strip():
            return
        try:
            compiled = self.compile(source, expected)
        except ExpressionError:
            return
        for breach in breaches_by_action(compiled, self.catalog, self.brought):
            yield _kept_in(activity, field, breach, phrase("custom actions"))

    def fetches(self, *expressions: Compiled) -> tuple[Fetch, ...]:
        """What these expressions need from external sources, each need after those it depends on."""
        found: list[Fetch] = []
        keys: dict[tuple[str, str, tuple[tuple[str, str], ...]], int] = {}
        for expression in expressions:
            for reference in expression.references:
                self._add_fetch(reference, found, keys)
        return tuple(found)

    def _add_fetch(self, reference: Reference, found: list[Fetch], keys: dict[Any, int]) -> int | None:
        if reference.kind != "datasource" or reference.root == PROFILE_SOURCE:
            return None
        params = dict(reference.params or {})
        key = (reference.root, reference.group, tuple((name, params[name].source) for name in sorted(params)))
        if key not in keys:
            after = {
                self._add_fetch(inner, found, keys)
                for compiled in params.values()
                for inner in compiled.references
            }
            group = self.catalog.sources[reference.root][str(reference.group)]
            found.append(
                Fetch(
                    reference.root,
                    str(reference.group),
                    group.id,
                    group.endpoint,
                    params,
                    tuple(sorted(index for index in after if index is not None)),
                )
            )
            keys[key] = len(found) - 1
        return keys[key]


def _kept_in(activity: str, field: str, breach: Breach, place: str) -> Problem:
    message = phrase(
        "{field} is labelled “{label}”, and the policy “{policy}” keeps such fields from {place}; "
        "leave it out.",
        field=breach.field,
        label=breach.label,
        policy=breach.policy,
        place=place,
    )
    return Problem("ERR_JOURNEY_POLICY", message, activity, field)


def _source_scopes(catalog: Catalog) -> dict[str, Mapping[str, FieldGroupScope]]:
    scopes: dict[str, Mapping[str, FieldGroupScope]] = {
        source: {name: group.scope for name, group in groups.items()}
        for source, groups in catalog.sources.items()
    }
    scopes[PROFILE_SOURCE] = {name: group.scope for name, group in catalog.profile_groups.items()}
    return scopes

"""What keeps a configuration from being deployed, and what its author should know. Pure.

The codes are those that clients of Journey Optimizer's capping and throttling APIs know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from journeyorch.outbound.protection.patterns import Flaw, read_pattern
from journeyorch.outbound.protection.rules import SERVICES
from journeyorch.outbound.protection.throttling import LEAST, MOST

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MOST_CONNECTIONS = 400
MOST_CALLS = 1_000_000_000
LONGEST_PERIOD_MS = 30 * 24 * 3600 * 1000
ANY_NUMBER = -1  # of connections, as clients may write it

_CAP, _THROTTLE = "ERR_ENDPOINTCONFIG_", "ERR_THROTTLING_CONFIG_"


class Problem(NamedTuple):
    """One thing to be said of a configuration; an error keeps it from being deployed."""

    code: str
    message: str
    severity: str = "error"  # or "warning"


def is_deployable(problems: Sequence[Problem]) -> bool:
    """Whether there are only warnings."""
    return all(problem.severity != "error" for problem in problems)


def capping_problems(url: str, methods: Sequence[str], services: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a cap's terms."""
    return [*_url_problems(url), *_method_problems(methods), *_service_problems(services)]


def _url_problems(url: str) -> Iterator[Problem]:
    match read_pattern(url):
        case Flaw.MISSING:
            yield Problem(f"{_CAP}100", _("The URL is missing. Write it as https://host/path."))
        case Flaw.MALFORMED:
            yield Problem(f"{_CAP}101", _("The URL cannot be read. Write it as https://host/path."))
        case Flaw.WILDCARD_IN_HOST:
            yield Problem(f"{_CAP}102", _("The host and the port of the URL must not hold wildcards."))


def _method_problems(methods: Sequence[str]) -> Iterator[Problem]:
    if not methods or not set(methods) <= set(METHODS):
        message = _("Name at least one HTTP method, of these: %(methods)s.")
        yield Problem(f"{_CAP}103", message % {"methods": ", ".join(METHODS)})


def _service_problems(services: Mapping[str, Any]) -> Iterator[Problem]:
    if not services:
        yield Problem(f"{_CAP}104", _("No service has a rating, so that nothing would be limited."))
    for name, limits in services.items():
        if name not in SERVICES:
            message = _("There is no such service. It must be action or dataSource.")
            yield Problem("ERR_AUTHORING_ENDPOINTCONFIG_1", message)
        else:
            yield from _limit_problems(name, limits)


def _limit_problems(service: str, limits: Mapping[str, Any]) -> Iterator[Problem]:
    rating, at = limits.get("rating"), {"service": service}
    if rating is None:
        yield Problem(f"{_CAP}104", _("%(service)s: there is no rating.") % at)
    else:
        if not 1 <= (rating.get("maxCallsCount") or 0) <= MOST_CALLS:
            message = _("%(service)s: maxCallsCount must be a whole number from 1 on.") % at
            yield Problem(f"{_CAP}107", message)
        if not 1 <= (rating.get("periodInMs") or 0) <= LONGEST_PERIOD_MS:
            message = _("%(service)s: periodInMs must be from 1 to 2,592,000,000, which is 30 days.") % at
            yield Problem(f"{_CAP}108", message)
    if limits.get("maxHttpConnections") in (None, ANY_NUMBER):
        message = (
            _("%(service)s: maxHttpConnections is not set, the number of connections is not limited.") % at
        )
        yield Problem(f"{_CAP}106", message, "warning")


def throttling_problems(
    url_pattern: str, methods: Sequence[str], max_throughput: int | None
) -> list[Problem]:
    """What is wrong with a throttle's terms."""
    return [
        *_pattern_problems(url_pattern),
        *_throttled_methods(methods),
        *_throughput_problems(max_throughput),
    ]


def _pattern_problems(pattern: str) -> Iterator[Problem]:
    match read_pattern(pattern):
        case Flaw.MISSING:
            yield _required("urlPattern")
        case Flaw.MALFORMED:
            message = _("The URL pattern cannot be read. Write it as https://host/path/*.")
            yield Problem(f"{_THROTTLE}104", message)
        case Flaw.WILDCARD_IN_HOST:
            message = _("The host and the port of the URL pattern must not hold wildcards.")
            yield Problem(f"{_THROTTLE}105", message)


def _throttled_methods(methods: Sequence[str]) -> Iterator[Problem]:
    if not methods or not set(methods) <= set(METHODS):
        yield _required("methods")


def _throughput_problems(max_throughput: int | None) -> Iterator[Problem]:
    if max_throughput is None:
        yield _required("maxThroughput")
    elif not LEAST <= max_throughput <= MOST:
        message = _("maxThroughput must be from %(least)d to %(most)d calls a second.")
        yield Problem(f"{_THROTTLE}101", message % {"least": LEAST, "most": MOST})


def _required(attribute: str) -> Problem:
    message = _("%(attribute)s is required.")
    return Problem(f"{_THROTTLE}100", message % {"attribute": attribute})

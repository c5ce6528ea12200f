"""The caps and throttles in force in a sandbox, as plain values: those deployed, and presets of rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from journeyorch.outbound.capping import Limit
from journeyorch.outbound.configs import ConfigCache
from journeyorch.outbound.protection.models import CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection.patterns import Pattern, read_pattern

ACTION, DATA_SOURCE = "action", "dataSource"
SERVICES = (ACTION, DATA_SOURCE)


class Cap(NamedTuple):
    """What a deployed capping configuration says to calls of one service."""

    key: str  # whose slots are counted together
    pattern: Pattern
    methods: frozenset[str]
    service: str
    limit: Limit | None
    connections: int | None  # None: any number


class Throttle(NamedTuple):
    """A deployed throttle."""

    id: int
    pattern: Pattern
    methods: frozenset[str]
    per_second: int


class Rules(NamedTuple):
    """Everything that is in force in one sandbox."""

    caps: tuple[Cap, ...] = ()
    throttles: tuple[Throttle, ...] = ()

    def caps_of(self, service: str, method: str, url: str) -> list[Cap]:
        """All the caps that hold for a request; it needs a slot of each."""
        return [cap for cap in self.caps if cap.service == service and _means(cap, method, url)]

    def throttle_of(self, method: str, url: str) -> Throttle | None:
        """The throttle in whose line a request waits: of several the one that lets the fewest through."""
        return next((one for one in self.throttles if _means(one, method, url)), None)


def _means(rule: Cap | Throttle, method: str, url: str) -> bool:
    return method in rule.methods and rule.pattern.fits(url)


#: The caps that hold in a sandbox without being configured.
Preset = Callable[[int], Iterable[Cap]]
_presets: list[Preset] = []


def register_preset(preset: Preset) -> None:
    """Have these caps hold, too; from an app's ``ready()``. May depend on configurations of the sandbox."""
    _presets.append(preset)


def load_rules(sandbox_id: int) -> Rules:
    """What is deployed at this moment."""
    caps = CappingConfig.objects.filter(sandbox_id=sandbox_id, deployed__isnull=False).order_by("pk")
    throttles = ThrottlingConfig.objects.filter(sandbox_id=sandbox_id, deployed_at__isnull=False)
    return Rules(
        (
            *(cap for row in caps for cap in caps_in(row.pk, row.deployed or {})),
            *(cap for preset in _presets for cap in preset(sandbox_id)),
        ),
        tuple(_throttles(throttles.order_by("max_throughput", "pk"))),
    )


def caps_in(id: int, terms: Mapping[str, Any]) -> Iterator[Cap]:
    """The caps that a configuration's terms make, one for each service."""
    pattern = read_pattern(terms["url"])
    if isinstance(pattern, Pattern):
        for service, limits in terms["services"].items():
            rating = limits.get("rating")
            limit = Limit(rating["maxCallsCount"], rating["periodInMs"]) if rating else None
            yield Cap(
                f"cap:{id}:{service}",
                pattern,
                frozenset(terms["methods"]),
                service,
                limit,
                limits.get("maxHttpConnections"),
            )


def _throttles(rows: Iterable[ThrottlingConfig]) -> Iterator[Throttle]:
    for row in rows:
        pattern = read_pattern(row.url_pattern)
        if isinstance(pattern, Pattern) and row.max_throughput:
            yield Throttle(row.pk, pattern, frozenset(row.methods), row.max_throughput)


rules: ConfigCache[Rules] = ConfigCache(load_rules)

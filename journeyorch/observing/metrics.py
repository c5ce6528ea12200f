"""``/metrics`` for Prometheus. All figures come from the database, so any web process gives the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from journeyorch import bulk
from journeyorch.observing.figures import Figure, collect

_FAMILIES: dict[str, Any] = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}


class _Collected(Collector):
    """Figures as a collector of the client library."""

    def __init__(self, figures: list[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        for figure in self._figures:
            family = _FAMILIES[figure.kind](f"journeyorch_{figure.name}", figure.help, labels=figure.labels)
            for sample in figure.samples:
                family.add_metric([sample.labels[name] for name in figure.labels], sample.value)
            yield family


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever shows ``METRICS_TOKEN`` as bearer; without that setting there is no page."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        refusal = "Send the token of METRICS_TOKEN as “Authorization: Bearer …”.\n"
        return HttpResponse(refusal, "text/plain; charset=utf-8", 401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(collect(bulk.database_now())))
    return HttpResponse(generate_latest(registry), CONTENT_TYPE_LATEST)

"""Traces by OpenTelemetry, if somebody wants them: one span for each piece of work.

Spans name things by ids, never by what people or systems said. Switched off, which is the default, a span
costs one look at a setting, and nothing of OpenTelemetry is imported (docs/decisions/logging.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NOTHING: AbstractContextManager[None] = nullcontext()


def span(name: str, **about: Any) -> AbstractContextManager[None]:
    """What happens inside the block is a span of this name; ``about``: numbers and ids."""
    return _span(name, about) if settings.TRACES else _NOTHING


def carried() -> Mapping[str, str]:
    """The headers by which another system goes on with the present trace (W3C Trace Context), if it is to."""
    if not (settings.TRACES and settings.TRACES_CARRIED):
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    return headers


def require_installed() -> None:
    """Raises ``ImproperlyConfigured`` if there are to be traces and OpenTelemetry is not there."""
    if settings.TRACES and find_spec("opentelemetry") is None:
        message = "TRACES needs OpenTelemetry: install the extra `tracing`, or set it to false."
        raise ImproperlyConfigured(message)


@contextmanager
def _span(name: str, about: Mapping[str, Any]) -> Iterator[None]:
    from opentelemetry.trace import StatusCode

    attributes = {f"journeyorch.{key}": _plain(value) for key, value in about.items()}
    # Texts of exceptions may hold values of people: only the kind is told.
    started = _tracer().start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    )
    with started as current:
        try:
            yield
        except BaseException as error:
            current.set_attribute("error.type", type(error).__qualname__)
            current.set_status(StatusCode.ERROR)
            raise


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) else str(value)


@cache
def _tracer() -> Any:
    """Of this process: made when the first span begins, after workers have been forked."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": "journeyorch"}))
    provider.add_span_processor(_processor())
    return provider.get_tracer("journeyorch")


def _processor() -> Any:
    """Sends spans to the collector that ``OTEL_EXPORTER_OTLP_ENDPOINT`` names, from a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())

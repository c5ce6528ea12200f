"""Addresses of every kind below ``/api/v1/``."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from journeyorch.portable.api import views_of
from journeyorch.portable.kind import Kind, kinds


def _of(kind: Kind) -> Iterator[URLPattern]:
    listing, single = views_of(kind)
    address = kind.name.replace("_", "-")
    yield path(address, listing.as_view(), name=f"api-{kind.name}")
    yield path(f"{address}/<path:key>", single.as_view(), name=f"api-{kind.name}-one")


# Journeys have addresses of their own, by ids: journeys/api.
urlpatterns = [pattern for kind in kinds().values() if kind.has_plain_addresses for pattern in _of(kind)]

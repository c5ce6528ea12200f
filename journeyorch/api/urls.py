"""Addresses below ``/api/``. Rooms are named by strings: the floor imports none of them."""

from django.urls import include, path, re_path

from journeyorch.api.description import Description, reference
from journeyorch.api.search import Search
from journeyorch.api.views import Nothing

urlpatterns = [
    path("v1/", reference, name="api-reference"),
    path("v1/openapi.json", Description.as_view(), name="api-description"),
    path("v1/search", Search.as_view(), name="api-search"),
    path("v1/", include("journeys.api.urls")),
    path("v1/", include("events.api.urls")),
    path("v1/", include("actions.api.urls")),
    path("v1/", include("datasources.api.v1_urls")),
    path("v1/", include("journeyorch.access.api.urls")),
    path("v1/", include("journeyorch.background.urls")),
    path("v1/", include("journeyorch.outbound.protection.breaker_urls")),
    path("v1/", include("journeyorch.portable.urls")),
    path("v1/", include("journeyorch.resetting.urls")),
    re_path("", Nothing.as_view()),
]

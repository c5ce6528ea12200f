"""Addresses of circuit breakers below ``/api/v1/``."""

from django.urls import path

from journeyorch.outbound.protection import breakers_api as api

urlpatterns = [
    path("breakers", api.Breakers.as_view(), name="api-breakers"),
    path("breakers/<str:endpoint>/close", api.CloseBreaker.as_view(), name="api-breaker-close"),
]

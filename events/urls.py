"""Addresses of this app: those of every protocol."""

from django.urls import path

from events.access_tokens import token
from events.protocols import adapters
from events.views import endpoint

urlpatterns = [
    path(route.pattern, endpoint(adapter, route), name=f"{adapter.name}{'-batch' if route.batch else ''}")
    for adapter in adapters()
    for route in adapter.routes
]
urlpatterns.append(path("oauth/token", token, name="access-token"))

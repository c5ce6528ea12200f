"""Addresses of this app: those of every protocol."""

from django.urls import path

from events.access_tokens import token
from events.protocols import adapters
from events.views import endpoint

urlpatterns = [
    path(address, endpoint(adapter, batch=batch), name=f"{adapter.name}{'-batch' if batch else ''}")
    for adapter in adapters()
    for address, batch in adapter.routes.items()
]
urlpatterns.append(path("oauth/token", token, name="access-token"))

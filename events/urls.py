"""Addresses of this app: those of every protocol."""

from django.urls import path

from events.protocols import adapters, collection
from events.views import endpoint

__all__ = ["collection", "urlpatterns"]

urlpatterns = [
    path(address, endpoint(adapter, batch=batch), name=f"{adapter.name}{'-batch' if batch else ''}")
    for adapter in adapters()
    for address, batch in adapter.routes.items()
]

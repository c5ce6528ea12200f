"""Addresses below ``/data/core/``."""

from django.urls import path, re_path

from datasources.api.entities import Entities
from datasources.api.namespaces import Identities
from journeyorch.api.views import Nothing

urlpatterns = [
    path("ups/access/entities", Entities.as_view(), name="api-entities"),
    path("idnamespace/identities", Identities.as_view(), name="api-namespaces"),
    re_path("", Nothing.as_view()),
]

"""Addresses of this room below ``/api/v1/``; those in the shape of other systems are in ``urls``."""

from django.urls import path

from datasources.api import privacy

urlpatterns = [
    path("people/export", privacy.ExportPerson.as_view(), name="api-export-person"),
    path("people/erase", privacy.ErasePerson.as_view(), name="api-erase-person"),
]

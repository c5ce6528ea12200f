"""Addresses of this room below ``/api/v1/``; those in the shape of other systems are in ``urls``."""

from django.urls import path

from datasources.api import imports, people, privacy, records, schemas, segments, trials
from journeyorch.privacy.api import Erasures

urlpatterns = [
    path("people/export", privacy.ExportPerson.as_view(), name="api-export-person"),
    path("people/erase", privacy.ErasePerson.as_view(), name="api-erase-person"),
    path("erasures", Erasures.as_view(), name="api-erasures"),
    path("imports", imports.Imports.as_view(), name="api-imports"),
    path("imports/preview", imports.PreviewImport.as_view(), name="api-imports-preview"),
    *people.urlpatterns,
    *records.urlpatterns,
    *schemas.urlpatterns,
    *segments.urlpatterns,
    *trials.urlpatterns,
]

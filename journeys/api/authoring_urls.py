"""Addresses below ``/authoring/``; others there are those of caps and throttles."""

from django.urls import path

from journeys.api import authoring

urlpatterns = [
    path("list/journeys", authoring.Listing.as_view()),
    path("journeys/<str:uid>/latest", authoring.Latest.as_view()),
    path("journeyVersions/<str:uid>/export", authoring.Export.as_view()),
    path("journeyVersions/import", authoring.Import.as_view()),
]

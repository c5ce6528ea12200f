"""Addresses of resetting below ``/api/v1/``."""

from django.urls import path

from journeyorch.resetting.api import ResetSandbox

urlpatterns = [path("sandboxes/<slug:name>/reset", ResetSandbox.as_view(), name="api-sandbox-reset")]

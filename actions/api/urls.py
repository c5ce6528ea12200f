"""Addresses of this room below ``/api/v1/``."""

from django.urls import path

from actions.api import campaign, consents, deliveries, suppression_files, suppressions, templates, trials

urlpatterns = [
    path("suppressions", suppressions.Suppressions.as_view(), name="api-suppressions"),
    path(
        "suppressions/import", suppression_files.ImportSuppressions.as_view(), name="api-suppressions-import"
    ),
    path(
        "suppressions/export", suppression_files.ExportSuppressions.as_view(), name="api-suppressions-export"
    ),
    path("suppressions/<int:id>", suppressions.OneSuppression.as_view(), name="api-suppression"),
    path("consents", consents.Consents.as_view(), name="api-consents"),
    path("deliveries", deliveries.Deliveries.as_view(), name="api-deliveries"),
    path("deliveries/<uuid:uid>", deliveries.OneDelivery.as_view(), name="api-delivery"),
    *campaign.urlpatterns,
    *templates.urlpatterns,
    *trials.urlpatterns,
]

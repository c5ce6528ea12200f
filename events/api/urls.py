"""Addresses of this room below ``/api/v1/``."""

from django.urls import path

from events.api import quarantine, received_events, setting_up

urlpatterns = [
    path("quarantine", quarantine.Quarantine.as_view(), name="api-quarantine"),
    path("quarantine/try-again", quarantine.TryManyAgain.as_view(), name="api-quarantine-try-again"),
    path("quarantine/<int:id>", quarantine.OneQuarantined.as_view(), name="api-quarantined"),
    path("quarantine/<int:id>/try-again", quarantine.TryAgain.as_view(), name="api-quarantined-try-again"),
    path("received-events", received_events.ReceivedEvents.as_view(), name="api-received-events"),
    path("received-events/<int:id>", received_events.OneReceivedEvent.as_view(), name="api-received-event"),
    *setting_up.urlpatterns,
]

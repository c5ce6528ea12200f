"""Addresses below ``/api/v1/``."""

from django.urls import path

from journeys.api import expressions, step_events

urlpatterns = [
    path("expressions/functions", expressions.Functions.as_view(), name="api-expressions-functions"),
    path("expressions/complete", expressions.Complete.as_view(), name="api-expressions-complete"),
    path("expressions/check", expressions.Check.as_view(), name="api-expressions-check"),
    path("expressions/evaluate", expressions.Evaluate.as_view(), name="api-expressions-evaluate"),
    path("expressions/samples", expressions.Samples.as_view(), name="api-expressions-samples"),
    path("step-events", step_events.StepEvents.as_view(), name="api-step-events"),
]

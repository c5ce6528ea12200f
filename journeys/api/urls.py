"""Addresses below ``/api/v1/``."""

from django.urls import path

from journeys.api import designer, expressions, instances, journeys, reports, step_events, testing, transfer

urlpatterns = [
    path("expressions/functions", expressions.Functions.as_view(), name="api-expressions-functions"),
    path("expressions/complete", expressions.Complete.as_view(), name="api-expressions-complete"),
    path("expressions/check", expressions.Check.as_view(), name="api-expressions-check"),
    path("expressions/simple", expressions.Simple.as_view(), name="api-expressions-simple"),
    path("expressions/evaluate", expressions.Evaluate.as_view(), name="api-expressions-evaluate"),
    path("expressions/samples", expressions.Samples.as_view(), name="api-expressions-samples"),
    path("versions/<uuid:uid>/draft", designer.Draft.as_view(), name="api-design-draft"),
    path("versions/<uuid:uid>/presence", designer.Presence.as_view(), name="api-design-presence"),
    path("versions/<uuid:uid>/journey", designer.Journey.as_view(), name="api-design-journey"),
    path("versions/<uuid:uid>/moves", designer.Moves.as_view(), name="api-design-moves"),
    path("versions/<uuid:uid>/offers", designer.Offers.as_view(), name="api-design-offers"),
    path(
        "versions/<uuid:uid>/profile-fields",
        designer.ProfileFields.as_view(),
        name="api-design-profile-fields",
    ),
    path("versions/<uuid:uid>/jump-fields", designer.JumpFields.as_view(), name="api-design-jump-fields"),
    path("versions/<uuid:uid>/labels", designer.Relabelling.as_view(), name="api-design-relabelling"),
    path("versions/<uuid:uid>/template", designer.TemplatePreview.as_view(), name="api-design-template"),
    path("versions/<uuid:uid>/test", testing.TestMode.as_view(), name="api-test"),
    path("versions/<uuid:uid>/test/payload", testing.Payload.as_view(), name="api-test-payload"),
    path("versions/<uuid:uid>/test/trigger", testing.Trigger.as_view(), name="api-test-trigger"),
    path(
        "versions/<uuid:uid>/test/qualification",
        testing.Qualification.as_view(),
        name="api-test-qualification",
    ),
    path("versions/<uuid:uid>/test/options", testing.Options.as_view(), name="api-test-options"),
    path("versions/<uuid:uid>/test/profiles", testing.TestProfiles.as_view(), name="api-test-profiles"),
    path("journeys", journeys.Journeys.as_view(), name="api-journeys"),
    path("journeys/<uuid:uid>", journeys.OneJourney.as_view(), name="api-journey"),
    path("journeys/<uuid:uid>/export", transfer.ExportJourney.as_view(), name="api-journey-export"),
    path("versions/<uuid:uid>", journeys.OneVersion.as_view(), name="api-version"),
    path("versions/<uuid:uid>/problems", journeys.Problems.as_view(), name="api-version-problems"),
    path("versions/<uuid:uid>/moves/<slug:name>", journeys.Move.as_view(), name="api-version-move"),
    path("instances", instances.Instances.as_view(), name="api-instances"),
    path("instances/<uuid:uid>", instances.OneInstance.as_view(), name="api-instance"),
    path("instances/<uuid:uid>/<slug:name>", instances.Operate.as_view(), name="api-instance-operate"),
    path("export", transfer.ExportAll.as_view(), name="api-export"),
    path("import", transfer.Import.as_view(), name="api-import"),
    path("reports/figures", reports.ReportFigures.as_view(), name="api-reports-figures"),
    path("step-events", step_events.StepEvents.as_view(), name="api-step-events"),
]

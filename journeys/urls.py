"""Addresses of the pages. A version, an instance and a journey are named by ids that cannot be guessed."""

from django.urls import path, register_converter

from journeys.views import (
    comparison,
    designer,
    entering,
    expressions,
    fire,
    first_steps,
    gallery,
    home,
    instances,
    labels,
    lifecycle,
    operations,
    reports,
    story,
    testing,
    transfer,
    versions,
)

register_converter(lifecycle.MoveName, "move")
register_converter(operations.VerbName, "verb")

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("first-steps/", first_steps.first_steps, name="first-steps"),
    path("sample/", first_steps.sample, name="load-sample"),
    path("journeys/new/", designer.create, name="journey-create"),
    path("journeys/ready-made/", gallery.ready_made, name="journey-ready-made"),
    path("journeys/import/", transfer.upload, name="journey-import"),
    path("journeys/import/<int:pk>/", transfer.confirm, name="journey-import-confirm"),
    path("journeys/<uuid:uid>/export/", transfer.export_journey, name="journey-export"),
    path("journeys/<uuid:uid>/", versions.journey, name="journey"),
    path("versions/<uuid:uid>/", versions.diagram, name="version"),
    path("versions/<uuid:uid>/counts/", versions.counts, name="version-counts"),
    path("versions/<uuid:uid>/people/", versions.people, name="version-people"),
    path("versions/<uuid:uid>/people/operate/", operations.many, name="people-operate"),
    path("versions/<uuid:uid>/entering/", entering.entering, name="version-entering"),
    path("versions/<uuid:uid>/story/", story.story, name="version-story"),
    path("versions/<uuid:uid>/compare/", comparison.comparison, name="version-comparison"),
    path("versions/<uuid:uid>/details/", versions.details, name="version-details"),
    path("versions/<uuid:uid>/test/path/", testing.path, name="version-test-path"),
    path("versions/<uuid:uid>/test/log/", testing.log, name="version-test-log"),
    path("versions/<uuid:uid>/labels/", labels.edit, name="version-labels"),
    path("versions/<uuid:uid>/design/", designer.design, name="version-design"),
    path("versions/<uuid:uid>/<move:name>/", lifecycle.move, name="version-move"),
    path("instances/<uuid:uid>/", instances.instance, name="instance"),
    path("instances/<uuid:uid>/<verb:name>/", operations.one, name="instance-operate"),
    path("reports/", reports.everything, name="reports"),
    path("journeys/<uuid:uid>/report/", reports.journey, name="journey-report"),
    path("versions/<uuid:uid>/report/", reports.version, name="version-report"),
    path("versions/<uuid:uid>/flow/", reports.flow, name="version-flow"),
    path("people/", instances.search, name="people"),
    path("received/<int:pk>/", instances.received, name="received"),
    path("fire/", fire.fire, name="fire"),
    path("expressions/", expressions.expressions, name="expressions"),
]

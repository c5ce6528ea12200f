from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasourcesConfig(AppConfig):
    name = "datasources"
    verbose_name = _("Data sources and profiles")
    # What others refer to first (journeyorch/portable/kind.py).
    portable_forms = (
        "platform.namespaces.portable",
        "platform.policies.portable",
        "platform.schemas.component_portable",
        "platform.schemas.portable",
        "platform.schemas.dataset_portable",
        "platform.field_groups.portable",
        "platform.segments.portable",
        "external.portable",
    )

    def ready(self) -> None:
        from datasources.external.fetch import FetchHandler
        from datasources.external.models import DataSource
        from datasources.external.privacy import Answers
        from datasources.help_topics import TOPICS
        from datasources.platform.field_groups.models import ProfileFieldGroup
        from datasources.platform.profiles.importing.preparing import KIND as IMPORT
        from datasources.platform.profiles.importing.work import Import
        from datasources.platform.profiles.privacy import People, complete
        from datasources.platform.records.usage import referrers_of_schema
        from datasources.platform.schemas.models import Schema
        from datasources.platform.segments.evaluating import KIND as EVALUATION
        from datasources.platform.segments.evaluating import Evaluation
        from datasources.platform.segments.models import Segment
        from journeyorch import finding, helping, usage
        from journeyorch.background import kinds
        from journeyorch.outbound import calls, rotation
        from journeyorch.privacy import stores as privacy
        from journeyorch.privacy.subjects import register_completer

        calls.register("fetch", FetchHandler())
        rotation.register(DataSource, "auth")
        kinds.register(IMPORT, Import())
        kinds.register(EVALUATION, Evaluation())
        privacy.register(People())
        privacy.register(Answers())
        register_completer(complete)
        usage.register(referrers_of_schema)
        segments = finding.by_name(Segment, "segment")
        finding.register(
            finding.Kind(_("Segments"), ("datasources.view_segment",), segments),
            finding.configured(DataSource),
            finding.configured(ProfileFieldGroup),
            finding.configured(Schema),
        )
        helping.register(TOPICS)

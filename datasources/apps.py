from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasourcesConfig(AppConfig):
    name = "datasources"
    verbose_name = _("Data sources and profiles")

    def ready(self) -> None:
        from datasources.external.fetch import FetchHandler
        from journeyorch.outbound import calls

        calls.register("fetch", FetchHandler())

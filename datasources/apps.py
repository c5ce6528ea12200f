from django.apps import AppConfig


class DatasourcesConfig(AppConfig):
    name = "datasources"

    def ready(self) -> None:
        from datasources.external.fetch import FetchHandler
        from journeyorch.outbound import calls

        calls.register("fetch", FetchHandler())

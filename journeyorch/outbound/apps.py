from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "journeyorch.outbound"
    label = "outbound"
    verbose_name = "Outgoing requests"

    def ready(self) -> None:
        from journeyorch.outbound import checks  # noqa: F401  (importing registers them)

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "journeyorch.outbound"
    label = "outbound"
    verbose_name = "Outgoing requests"

    def ready(self) -> None:
        from journeyorch.outbound import checks, rotation  # noqa: F401  (importing registers the checks)
        from journeyorch.outbound.models import AuthToken

        rotation.register(AuthToken, "token")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    name = "journeyorch.outbound"
    label = "outbound"
    verbose_name = _("Outgoing requests")
    portable_forms = ("protection.portable",)

    def ready(self) -> None:
        from journeyorch.outbound import checks, rotation  # noqa: F401  (importing registers the checks)
        from journeyorch.outbound.models import AuthToken

        rotation.register(AuthToken, "token")

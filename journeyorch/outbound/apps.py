from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "journeyorch.outbound"
    label = "outbound"
    verbose_name = "Outgoing requests"

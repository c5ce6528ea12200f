from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        # Workers need the adapters too, and never load the addresses.
        from events.protocols import discover

        discover()

        from events.describing import paths
        from journeyorch.api import description

        description.register(paths)

        from events.models import InletToken
        from events.privacy import Received
        from journeyorch.outbound import rotation
        from journeyorch.privacy import stores as privacy

        privacy.register(Received())
        rotation.register(InletToken, "sealed")

        from events.usage import events_of_schema
        from journeyorch import usage

        usage.register(events_of_schema)

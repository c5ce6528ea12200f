from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")
    portable_forms = ("portable",)

    def ready(self) -> None:
        # Workers need the adapters too, and never load the addresses.
        from events.protocols import discover

        discover()

        from events.describing import paths
        from journeyorch.api import plain_views

        plain_views.register(paths)

        from events.figures import figures
        from events.help_topics import TOPICS
        from events.models import Event, Inlet, InletToken
        from events.privacy import Received
        from events.replaying import KIND as REPLAY
        from events.replaying import Replay
        from journeyorch import finding, helping
        from journeyorch.background import kinds
        from journeyorch.observing import figures as observed
        from journeyorch.outbound import rotation
        from journeyorch.privacy import stores as privacy

        kinds.register(REPLAY, Replay())
        privacy.register(Received())
        rotation.register(InletToken, "sealed")

        finding.register(finding.configured(Event), finding.configured(Inlet))
        helping.register(TOPICS)
        observed.register(figures)

        from events.usage import events_of_schema
        from journeyorch import usage

        usage.register(events_of_schema)

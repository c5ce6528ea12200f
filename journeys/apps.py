from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        from events.signals import events_received
        from journeyorch import usage
        from journeys.engine.wake import wake_drain
        from journeys.usage import uses

        events_received.connect(wake_drain, dispatch_uid="journeys.wake_drain")
        usage.register(uses)

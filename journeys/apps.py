from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        from events.signals import events_received
        from journeys.engine.wake import wake_drain

        events_received.connect(wake_drain, dispatch_uid="journeys.wake_drain")

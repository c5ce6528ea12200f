from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        # Registers the adapters: workers need them too, and never load the URLs.
        from events.protocols import collection  # noqa: F401

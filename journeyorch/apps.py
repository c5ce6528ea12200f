from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class JourneyorchConfig(AppConfig):
    name = "journeyorch"
    label = "journeyorch"
    verbose_name = _("Workers")

    def ready(self) -> None:
        from journeyorch import helping
        from journeyorch.background import kinds
        from journeyorch.help_topics import TOPICS
        from journeyorch.observing import figures, tracing, workers
        from journeyorch.privacy.work import ERASE, EXPORT, Erase, Export
        from journeyorch.statements import keep_plans

        connection_created.connect(keep_plans)
        kinds.register(EXPORT, Export())
        kinds.register(ERASE, Erase())
        figures.register(workers.figures)
        helping.register(TOPICS)
        tracing.require_installed()

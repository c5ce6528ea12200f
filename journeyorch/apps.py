from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JourneyorchConfig(AppConfig):
    name = "journeyorch"
    label = "journeyorch"
    verbose_name = _("Workers")

    def ready(self) -> None:
        from journeyorch import helping
        from journeyorch.access.models import AuditEntry
        from journeyorch.background import kinds
        from journeyorch.background.models import BackgroundTask
        from journeyorch.bulk.statements import keep_plans
        from journeyorch.help_topics import TOPICS
        from journeyorch.observing import figures, tracing, workers
        from journeyorch.privacy.models import Erasure
        from journeyorch.privacy.work import ERASE, EXPORT, Erase, Export
        from journeyorch.resetting import contents
        from journeyorch.resetting.work import RESET, Reset

        connection_created.connect(keep_plans)
        kinds.register(EXPORT, Export())
        kinds.register(ERASE, Erase())
        kinds.register(RESET, Reset())
        # What was done in it, and that somebody was erased, is to be shown later, too.
        contents.register_staying(AuditEntry, Erasure)
        contents.register(BackgroundTask, lambda sandbox_id: Q(sandbox=sandbox_id) & ~Q(kind=RESET))
        figures.register(workers.figures)
        helping.register(TOPICS)
        tracing.require_installed()

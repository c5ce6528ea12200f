from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.utils.translation import gettext_lazy as _


class JourneyorchConfig(AppConfig):
    name = "journeyorch"
    label = "journeyorch"
    verbose_name = _("Workers")

    def ready(self) -> None:
        from journeyorch import helping
        from journeyorch.background import kinds
        from journeyorch.help_topics import TOPICS
        from journeyorch.observing import figures, workers
        from journeyorch.privacy.work import ERASE, EXPORT, Erase, Export

        kinds.register(EXPORT, Export())
        kinds.register(ERASE, Erase())
        figures.register(workers.figures)
        helping.register(TOPICS)
        # Autodiscovery has run: django.contrib.admin stands before us in INSTALLED_APPS.
        withdraw_queue_pages()


def withdraw_queue_pages() -> None:
    """Take q2's pages out of the admin: whoever may edit a schedule there may run any code here."""
    for model in apps.get_app_config("django_q").get_models():
        try:
            admin.site.unregister(model)
        except NotRegistered:
            continue

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "journeyorch.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from journeyorch.access.groups import install_groups

        post_migrate.connect(install_groups, dispatch_uid="ready-made groups")

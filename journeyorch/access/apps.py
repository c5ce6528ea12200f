from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "journeyorch.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from journeyorch.access.groups import install_groups
        from journeyorch.access.models import SecondFactor
        from journeyorch.access.second_factor.gate import note_what_is_due
        from journeyorch.outbound import rotation

        post_migrate.connect(install_groups, dispatch_uid="ready-made groups")
        user_logged_in.connect(note_what_is_due, dispatch_uid="second factor")
        rotation.register(SecondFactor, "secret")

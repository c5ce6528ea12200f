"""Django's admin, whose pages are imported with the addresses: workers have none, and never carry them."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AdministrationConfig(SimpleAdminConfig):
    """In the place of ``django.contrib.admin`` in INSTALLED_APPS."""

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_pages, checks.Tags.admin)


def load_pages() -> None:
    """Import the pages of all apps.

    Not q2's: whoever may edit a schedule there may run any code here.
    """
    admin.autodiscover()
    for model in apps.get_app_config("django_q").get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


def _check_pages(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    load_pages()
    return list(check_admin_app(app_configs, **options))

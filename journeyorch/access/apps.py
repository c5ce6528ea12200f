from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "journeyorch.access"
    label = "access"
    verbose_name = "Access"

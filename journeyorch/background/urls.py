"""Addresses of long work below ``/api/v1/``."""

from django.urls import path

from journeyorch.background import api

urlpatterns = [
    path("tasks", api.Tasks.as_view(), name="api-tasks"),
    path("tasks/<int:id>", api.OneTask.as_view(), name="api-task"),
    path("tasks/<int:id>/cancel", api.CancelTask.as_view(), name="api-task-cancel"),
    path("tasks/<int:id>/file", api.TaskFile.as_view(), name="api-task-file"),
]

"""Addresses of this app."""

from django.urls import URLPattern, path

from actions.messages.pages import TemplatePages
from actions.tracking.callbacks import called_back
from actions.tracking.preferences import preferences
from actions.tracking.signed import Purpose
from actions.tracking.views import clicked, mirrored, opened

urlpatterns: list[URLPattern] = [
    *TemplatePages().urls,
    # In every message, so they are short.
    path(f"m/{Purpose.OPEN}/<str:signed>", opened, name="message-opened"),
    path(f"m/{Purpose.CLICK}/<str:signed>", clicked, name="message-clicked"),
    path(f"m/{Purpose.MIRROR}/<str:signed>", mirrored, name="message-mirror"),
    path(f"m/{Purpose.CALLBACK}/<int:channel_id>", called_back, name="channel-callback"),
    path(f"m/{Purpose.CALLBACK}/<int:channel_id>/<str:signed>", called_back, name="message-callback"),
    path(f"m/{Purpose.PREFERENCES}/<str:signed>", preferences, name="message-preferences"),
]

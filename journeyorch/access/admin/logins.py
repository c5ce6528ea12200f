"""Log-ins that failed, as django-axes counts them; deleting a line lets its owner try again at once."""

from __future__ import annotations

from typing import Any

from axes.admin import AccessAttemptAdmin as AxesAttemptAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from journeyorch.access.admin.audited import AuditedAdmin

# Nothing is written there (AXES_DISABLE_ACCESS_LOG).
admin.site.unregister([AccessLog, AccessFailureLog])
admin.site.unregister(AccessAttempt)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(AuditedAdmin, AxesAttemptAdmin):
    help_topic = "logins"
    introduction = _(
        "Log-ins that failed lately, by name and address. Delete a line to let somebody who is locked out "
        "try again at once."
    )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Headed by whose it is: what django-axes calls it is English, with a moment as programs write it."""
        attempt = self.get_object(request, object_id)
        context = {"subtitle": attempt.username if attempt else "", **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

"""The admin page of a Test button: asks for values, then shows how the call ended."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from journeyorch.outbound.forms import ValuesForm
from journeyorch.outbound.sample_admin import SampleAdmin
from journeyorch.outbound.trials import Trial


def trial_page(
    page: ModelAdmin, request: HttpRequest, row: Any, *, title: str, form: ValuesForm, trial: Trial | None
) -> HttpResponse:
    """``trial`` None: it has not been tried yet."""
    context: dict[str, Any] = {
        **page.admin_site.each_context(request),
        "title": title,
        "opts": page.opts,
        "original": row,
        "form": form,
        "trial": trial,
        "sample_url": page.sample_url(row) if isinstance(page, SampleAdmin) else "",
    }
    return TemplateResponse(request, "admin/outbound_test.html", context)

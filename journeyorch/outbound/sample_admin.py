"""Admin pages of what has a sample of an answer: the answer of a test becomes that sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from journeyorch.access.changeable import changeable
from journeyorch.outbound.forms import filled_again


class SampleAdmin(admin.ModelAdmin):
    """For pages whose form has ``response_sample``; what may change, the form says as ever."""

    def with_sample(self, row: Any, sample: str) -> Mapping[str, Any]:
        """What is to be filled in for it, by the form's fields."""
        return {"response_sample": sample}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sample_view)
        return [path("<int:row_id>/sample/", view, name=self._sample_url_name()), *super().get_urls()]

    def _sample_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_sample"

    def sample_url(self, row: Any) -> str:
        """Where the answer of a test is sent to."""
        return reverse(f"admin:{self._sample_url_name()}", args=[row.pk])

    @method_decorator(require_POST)
    def sample_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Take the answer over as if somebody had pasted it into the form."""
        row = changeable(self, request, row_id)
        sample = request.POST.get("sample", "")
        form = filled_again(self.get_form(request, row, change=True), row, self.with_sample(row, sample))
        if not sample:
            self.message_user(request, _("There is no answer to take over."), messages.ERROR)
        elif form.is_valid():
            self.save_model(request, form.save(commit=False), form, change=True)
            self.message_user(request, _("The answer is the sample now. Its fields can be used."))
        else:
            for errors in form.errors.values():
                self.message_user(request, " ".join(map(str, errors)), messages.ERROR)
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row_id])
        return HttpResponseRedirect(address)

"""Long work in the admin: a list, and of each task a page that keeps itself up to date."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from journeyorch.access.looked_at import LookedAt
from journeyorch.access.models import User
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.background.downloading import file_of
from journeyorch.background.kinds import UNITS, kind_of, kinds_open_to
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import cancel, is_cancellable
from journeyorch.phrases import in_words
from journeyorch.polled import polled

State = BackgroundTask.State
_SHOWN_LINES = 200


@admin.register(BackgroundTask)
class BackgroundTaskAdmin(LookedAt, SandboxScopedAdmin):
    """Begun elsewhere; here one sees how far it is. Whoever may begin a kind sees all tasks of it."""

    help_topic = "background"
    introduction = _("Imports, exports and erasures, which go on in the background, with how far they are.")
    list_display = ("title_in_words", "state", "progress", "bad_lines", "by", "created_at", "sandbox")
    list_filter = ("state",)
    ordering = ("-pk",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackgroundTask]:
        rows = super().get_queryset(request)
        return rows.of_kinds(_kinds_of(request)).select_related("by")  # type: ignore[attr-defined]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(_kinds_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        kinds = _kinds_of(request)
        return bool(kinds) if obj is None else obj.kind in kinds

    @admin.display(description=_("title"), ordering="title")
    def title_in_words(self, task: BackgroundTask) -> str:
        """It is stored in English."""
        return in_words(task.title, gettext)

    @admin.display(description=_("progress"))
    def progress(self, task: BackgroundTask) -> str:
        return "" if task.percent is None else f"{task.percent} %"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", view(self.part), name="journeyorch_backgroundtask_progress"),
            path("<int:pk>/cancel/", view(self.cancel), name="journeyorch_backgroundtask_cancel"),
            path("<int:pk>/download/", view(self.download), name="journeyorch_backgroundtask_download"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            task = self._task(request, object_id)
        except Http404:
            # As everywhere in the admin: back to its start, with a message.
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            **shown_task(task),
            "opts": self.opts,
            "title": in_words(task.title, gettext),
        }
        return TemplateResponse(request, "background/task.html", context)

    def part(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changes on the page, with an ETag: it is asked for every other second."""
        body = render_to_string("background/progress_part.html", shown_task(self._task(request, pk))).encode()
        return polled(request, body)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._cancel)(request, pk)

    def _cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        task = self._task(request, pk)
        if cancel(task):
            messages.success(request, _("It ends after what it has in hand."))
        else:
            messages.warning(request, _("It was over already, or it runs to its end."))
        return HttpResponseRedirect(task_url(task))

    def download(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """What the task made, as a file: it is about people, whatever the kind."""
        task = self._task(request, pk)
        if not request.user.has_perm(READ_PEOPLE):
            raise PermissionDenied
        answer = file_of(task)
        if answer is None:
            raise Http404
        return answer

    def _task(self, request: HttpRequest, pk: Any) -> BackgroundTask:
        if not _kinds_of(request):
            raise PermissionDenied
        number = int(pk) if str(pk).isascii() and str(pk).isdecimal() and len(str(pk)) < 19 else 0
        task = self.get_queryset(request).select_related("file").filter(pk=number).first()
        if task is None:
            raise Http404
        return task


def task_url(task: BackgroundTask) -> str:
    """The task's page."""
    return reverse("admin:journeyorch_backgroundtask_change", args=[task.pk])


def _kinds_of(request: HttpRequest) -> list[str]:
    return kinds_open_to(cast(User, request.user))


def shown_task(task: BackgroundTask) -> dict[str, Any]:
    """What the templates of a task's page show."""
    kind = kind_of(task.kind)
    return {
        "task": task,
        "kind": kind.title if kind else task.kind,
        "unit": UNITS.get(task.unit, task.unit),
        "is_open": task.state == State.OPEN,
        "may_cancel": is_cancellable(task),
        "lines": task.lines.order_by("number")[:_SHOWN_LINES] if task.bad_lines else (),
        "more_lines": max(0, task.bad_lines - _SHOWN_LINES),
        "has_file": task.state == State.DONE and task.file_id is not None,
        "facts": sorted(task.result.items()),
    }

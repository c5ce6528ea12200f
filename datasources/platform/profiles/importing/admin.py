"""The pages of an import: choose a file, say what its columns mean and see what becomes of the first ones."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.importing.forms import ColumnsForm, LayoutForm, UploadForm
from datasources.platform.profiles.importing.layout import Layout, NotText
from datasources.platform.profiles.importing.preparing import (
    KIND,
    Beginning,
    beginning_of,
    layout_of,
    opener,
    prepare,
    preview,
    proposal,
    reader_of,
    samples,
    spec_of,
)
from datasources.platform.profiles.importing.rows import NotReadable
from datasources.platform.profiles.importing.work import Import
from datasources.platform.schemas.models import Schema
from journeyorch.access.models import User
from journeyorch.access.sandboxes import worked_in
from journeyorch.background.admin import task_url
from journeyorch.background.files import TooLarge
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import release
from journeyorch.telling import told


class ImportPages(admin.ModelAdmin):
    """Mixed into the admin of profiles."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.upload), name="datasources_profile_import"),
            path("import/<int:pk>/", view(self.describe), name="datasources_profile_describe"),
            *super().get_urls(),
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and lead to what it means."""
        _must_be_allowed(request)
        form = UploadForm(request)
        if request.method == "POST" and form.is_valid():
            file, schema = form.cleaned_data["file"], form.cleaned_data["schema"]
            try:
                task = prepare(
                    schema,
                    file.name,
                    file.chunks(),
                    by=cast(User, request.user),
                    most=settings.IMPORT_MAX_BYTES,
                )
            except TooLarge as error:
                form.add_error("file", told(error))
            else:
                return HttpResponseRedirect(reverse("admin:datasources_profile_describe", args=[task.pk]))
        return self._page(request, "datasources/profile_import.html", form=form)

    def describe(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what the columns mean; begin upon POST of ``_start``."""
        _must_be_allowed(request)
        task = _prepared(request, pk)
        schema = Schema.objects.filter(pk=task.spec.get("schema")).first() if task else None
        if task is None or schema is None or task.file_id is None:
            messages.warning(request, _("This upload is over. Choose the file again."))
            return HttpResponseRedirect(reverse("admin:datasources_profile_import"))
        try:
            return self._describe(request, task, schema)
        except (NotText, NotReadable) as error:
            return self._page(request, "datasources/profile_columns.html", task=task, refused=told(error))

    def _describe(self, request: HttpRequest, task: BackgroundTask, schema: Schema) -> HttpResponse:
        assert task.file_id is not None
        open_at = opener(task.file_id)
        found = layout_of(task.title, open_at)
        layout_form = LayoutForm(request.POST or None, initial=found.model_dump())
        layout = layout_form.layout() if layout_form.is_valid() else found
        beginning = beginning_of(open_at, layout)
        # Other columns than those on the page: what was said of them is about others.
        same = request.POST.get("shown") == _shown(layout)
        form = _columns_form(request.POST if same else None, schema, layout, beginning)
        ready = same and layout_form.is_valid() and form.is_valid()
        plan = form.plan() if ready else proposal(schema, layout, beginning.names)
        if ready and "_start" in request.POST and release(task, spec_of(schema, plan)):
            return HttpResponseRedirect(task_url(task))
        lines = preview(beginning, reader_of(schema, plan))
        return self._page(
            request, "datasources/profile_columns.html", task=task, schema=schema, layout_form=layout_form,
            form=form, shown=_shown(layout), rows=_rows(form, beginning), lines=lines,
            problems=sum(bool(line.reason) for line in lines), paths=sorted(form._types),
            of_people=schema.kind == Schema.Kind.PROFILE,
        )  # fmt: skip

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import profiles or records"),
        }
        return TemplateResponse(request, template, {**shared, **context})


def _must_be_allowed(request: HttpRequest) -> None:
    if not request.user.has_perm(Import.permission):
        raise PermissionDenied


def _prepared(request: HttpRequest, pk: int) -> BackgroundTask | None:
    """The user's own upload, as long as nothing has begun with it."""
    mine = BackgroundTask.objects.filter(by=cast(User, request.user), sandbox__in=worked_in(request))
    return mine.filter(pk=pk, kind=KIND, state=BackgroundTask.State.PREPARED).first()


def _shown(layout: Layout) -> str:
    return f"{layout.format} {layout.encoding} {ord(layout.delimiter)}"


def _columns_form(data: Any, schema: Schema, layout: Layout, beginning: Beginning) -> ColumnsForm:
    plan = proposal(schema, layout, beginning.names)
    return ColumnsForm(
        data,
        plan=plan,
        names=beginning.names,
        types=reader_of(schema, plan).types,
        namespaces=namespaces_of(schema.sandbox_id),
    )


def _rows(form: ColumnsForm, beginning: Beginning) -> list[tuple[str, str, Any, Any]]:
    """Of each column: name, samples, and its two fields."""
    return [
        (name, ", ".join(values), form[f"path_{number}"], form[f"namespace_{number}"])
        for number, (name, values) in enumerate(samples(beginning))
    ]

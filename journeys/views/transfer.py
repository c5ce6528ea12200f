"""Journeys as files: saved from a button, brought in with a preview of what will happen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from datasources.models import PendingImport
from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.portable import files
from journeyorch.portable.exporting import NotYours
from journeyorch.portable.importing import Conflicts, Item, Outcome, Plan, Terms, import_, preview
from journeyorch.portable.kind import Unfit
from journeyorch.portable.secrets import filled
from journeyorch.telling import told
from journeys.models import Journey
from journeys.portable import latest_of
from journeys.transfer import exported, file_name
from journeys.views.shell import CHANGE, VIEW, page

_SECRET = "secret:"  # noqa: S105 - the beginning of a field's name

_CHOICES = [
    (Conflicts.COPY, _("Keep what is here; a journey of the same name comes in as a copy")),
    (Conflicts.KEEP, _("Keep what is here, journeys too")),
    (Conflicts.REPLACE, _("Replace what is here by what the file says; journeys get a new draft")),
]


class FileForm(forms.Form):
    """What to import."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("JSON or YAML, as it was exported. You see what it means before anything happens."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > files.MOST_BYTES:
            message = _("The file is larger than %(limit)d MiB. Import it in parts.")
            raise forms.ValidationError(message, params={"limit": files.MOST_BYTES // 1024 // 1024})
        return file


class ConflictsForm(forms.Form):
    """What becomes of what is called the same here, and differs."""

    conflicts = forms.ChoiceField(
        label=_("What is called the same here, and differs"),
        choices=_CHOICES,
        initial=Conflicts.COPY,
        widget=forms.RadioSelect,
    )


class Row(NamedTuple):
    """One line of the preview; ``secrets``: names of fields, with where in the document each stands."""

    item: Item
    told: Any
    tone: str  # of the chip
    secrets: list[tuple[str, str]]


_TOLD: dict[Outcome, tuple[Any, str]] = {
    Outcome.CREATED: (_("Will be created"), "live"),
    Outcome.COPIED: (_("Will be created under this name"), "live"),
    Outcome.REPLACED: (_("Will be replaced"), "test"),
    Outcome.KEPT: (_("Is here already"), "finished"),
    Outcome.CONFLICT: (_("Is in conflict"), "stopped"),
    Outcome.SECRETS: (_("Will be created; needs a secret"), "test"),
    Outcome.REFUSED: (_("Cannot be imported"), "stopped"),
}


@page(VIEW)
@require_safe
def export_journey(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The journey and what it needs, as a file; ``?format=json``, else YAML."""
    journey = get_object_or_404(Journey, uid=uid, sandbox=sandbox_of(request))
    format = "json" if request.GET.get("format") == "json" else "yaml"
    try:
        content = exported([journey], request.user.has_perm)
    except NotYours as refusal:
        raise PermissionDenied(str(refusal)) from None
    return HttpResponse(
        files.write(content, format=format),
        content_type=f"application/{format}",
        headers={"Content-Disposition": f'attachment; filename="{file_name(journey.name)}.{format}"'},
    )


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file, and lead to what importing it would mean."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read()
        try:
            files.read(data)
        except files.Unreadable as error:
            form.add_error("file", told(error))
        else:
            return redirect("journey-import-confirm", pk=_kept(request, str(file.name), data).pk)
    context = {"form": form, "failed": request.method == "POST"}
    return render(request, "journeys/import.html", context, status=422 if form.errors else 200)


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what importing means; import upon POST of ``_import``."""
    pending = PendingImport.objects.filter(pk=pk, user=_user(request), sandbox=sandbox_of(request)).first()
    if pending is None:
        messages.warning(request, _("This upload is over. Choose the file again."))
        return redirect("journey-import")
    form = ConflictsForm(request.POST or None)
    chosen = form.cleaned_data["conflicts"] if form.is_valid() else Conflicts.COPY
    terms = Terms(Conflicts(chosen), by=_user(request), may=request.user.has_perm)
    sandbox = sandbox_of(request)
    try:
        content = filled(files.read(bytes(pending.data)), _secrets(request))
        if "_import" in request.POST:
            plan = import_(sandbox, content, terms)
            if plan.possible:
                pending.delete()
                return _done(request, plan)
        else:
            plan = preview(sandbox, content, terms)
    except (files.Unreadable, Unfit) as refusal:
        messages.error(request, told(refusal))
        return redirect("journey-import")
    rows = [_row(item) for item in plan.items]
    context = {
        "form": form if form.is_bound else ConflictsForm(),
        "name": pending.name,
        "rows": rows,
        "possible": not any(row.item.outcome in (Outcome.CONFLICT, Outcome.REFUSED) for row in rows),
        "differing": any(item.differs or item.outcome in _BY_CHOICE for item in plan.items),
        "tried": "_import" in request.POST,
    }
    return render(request, "journeys/import_preview.html", context)


#: What would not be so with another choice.
_BY_CHOICE = (Outcome.COPIED, Outcome.REPLACED)


def _row(item: Item) -> Row:
    told, tone = _TOLD[item.outcome]
    if item.outcome == Outcome.KEPT and item.differs:
        told = _("Stays as it is here")
    secrets = [
        (_SECRET + flaw.pointer, flaw.pointer.removeprefix(item.pointer).strip("/").replace("/", " › "))
        for flaw in (item.flaws if item.outcome == Outcome.SECRETS else ())
    ]
    return Row(item, told, tone, secrets)


def _secrets(request: HttpRequest) -> dict[str, str]:
    return dict(_given(request))


def _given(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, text in request.POST.items():
        if name.startswith(_SECRET):
            yield name.removeprefix(_SECRET), str(text).replace("\x00", "")


def _kept(request: HttpRequest, name: str, data: bytes) -> PendingImport:
    """Until it is confirmed: browsers do not send a file a second time."""
    PendingImport.objects.over(timezone.now()).delete()
    name = name[:200].replace("\x00", "")
    return PendingImport.objects.create(
        sandbox=sandbox_of(request), user=_user(request), name=name, data=data
    )


def _done(request: HttpRequest, plan: Plan) -> HttpResponse:
    made = plan.rows_of("journeys")
    text = ngettext(
        "%d journey was imported, as a draft.", "%d journeys were imported, as drafts.", len(made)
    )
    messages.success(request, text % len(made))
    return redirect("version-design", uid=latest_of(made[0]).uid) if len(made) == 1 else redirect("home")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `page` let nobody else in
    return request.user

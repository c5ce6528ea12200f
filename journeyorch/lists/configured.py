"""Pages of one kind of thing that business users configure: list, form, copy, deletion.

For those who are not staff; the forms and the verbs are those of the admin's pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from journeyorch.access.models import Configuration
from journeyorch.access.pages import page
from journeyorch.access.sandboxes import sandbox_of, worked_in
from journeyorch.lists.listing import List, RowAction
from journeyorch.renaming import follow_form
from journeyorch.usage import used_in

_VERBS = ("view", "add", "change", "delete")
_LONGEST_NAME = 60


class ConfiguredPages:
    """Base. ``name`` begins all names of addresses ("template": "templates", "template-create", …)."""

    name = ""
    model: type[Configuration]
    form: type[forms.ModelForm]
    listing: type[List]
    help_topic = ""
    form_template = "lists/form.html"
    copied: tuple[str, ...] = ()  # what a copy begins with

    # --- Addresses ------------------------------------------------------------------------------

    @property
    def urls(self) -> list[URLPattern]:
        return [
            self.address("", self.index, "view", name=f"{self.name}s"),
            self.address("new/", self.create, "add", name=f"{self.name}-create"),
            self.address("<int:pk>/", self.edit, "view", "change"),
            self.address("<int:pk>/duplicate/", self.duplicate, "add"),
            self.address("<int:pk>/delete/", self.delete, "delete"),
        ]

    def address(
        self, route: str, view: Callable[..., HttpResponse], *verbs: str, name: str = ""
    ) -> URLPattern:
        """A page below the list's, for those who may do one of the verbs with such things.

        A verb with a dot is a permission by itself.
        """
        last = route.rstrip("/").rpartition("/")[2]
        known_as = name or (self.name if last.startswith("<") else f"{self.name}-{last}")
        permissions = [verb if "." in verb else self.permission(verb) for verb in verbs]
        return path(f"{self.name}s/{route}", page(*permissions)(view), name=known_as)

    def permission(self, verb: str) -> str:
        return f"{self.model._meta.app_label}.{verb}_{self.model._meta.model_name}"

    def found(self, request: HttpRequest, pk: int) -> Any:
        """The thing of an address; 404 for an unknown one and for one of another sandbox."""
        return get_object_or_404(self.rows(request), pk=pk)

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._default_manager.filter(sandbox=sandbox_of(request))

    # --- Pages ----------------------------------------------------------------------------------

    def index(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        may_create = request.user.has_perm(self.permission("add"))
        return self.listing(request).answer(**self.words, may_create=may_create)

    def create(self, request: HttpRequest) -> HttpResponse:
        return self._form(request, self.model(sandbox=sandbox_of(request)))

    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form; by POST it is saved. Whoever may only look finds its fields locked."""
        found = self.found(request, pk)
        if request.method == "POST" and not request.user.has_perm(self.permission("change")):
            raise PermissionDenied
        return self._form(request, found)

    def duplicate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form of a new thing that begins like another one."""
        source = self.found(request, pk)
        made = self.model(sandbox=source.sandbox, **{name: getattr(source, name) for name in self.copied})
        made.name = _name_of_copy(source.name)  # type: ignore[attr-defined]
        return self._form(request, made, source=source)

    def delete(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET: asks. POST: deletes, unless it is used."""
        found = self.found(request, pk)
        with transaction.atomic():
            uses = used_in(self.name, found)
            if request.method == "POST" and not uses and self._deleted(request, found):
                return redirect(f"{self.name}s")
        return render(request, "lists/delete.html", {"thing": found, "uses": uses, **self.words})

    def _deleted(self, request: HttpRequest, found: Any) -> bool:
        name = str(found)
        try:
            found.delete()
        except (ProtectedError, RestrictedError):
            messages.error(request, _("“%(name)s” is used elsewhere and cannot be deleted.") % {"name": name})
            return False
        messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
        return True

    # --- The form -------------------------------------------------------------------------------

    def _form(self, request: HttpRequest, thing: Any, source: Any = None) -> HttpResponse:
        form = self._bound(request, thing)
        rest = self.rest(request, thing)
        if request.method == "POST" and form.is_valid() and (rest is None or rest.is_valid()):
            self._save(form, rest, source)
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
            return redirect(self.name, pk=form.instance.pk)
        context = {
            "form": form, "rest": rest, "thing": thing, "source": source, "help_topic": self.help_topic,
            "may_save": request.user.has_perm(self.permission("change" if thing.pk else "add")),
            "may_delete": request.user.has_perm(self.permission("delete")),
            "uses": used_in(self.name, thing) if thing.pk else [],
            **self.words, **self.around(request, thing),
        }  # fmt: skip
        return render(request, self.form_template, context)

    def _bound(self, request: HttpRequest, thing: Any) -> Any:
        form = self.form(request.POST if request.method == "POST" else None, instance=thing)
        sandbox: Any = form.fields["sandbox"]
        # Nothing to choose: the top bar says which one, and changes it.
        sandbox.queryset, sandbox.initial = worked_in(request), thing.sandbox
        sandbox.widget, sandbox.disabled = forms.HiddenInput(), True
        if thing.pk and not request.user.has_perm(self.permission("change")):
            for field in form.fields.values():
                field.disabled = True
        return form

    def _save(self, form: Any, rest: Any, source: Any) -> None:
        """All of it or nothing; who refers to the thing by name follows."""
        with transaction.atomic():
            is_new = form.instance.pk is None
            form.save()
            if rest is not None:
                rest.save()
            if source is not None:
                self.copy_rest(source, form.instance)
            if not is_new:
                follow_form(self.name, form)

    def rest(self, request: HttpRequest, thing: Any) -> Any:
        """A formset of what belongs to the thing, or None."""
        return None

    def copy_rest(self, source: Any, made: Any) -> None:
        """Give a copy what belongs to its source."""

    def around(self, request: HttpRequest, thing: Any) -> dict[str, Any]:
        """What the page of the form shows beside it."""
        return {}

    @property
    def words(self) -> dict[str, Any]:
        """How the pages call things of this kind, and where their pages are."""
        meta = self.model._meta
        return {
            "kind": self.name,
            "kind_name": meta.verbose_name,
            "kind_title": capfirst(str(meta.verbose_name)),
            "list_title": capfirst(str(meta.verbose_name_plural)),
            "list_url": reverse(f"{self.name}s"),
            "create_url": reverse(f"{self.name}-create"),
        }


class ConfiguredList(List):
    """Base of the lists of such things; ``kind`` is the ``name`` of their pages."""

    kind = ""
    model: type[Configuration]
    template = "lists/configured.html"
    default_sort = "name"

    def everything(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(sandbox=self.sandbox)

    def matching(self, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        return rows.filter(name__icontains=search)

    def url_of(self, thing: Any) -> str:
        return reverse(self.kind, args=[thing.pk])

    def actions_of(self, thing: Any) -> list[RowAction]:
        meta = self.model._meta
        known: list[tuple[str, RowAction]] = [
            ("change", self.action(thing, "", _("Edit"), "edit", "e")),
            *self.own_actions(thing),
            ("add", self.action(thing, "-duplicate", _("Duplicate"), "copy", "d")),
            ("delete", self.action(thing, "-delete", _("Delete"), "trash", "Delete", is_dangerous=True)),
        ]
        permissions = {verb: f"{meta.app_label}.{verb}_{meta.model_name}" for verb in _VERBS}
        return [action for verb, action in known if self.user.has_perm(permissions.get(verb, verb))]

    def own_actions(self, thing: Any) -> list[tuple[str, RowAction]]:
        """What else can be done with such a thing: (verb or permission, action)."""
        return []

    def action(
        self, thing: Any, page: str, label: Any, icon: str, key: str, *, is_dangerous: bool = False
    ) -> RowAction:
        """An action whose page is one of the thing's own."""
        return RowAction(label, icon, reverse(f"{self.kind}{page}", args=[thing.pk]), key, is_dangerous)


def _name_of_copy(name: str) -> str:
    text = _("%(name)s – copy")
    return text % {"name": name[: _LONGEST_NAME - len(text % {"name": ""})]}

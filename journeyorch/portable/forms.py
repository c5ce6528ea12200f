"""Kinds whose documents are stored by the form of their page: the rules are those of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.db.models import Model

from journeyorch.access.models import Sandbox, User
from journeyorch.api.flaws import Flaw
from journeyorch.portable.kind import Document, Kind, Unfit, pointer
from journeyorch.renaming import renamed

#: Where in a document the value of a form's field stands, as a JSON pointer.
Place = Callable[[str], str]

Row = TypeVar("Row", bound=Model)


class FormKind(Kind):
    """A kind with a form that saves itself. Fields of document and form have the same names, unless said."""

    form_class: ClassVar[Any]
    fixed: ClassVar[tuple[str, ...]] = ()  # fields of documents that stay as they were made

    def document(self, row: Any) -> Any:
        """What the row has under the names of the document's fields, and what ``unlike`` says of others."""
        unlike = self.unlike(row)
        # A name that means something in Python, or to pydantic, has an underscore behind it.
        alike = [name for name in self.form.model_fields if name not in unlike]
        return self.form(**{name: getattr(row, name.removesuffix("_")) for name in alike}, **unlike)

    def unlike(self, row: Any) -> dict[str, Any]:
        """Values of those of the document's fields that the row does not have like that."""
        return {}

    def data(self, sandbox: Sandbox, document: Any) -> dict[str, Any]:
        """What somebody would have filled in who wanted what the document says."""
        return document.model_dump(mode="json", by_alias=True)

    def place(self, field: str) -> str:
        """Where in a document the value of a form's field stands, as a JSON pointer."""
        return pointer(field)

    def save(self, sandbox: Sandbox, document: Any, row: Any | None, *, by: User | None) -> Any:
        with transaction.atomic():
            if row is not None:
                self._require_fixed(document, self.document(row))
            # Derived as pages derive theirs: some forms get fields after they were made.
            form_class: Any = forms.modelform_factory(self.model, form=self.form_class)
            given = {**self.data(sandbox, document), "sandbox": sandbox.pk}
            form = form_class(given, instance=row or self.model(sandbox=sandbox))
            require_valid(form, self.place)
            saved = self.store(form, document)
            if row is not None and self.key in form.changed_data:
                renamed(self.used_as, saved, old=form.initial[self.key])
            return saved

    def store(self, form: Any, document: Any) -> Any:
        """Save a valid form, and what belongs to it."""
        return form.save()

    def _require_fixed(self, document: Document, before: Document) -> None:
        changed = [name for name in self.fixed if getattr(document, name) != getattr(before, name)]
        if changed:
            raise Unfit(
                Flaw(pointer(name.removesuffix("_")), "This cannot be changed any more.") for name in changed
            )


def named(
    model: type[Row], sandbox: Sandbox, name: str, *, at: str, key: str = "name", **narrowed: Any
) -> Row | None:
    """The row that a document calls so at ``at``, a field's name; None for no name. Raises ``Unfit``."""
    if not name:
        return None
    # Nothing is called by a NUL character, and PostgreSQL cannot be asked for it.
    sought = {key: name.replace("\x00", "")}
    row = model._default_manager.filter(sandbox=sandbox, **sought, **narrowed).first()
    if row is None:
        raise Unfit([Flaw(pointer(at), f"There is no such {at.replace('_', ' ')} here: {name[:120]}.")])
    return row


def id_of(row: Model | None) -> Any:
    """As a form's choice of it is sent; "" for none."""
    return "" if row is None else row.pk


def require_valid(form: Any, place: Place = pointer, *, below: str = "") -> None:
    """Raise ``Unfit`` with what a form does not accept; ``below``: where in the document the form stands."""
    if not form.is_valid():
        raise Unfit(flaws_of(form, place, below=below))


def flaws_of(form: forms.BaseForm, place: Place = pointer, *, below: str = "") -> Iterator[Flaw]:
    """What a form says, by places in the document."""
    for field, errors in form.errors.get_json_data().items():
        where = "" if field == NON_FIELD_ERRORS else place(field)
        for error in errors:
            yield Flaw(below + where, error["message"])


class Lines(NamedTuple):
    """What a formset is sent for rows of a document; ``order``: which of them each of its forms is.

    None: one that is to go.
    """

    data: dict[str, Any]
    order: list[int | None]


def lines_of(
    prefix: str, rows: Sequence[Mapping[str, Any]], existing: Mapping[Any, int], *, key: Callable[[Any], Any]
) -> Lines:
    """Rows that are there already by their ``key``, new ones, and those that are to go.

    ``existing``: ids of stored rows by key.
    """
    ids = [existing.get(key(row)) for row in rows]
    # Django wants those that are stored before those that are new.
    old = [number for number, id in enumerate(ids) if id is not None]
    new = [number for number, id in enumerate(ids) if id is None]
    known = [{**rows[number], "id": ids[number]} for number in old]
    gone = [{"id": id, "DELETE": "on"} for id in existing.values() if id not in ids]
    fresh = [rows[number] for number in new]
    data: dict[str, Any] = {
        f"{prefix}-{number}-{name}": value
        for number, line in enumerate([*known, *gone, *fresh])
        for name, value in line.items()
    }
    stored = len(known) + len(gone)
    counts = {f"{prefix}-TOTAL_FORMS": stored + len(fresh), f"{prefix}-INITIAL_FORMS": stored}
    return Lines({**data, **counts}, [*old, *[None] * len(gone), *new])


def require_valid_rows(
    formset: Any, order: Sequence[int | None], *, below: str, place: Place = pointer
) -> None:
    """As ``require_valid``, for rows of a list that stands at ``below``."""
    if formset.is_valid():
        return
    placed = [(number, form) for number, form in zip(order, formset.forms, strict=True) if number is not None]
    flaws = [flaw for number, form in placed for flaw in flaws_of(form, place, below=f"{below}/{number}")]
    raise Unfit([*flaws, *(Flaw(below, str(message)) for message in formset.non_form_errors())])

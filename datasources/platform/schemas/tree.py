"""Fields as a tree that people search, filter and choose from with mouse or keyboard.

    FieldTree(fields_of(document))            a form widget: its value is a list of paths
    FieldTree(fields, only_to_look_at=True)   the same tree without anything to choose

Any page with forms may use it: the payload of events, the fields of a data source, parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.safestring import SafeString

from datasources.platform.schemas.fields import Field


class Row(NamedTuple):
    """One line of the tree; the lines below it have a greater level."""

    field: Field
    level: int  # from 1
    chosen: bool = False
    fixed: bool = False


def rows_of(
    fields: Iterable[Field], *, chosen: Collection[str] = (), fixed: Collection[str] = ()
) -> Iterator[Row]:
    """The lines of a tree of fields, which come with containers before their content."""
    for field in fields:
        level = field.path.count(".") + 1
        yield Row(field, level, field.path in chosen or field.path in fixed, field.path in fixed)


class FieldTree(forms.Widget):
    """Check boxes in a tree; choosing an object chooses all that is below it."""

    template_name = "datasources/tree.html"

    def __init__(
        self,
        fields: Iterable[Field] = (),
        *,
        fixed: Collection[str] = (),
        only_to_look_at: bool = False,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        """``fixed``: paths that are always chosen and cannot be given up."""
        super().__init__(attrs)
        self.fields = list(fields)
        self.fixed = set(fixed)
        self.only_to_look_at = only_to_look_at

    class Media:
        css = {"all": ("css/tree.css",)}
        js = (forms.Script("js/tree.js", type="module"),)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Without the paths below chosen ones: they come along anyway."""
        chosen = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [path for path in chosen if not is_within(path.rpartition(".")[0], chosen)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        # Browsers do not send boxes that are not checked.
        return False

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_search" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = rows_of(self.fields, chosen=set(value or ()), fixed=self.fixed)
        return {**context, "rows": rows, "only_to_look_at": self.only_to_look_at}


class FieldTreeField(forms.MultipleChoiceField):
    """Paths chosen in a tree; those that are fixed are always among them, once anything is chosen."""

    def __init__(self, fields: Sequence[Field], *, fixed: Collection[str] = (), **kwargs: Any) -> None:
        choices = [(field.path, field.label) for field in fields]
        super().__init__(choices=choices, widget=FieldTree(fields, fixed=fixed), required=False, **kwargs)
        self.fixed = list(fixed)
        self.paths = frozenset(field.path for field in fields)

    def clean(self, value: Any) -> list[str]:
        chosen: list[str] = super().clean(value)
        return [*chosen, *(path for path in self.fixed if not is_within(path, chosen))] if chosen else []


def shown(fields: Iterable[Field], *, id: str) -> SafeString:
    """The tree to look at, for pages without a form."""
    return FieldTree(fields, only_to_look_at=True).render("fields", None, {"id": id})


def is_within(path: str, chosen: Collection[str]) -> bool:
    """Whether a field, or something around it, is among the chosen paths."""
    while path:
        if path in chosen:
            return True
        path = path.rpartition(".")[0]
    return False


def loses_fields(old: Collection[str], new: Collection[str]) -> bool:
    """Whether something is not among the fields any more; none chosen means all of them."""
    if not old:
        return bool(new)
    return bool(new) and not all(is_within(path, new) for path in old)

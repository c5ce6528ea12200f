"""What a kind of configuration says of itself, and the registry of kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, TypeVar

from django.apps import AppConfig, apps
from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet
from pydantic import BaseModel, ConfigDict, ValidationError

from journeyorch.access.models import Sandbox, User
from journeyorch.api.flaws import Flaw, sentence_of
from journeyorch.portable.secrets import PLACEHOLDER, places_of
from journeyorch.usage import Use, used_in

_MOST_FLAWS = 20


class Document(BaseModel):
    """The form of a kind's documents. Unknown names are refused; what has its default is left out."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """As JSON, in the order in which the fields are declared."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Unfit(Exception):
    """A document that cannot be stored; ``flaws`` say where in it, and why."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = list(flaws)[:_MOST_FLAWS]
        super().__init__("; ".join(flaw.detail for flaw in self.flaws))


class InUse(Exception):
    """Something that cannot be deleted; ``uses`` says by whom it is used."""

    def __init__(self, uses: Iterable[Use]) -> None:
        self.uses = sorted(uses)
        super().__init__(f"It is used in: {', '.join(use.label for use in self.uses)}.")


class Kind:
    """Base of kinds. Documents name other things by their ``key``."""

    name: ClassVar[str]  # plural, as files and addresses have it
    title: ClassVar[Any]  # for people
    model: ClassVar[type[Any]]
    form: ClassVar[type[Document]]
    key: ClassVar[str] = "name"  # the field by which documents name it, unique in a sandbox
    used_as: ClassVar[str] = ""  # under which users are registered (journeyorch/usage.py)
    filters: ClassVar[tuple[str, ...]] = ()  # fields that lists may be narrowed down by
    has_plain_addresses: ClassVar[bool] = True  # in the REST API, by its key
    can_be_copied: ClassVar[bool] = False  # an import may bring it in under another name

    def permission(self, verb: str) -> str:
        """What somebody needs who wants to ``view``, ``add``, ``change`` or ``delete`` things of the kind."""
        return f"{self.model._meta.app_label}.{verb}_{self.model._meta.model_name}"

    def rows(self, sandbox: Sandbox) -> QuerySet[Any]:
        """Everything of the kind in a sandbox."""
        found: QuerySet[Any] = self.model._default_manager.filter(sandbox=sandbox)
        return found

    def holds(self, row: Model) -> bool:
        """Whether a row is a thing of the kind."""
        return isinstance(row, self.model)

    def find(self, sandbox: Sandbox, key: str) -> Any | None:
        """What is called so; None if there is no such thing."""
        return None if "\x00" in key else self.rows(sandbox).filter(**{self.key: key}).first()

    def document(self, row: Any) -> Document:
        """All that is configured."""
        raise NotImplementedError

    def save(self, sandbox: Sandbox, document: Any, row: Any | None, *, by: User | None) -> Any:
        """Store a document: a new row, or ``row`` as the document says. All of it, or ``Unfit``."""
        raise NotImplementedError

    def refers(self, row: Any) -> Iterator[Model]:
        """Which rows, of any kind, it cannot be without."""
        return iter(())

    def uses(self, row: Any) -> list[Use]:
        """What keeps it from being deleted."""
        return used_in(self.used_as, row)

    def about(self, row: Any) -> dict[str, Any]:
        """What else there is to know of it, that a document does not set."""
        return {"id": row.pk, "createdAt": row.created_at, "updatedAt": row.updated_at}

    def delete(self, row: Any) -> None:
        """Raises ``InUse``."""
        with transaction.atomic():
            if uses := self.uses(row):
                raise InUse(uses)
            try:
                with transaction.atomic():
                    row.delete()
            except ProtectedError as error:
                raise InUse(Use(str(one), "") for one in error.protected_objects) from None

    def same(self, first: Any, second: Any) -> bool:
        """Whether two documents mean the same."""
        return bool(first.plain() == second.plain())

    def free_key(self, sandbox: Sandbox, key: str) -> str:
        """Another name under which what is called ``key`` can come in; for kinds that can be copied."""
        raise NotImplementedError

    def renamed(self, document: Any, names: Mapping[str, str]) -> Any:
        """The document, referring to others of its kind by their new names; for kinds that can be copied."""
        return document

    def read(self, data: Any) -> Document:
        """Plain JSON as a document of this kind. Raises ``Unfit``."""
        try:
            return self.form.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False, include_context=False)
            raise Unfit(Flaw(pointer(*one["loc"]), sentence_of(one["msg"])) for one in details) from None

    def key_of(self, row: Any) -> str:
        return str(getattr(row, self.key))

    def plain(self, row: Any) -> dict[str, Any]:
        """The document of a row as JSON."""
        return self.document(row).plain()

    def missing_secrets(self, document: Document) -> list[str]:
        """Where the document has a placeholder in place of a secret."""
        return places_of(document.plain(), PLACEHOLDER)


def pointer(*parts: Any) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part)[:64].replace("~", "~0").replace("/", "~1") for part in parts)


_KindClass = TypeVar("_KindClass", bound=type[Kind])
_kinds: dict[str, Kind] = {}


def portable(cls: _KindClass) -> _KindClass:
    """Register a kind; a room names the modules of its own in ``portable_forms`` of its app."""
    _kinds[cls.name] = cls()
    return cls


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by name; none refers to one that comes after it, but to others of its own.

    They are imported only here: with them come the forms of pages, which workers never need.
    """
    modules = [f"{room.name}.{name}" for room in apps.get_app_configs() for name in _forms_of(room)]
    for module in modules:
        import_module(module)
    # Some may have been imported earlier, in another order.
    in_order = sorted(_kinds.values(), key=lambda kind: modules.index(type(kind).__module__))
    return {kind.name: kind for kind in in_order}


def _forms_of(room: AppConfig) -> Iterable[str]:
    return getattr(room, "portable_forms", ())


def kind_of(row: Model) -> Kind | None:
    """The kind of a row; None for what has no portable form."""
    return next((kind for kind in kinds().values() if kind.holds(row)), None)

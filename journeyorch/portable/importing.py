"""Bringing a file into a sandbox: what would happen, and then all of it or nothing.

A preview does everything and undoes it, so it cannot promise what the import would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_noop

from journeyorch.access.models import Sandbox, User
from journeyorch.api.flaws import Flaw
from journeyorch.phrases import sentence
from journeyorch.portable.exporting import FORMAT, FORMAT_NAME
from journeyorch.portable.kind import Document, Kind, Unfit, kinds, pointer

#: Documents of one file.
MOST = 2000

_NO_EXPORT = sentence("This is no export file: it must begin with {name}: {format}.")
_NO_KIND = sentence("There is no such kind of thing. Known are: {names}.")
_TOO_MANY = sentence("The file holds more than {most} things. Import it in parts.")


class Conflicts(StrEnum):
    """What becomes of what is called the same here, and is not the same."""

    REFUSE = "refuse"  # then nothing is imported
    KEEP = "keep"  # what is here stays as it is
    REPLACE = "replace"  # it becomes what the file says
    COPY = "copy"  # what can be copied comes in under another name; everything else stays as it is


class Outcome(StrEnum):
    """What becomes of one document."""

    CREATED = "created"
    COPIED = "copied"  # created under another name
    REPLACED = "replaced"
    KEPT = "kept"  # it is here already, or stays as it is
    CONFLICT = "conflict"
    SECRETS = "secrets"  # placeholders stand where secrets are needed
    REFUSED = "refused"  # ``flaws`` say why


_BLOCKING = {Outcome.CONFLICT, Outcome.SECRETS, Outcome.REFUSED}


class Item(NamedTuple):
    """One document of the file; ``pointer``: where it stands there, ``key``: how it is called."""

    kind: Kind
    pointer: str
    key: str
    outcome: Outcome
    row: Any = None
    flaws: tuple[Flaw, ...] = ()  # with pointers into the file
    differs: bool = False  # from what is kept here


class Plan(NamedTuple):
    items: list[Item]

    @property
    def possible(self) -> bool:
        return not any(item.outcome in _BLOCKING for item in self.items)

    @property
    def flaws(self) -> list[Flaw]:
        """Everything that stands against it."""
        return [flaw for item in self.items if item.outcome in _BLOCKING for flaw in item.flaws]

    def rows_of(self, kind: str) -> list[Any]:
        """What was stored of a kind."""
        stored = (Outcome.CREATED, Outcome.COPIED, Outcome.REPLACED)
        return [item.row for item in self.items if item.kind.name == kind and item.outcome in stored]


class Terms(NamedTuple):
    """On which an import goes; ``may``: asked for permissions, such as ``events.add_event``.

    ``anew``: with ``COPY``, what can be copied comes in anew even if the same is here.
    """

    conflicts: Conflicts = Conflicts.REFUSE
    anew: bool = False
    by: User | None = None
    may: Callable[[str], bool] = lambda _permission: True


def preview(sandbox: Sandbox, content: Any, terms: Terms) -> Plan:
    """What an import would do; nothing stays of it. Raises ``Unfit`` for what is no export file."""
    with _all_or_nothing(sandbox) as undo:
        plan = _carry_out(sandbox, content, terms)
        undo()
    return plan


def import_(sandbox: Sandbox, content: Any, terms: Terms) -> Plan:
    """Store all of the file if nothing stands against any of it. Raises ``Unfit`` as ``preview``."""
    with _all_or_nothing(sandbox) as undo:
        plan = _carry_out(sandbox, content, terms)
        if not plan.possible:
            undo()
    return plan


@contextmanager
def _all_or_nothing(sandbox: Sandbox) -> Iterator[Callable[[], None]]:
    """A transaction that the function it gives undoes.

    Memories of configuration are kept by the sandbox's generation. Those that were undone must not come
    again with other contents: they are left out.
    """
    undone: list[int] = []

    def undo() -> None:
        undone.append(Sandbox.objects.values_list("generation", flat=True).get(pk=sandbox.pk))
        transaction.set_rollback(True)

    with transaction.atomic():
        yield undo
    for generation in undone:
        later = Greatest(F("generation"), Value(generation)) + 1
        Sandbox.objects.filter(pk=sandbox.pk).update(generation=later)


def _carry_out(sandbox: Sandbox, content: Any, terms: Terms) -> Plan:
    items: list[Item] = []
    for kind, documents in _read(content):
        names: dict[str, str] = {}
        for number, data in enumerate(documents):
            item = _one(kind, pointer(kind.name, number), data, sandbox=sandbox, terms=terms, names=names)
            items.append(item)
    return Plan(items)


def _read(content: Any) -> Iterator[tuple[Kind, list[Any]]]:
    """Documents by kind, in the order in which they can be stored."""
    if not isinstance(content, Mapping) or content.get(FORMAT_NAME) != FORMAT:
        message = _NO_EXPORT(name=FORMAT_NAME, format=FORMAT)
        raise Unfit([Flaw(pointer(FORMAT_NAME), message)])
    parts = {name: part for name, part in content.items() if name != FORMAT_NAME}
    if unknown := [name for name in parts if name not in kinds()]:
        message = _NO_KIND(names=", ".join(kinds()))
        raise Unfit(Flaw(pointer(name), message) for name in unknown)
    if wrong := [name for name, part in parts.items() if not isinstance(part, list)]:
        raise Unfit(Flaw(pointer(name), gettext_noop("This must be a list.")) for name in wrong)
    if sum(map(len, parts.values())) > MOST:
        raise Unfit([Flaw("", _TOO_MANY(most=f"{MOST:,}"))])
    yield from ((kind, parts[name]) for name, kind in kinds().items() if name in parts)


def _one(kind: Kind, place: str, data: Any, *, sandbox: Sandbox, terms: Terms, names: dict[str, str]) -> Item:
    """Do with one document what the terms say; ``names``: those that were given anew so far."""
    key = str(data.get(kind.key, ""))[:200] if isinstance(data, Mapping) else ""
    try:
        document = kind.renamed(kind.read(data), names)
        here = kind.find(sandbox, key)
        if here is None:
            return _store(kind, place, document, Outcome.CREATED, sandbox=sandbox, terms=terms)
        return _met(kind, place, document, here, sandbox=sandbox, terms=terms, names=names)
    except Unfit as refusal:
        flaws = tuple(Flaw(place + flaw.pointer, flaw.detail) for flaw in refusal.flaws)
        return Item(kind, place, key, Outcome.REFUSED, flaws=flaws)


def _met(
    kind: Kind,
    place: str,
    document: Document,
    here: Any,
    *,
    sandbox: Sandbox,
    terms: Terms,
    names: dict[str, str],
) -> Item:
    """Something that is called the same is here."""
    key = kind.key_of(here)
    anew = terms.anew and kind.can_be_copied
    if not anew and kind.same(document, kind.document(here)):
        return Item(kind, place, key, Outcome.KEPT, row=here)
    if terms.conflicts == Conflicts.REPLACE:
        return _store(kind, place, document, Outcome.REPLACED, here=here, sandbox=sandbox, terms=terms)
    if terms.conflicts == Conflicts.COPY and kind.can_be_copied:
        names[key] = kind.free_key(sandbox, key)
        copy = document.model_copy(update={kind.key: names[key]})
        return _store(kind, place, copy, Outcome.COPIED, sandbox=sandbox, terms=terms)
    if terms.conflicts == Conflicts.REFUSE:
        message = "Something else is called so here. Say whether to keep or to replace it."
        return Item(kind, place, key, Outcome.CONFLICT, flaws=(Flaw(place, message),), differs=True)
    return Item(kind, place, key, Outcome.KEPT, row=here, differs=True)


def _store(
    kind: Kind,
    place: str,
    document: Any,
    outcome: Outcome,
    *,
    sandbox: Sandbox,
    terms: Terms,
    here: Any = None,
) -> Item:
    """Raises ``Unfit``."""
    key = str(getattr(document, kind.key))
    require_permission(kind, "add" if here is None else "change", terms.may)
    missing = kind.missing_secrets(document)
    stored = [] if here is None else kind.missing_secrets(kind.document(here))
    if wanted := [where for where in missing if where not in stored]:
        flaws = tuple(
            Flaw(place + where, "Write the secret in place of the placeholder.") for where in wanted
        )
        return Item(kind, place, key, Outcome.SECRETS, flaws=flaws)
    row = kind.save(sandbox, document, here, by=terms.by)
    return Item(kind, place, key, outcome, row=row)


def require_permission(kind: Kind, verb: str, may: Callable[[str], bool]) -> None:
    """Raises ``Unfit`` for somebody who may not ``add`` or ``change`` things of a kind."""
    if not may(kind.permission(verb)):
        raise Unfit([Flaw("", "You may not do this with things of this kind. Ask an administrator.")])

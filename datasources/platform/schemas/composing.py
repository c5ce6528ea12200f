"""Makes a schema's document out of its class, field groups, custom fields, and what descriptors say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from datasources.platform.schemas import dialect
from datasources.platform.schemas.custom import custom_object, identities_in, names_in
from datasources.platform.schemas.fields import FRIENDLY_NAMES, IDENTITIES, too_many_fields
from datasources.platform.schemas.library import compose, group_names
from datasources.platform.schemas.library.published import PUBLISHED
from datasources.platform.schemas.models import Component, CustomField, Schema
from datasources.platform.schemas.validate import NotASchema, Validator
from datasources.platform.schemas.xdm.bundle import Bundle, CannotBundle
from datasources.platform.schemas.xdm.planning import needed_by
from datasources.platform.schemas.xdm.reading import EVENT, PROFILE, RECORD, TIME_SERIES, Document
from journeyorch.phrases import sentence

_CLASS_OF = {Schema.Kind.EVENT: EVENT, Schema.Kind.PROFILE: PROFILE, Schema.Kind.RECORD: RECORD}
_BEHAVIOR_OF = {Schema.Kind.EVENT: TIME_SERIES, Schema.Kind.PROFILE: RECORD, Schema.Kind.RECORD: RECORD}

_TOO_MANY = sentence("It has more than {most} fields. Leave out what is not needed.")
_MISSING = sentence("It refers to {names}, which is not there. Import that, too.")

Library = Mapping[str, Mapping[str, Any]]


class CannotCompose(ValueError):
    """The parts make no usable schema; the message says why, for people."""


def library_of(sandbox_id: int) -> dict[str, Mapping[str, Any]]:
    """Everything that a ``$ref`` may name in a sandbox, by ``$id``: imported, else built in."""
    rows = Component.objects.filter(sandbox_id=sandbox_id).values_list("uri", "document")
    return {**PUBLISHED, **dict(rows)}


def notes_of(sandbox_id: int, uris: Iterable[str]) -> list[Mapping[str, Any]]:
    """What descriptors say of these imported components."""
    rows = Component.objects.filter(sandbox_id=sandbox_id, uri__in=list(uris)).exclude(notes={})
    return list(rows.order_by("uri").values_list("notes", flat=True))


def fits(extends: Sequence[str], *, kind: str, base: str = "") -> bool:
    """Whether a field group that is for these classes may be in a schema of a class."""
    allowed = {base or _CLASS_OF[Schema.Kind(kind)], _BEHAVIOR_OF[Schema.Kind(kind)]}
    return not extends or bool(allowed & set(extends))


def kind_of_class(uri: str, extends: Sequence[str]) -> str:
    """Of which kind schemas of an imported class are."""
    if TIME_SERIES in extends:
        return Schema.Kind.EVENT
    return Schema.Kind.PROFILE if uri == PROFILE else Schema.Kind.RECORD


def document_of(
    schema: Schema,
    fields: Sequence[CustomField],
    *,
    library: Library,
    notes: Sequence[Mapping[str, Any]] = (),
) -> Document:
    """The document of a composed schema; ``CannotCompose`` if its parts do not make one."""
    built_in = [name for name in schema.groups or () if name in group_names(schema.kind)]
    imported = [name for name in schema.groups or () if name not in built_in]
    document = compose(
        schema.kind,
        built_in,
        id=schema.document.get("$id") or "",
        title=schema.name,
        with_class=not schema.base,
    )
    _add_imported(document, [*filter(None, [schema.base]), *imported], library)
    if fields:
        document["properties"][f"_{schema.tenant}"] = custom_object(fields)
        if any(field.required and "." not in field.path for field in fields):
            document.setdefault("required", []).append(f"_{schema.tenant}")
    _annotate(document, schema, fields, notes)
    check_usable(document)
    return document


def recompose(schema: Schema, *, library: Library | None = None) -> None:
    """Bring document and primary identity of a composed schema up to date with its parts; does not save."""
    if schema.groups is None:
        return
    fields = list(schema.custom_fields.order_by("pk")) if schema.pk else []
    library = library_of(schema.sandbox_id) if library is None else library
    notes = notes_of(schema.sandbox_id, parts_of(schema))
    schema.document = document_of(schema, fields, library=library, notes=notes)
    primary = next((field for field in fields if field.primary), None)
    if primary:
        schema.primary_identity = f"_{schema.tenant}.{primary.path}"
        schema.primary_namespace = primary.namespace


def parts_of(schema: Schema) -> list[str]:
    """Its class, if it is not the built-in one, and its field groups."""
    return [*filter(None, [schema.base]), *(schema.groups or ())]


def components_of(schema: Schema, library: Library) -> set[str]:
    """The ``$ids`` of all components that a schema is made of, directly or through others."""
    return needed_by(parts_of(schema), library)


def check_usable(document: Mapping[str, Any]) -> None:
    """``CannotCompose`` unless it compiles, and has no more fields than people and pages can bear."""
    try:
        Validator(document)
    except NotASchema as error:
        raise CannotCompose(str(error)) from None
    if limit := too_many_fields(document):
        raise CannotCompose(_TOO_MANY(most=limit))


def _add_imported(document: Document, uris: Sequence[str], library: Library) -> None:
    if not uris:
        return
    bundle = Bundle(library)
    try:
        references = [bundle.reference(uri) for uri in uris]
    except CannotBundle as error:
        raise CannotCompose(str(error)) from None
    if bundle.missing:
        names = ", ".join(sorted(bundle.missing)[:3])
        raise CannotCompose(_MISSING(names=names))
    document["allOf"], document["$defs"] = references, bundle.definitions


def _annotate(
    document: Document, schema: Schema, fields: Sequence[CustomField], notes: Sequence[Mapping[str, Any]]
) -> None:
    """Friendly names and identities, by path; the schema's own win over those of its components."""
    friendly: dict[str, str] = {}
    identities: dict[str, Any] = {}
    for note in (*notes, schema.notes):
        friendly |= note.get("friendly", {})
        identities |= note.get("identities", {})
    friendly |= dict(names_in(fields, schema.tenant))
    identities |= dict(identities_in(fields, schema.tenant))
    document |= {key: value for key, value in ((FRIENDLY_NAMES, friendly), (IDENTITIES, identities)) if value}
    document["$schema"] = dialect.DIALECT

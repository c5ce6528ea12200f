"""What a sandbox's events are configured like, as plain values kept per generation.

Routing, waves and strict inlets all read it; it costs a few queries once after every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from datasources.models import Dataset, Schema
from datasources.platform.namespaces.identities import SeenIdentity, identities_of
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.namespaces.standard import NamespaceInfo
from datasources.platform.policies.store import Labels, labels_of, with_linked
from datasources.platform.records.linking import Link, linked_document
from datasources.platform.records.store import links_of
from datasources.platform.schemas.fields import identities_in, only
from datasources.platform.schemas.validate import NotASchema, Validator, Violation
from events.compiling import configured
from events.mapping.rules import InletMapping, compiled
from events.matching import Match, Matcher, Problem
from events.models import Event, Inlet
from events.protocols import Normalized
from journeyorch.access.models import Sandbox
from journeyorch.phrases import phrase


@dataclass(frozen=True)
class SchemaInfo:
    """A schema, with its compiled validator made when it is first needed."""

    id: int
    ref: str
    name: str
    kind: str  # "event" or "profile"
    feeds_profiles: bool
    primary_path: tuple[str, ...]
    primary_namespace: str
    document: Mapping[str, Any]
    tenant: str = "tenant"  # whose own fields stand under "_<tenant>"
    # Further fields that hold identities: path and namespace.
    identity_paths: Sequence[tuple[tuple[str, ...], str]] = ()

    @cached_property
    def _validator(self) -> Validator | None:
        try:
            return Validator(self.document)
        except NotASchema:
            return None

    def is_record(self, normalized: Normalized) -> bool:
        """Whether a message of this schema is the record of a person or thing, not an event in time."""
        return (normalized.kind or self.kind) in ("profile", "record")

    def violations(self, entity: Mapping[str, Any]) -> list[Violation]:
        """The rules that ``entity`` breaks."""
        if self._validator is None:
            return [
                Violation("#", "#", "schema", "the schema itself is not usable; save it again to see why")
            ]
        return self._validator.violations(entity)


class InletInfo(NamedTuple):
    """What routing needs to know of an inlet."""

    id: int
    schema_id: int | None
    open_to_all: bool
    dataset_id: int | None = None
    profile_schema_id: int | None = None
    mapping: InletMapping = InletMapping()


class DatasetInfo(NamedTuple):
    """A dataset, by which messages may be kept from profiles; ``key`` is what senders call it."""

    id: int
    key: str
    schema_id: int
    feeds_profiles: bool
    is_default: bool


class EventInfo(NamedTuple):
    """A configured event as journeys know it; ``document``: the JSON Schema of its payload fields.

    The fields of the records to which its ``links`` lead are among them. ``labels``: of the schema's fields.
    """

    id: int
    name: str
    namespace: str
    document: Mapping[str, Any]
    links: tuple[Link, ...] = ()
    labels: Labels = {}


_UNMAPPED = InletMapping()


class Catalog:
    """Everything about events in one sandbox at one generation."""

    def __init__(
        self,
        *,
        generation: int = 0,
        schemas: Iterable[SchemaInfo] = (),
        inlets: Iterable[InletInfo] = (),
        datasets: Iterable[DatasetInfo] = (),
        events: Iterable[EventInfo] = (),
        matcher: Matcher | None = None,
        namespaces: Mapping[str, NamespaceInfo],
    ) -> None:
        self.generation = generation
        self.schemas = {schema.id: schema for schema in schemas}
        self.inlets = {inlet.id: inlet for inlet in inlets}
        self._datasets = Datasets(datasets)
        self.events = {event.id: event for event in events}
        self.matcher = matcher or Matcher(())
        self.namespaces = namespaces
        self._by_ref = {schema.ref: schema for schema in self.schemas.values()}

    def mapped(self, normalized: Normalized, *, inlet_id: int) -> Normalized:
        """With the mapping of its inlet. Raises ``NotNormal``."""
        inlet = self.inlets.get(inlet_id)
        mapping = inlet.mapping if inlet else _UNMAPPED
        # Only rules ask what it is, and most inlets have none.
        record = bool(mapping.rules) and self.is_record(normalized, inlet_id=inlet_id)
        return mapping.over(normalized, record=record)

    def is_record(self, normalized: Normalized, *, inlet_id: int) -> bool:
        """Whether a message, mapped or not, is the record of a person or thing."""
        schema = self.schema_of(normalized, inlet_id=inlet_id)
        return schema.is_record(normalized) if schema else normalized.kind == "profile"

    def in_schema(
        self, normalized: Normalized, *, inlet_id: int, number: int, received_at: datetime
    ) -> tuple[Normalized, SchemaInfo | None]:
        """A mapped message as it stands in the schema that it follows, and that schema.

        ``number`` is that of the received event: what has no ``_id`` of its own, and needs one, goes by it.
        """
        schema = self.schema_of(normalized, inlet_id=inlet_id)
        if schema is None:
            return normalized, None
        if normalized.completed and not schema.is_record(normalized):
            normalized = normalized.complete(id=f"received-{number}", at=received_at)
        return normalized.in_schema(schema.tenant), schema

    def schema_of(self, normalized: Normalized, *, inlet_id: int) -> SchemaInfo | None:
        """The schema that a message follows.

        The one it names; if it names none, the one of the dataset it names, or of its inlet; else the one of
        the configured event whose eventID it carries. ``None`` if it names an unknown one, or there is none.
        """
        if normalized.schema_ref:
            return self._by_ref.get(normalized.schema_ref)
        if dataset := self._datasets.by_key.get(normalized.dataset_ref):
            return self.schemas.get(dataset.schema_id)
        inlet = self.inlets.get(inlet_id)
        if normalized.kind == "profile":
            return self.schemas.get(inlet.profile_schema_id or 0) if inlet else None
        if inlet and inlet.schema_id is not None:
            return self.schemas.get(inlet.schema_id)
        event = self.matcher.system_event(normalized.entity)
        return self.schemas.get(event.schema_id) if event else None

    def dataset_of(
        self, normalized: Normalized, schema: SchemaInfo, *, inlet_id: int
    ) -> DatasetInfo | Problem | None:
        """The dataset that a message of a schema is for, or why for none (technical.md, Datasets)."""
        inlet = self.inlets.get(inlet_id)
        return self._datasets.choose(
            normalized.dataset_ref, schema_id=schema.id, by_default=inlet.dataset_id if inlet else None
        )

    def identities_of(self, entity: Mapping[str, Any], schema: SchemaInfo) -> list[SeenIdentity]:
        """The people's identities that an entity of a schema holds."""
        return identities_of(
            entity,
            namespaces=self.namespaces,
            primary_path=schema.primary_path,
            primary_namespace=schema.primary_namespace,
            further=schema.identity_paths,
        )

    def matches(
        self,
        normalized: Normalized,
        schema: SchemaInfo,
        identities: Sequence[SeenIdentity],
        *,
        now: datetime,
    ) -> list[Match]:
        """The configured events that an entity is; a record is none."""
        if schema.is_record(normalized):
            return []
        return self.matcher.match(normalized.entity, schema_id=schema.id, identities=identities, now=now)


class Datasets:
    """Which dataset a message is for."""

    def __init__(self, datasets: Iterable[DatasetInfo]) -> None:
        known = list(datasets)
        self._by_id = {dataset.id: dataset for dataset in known}
        self.by_key = {dataset.key: dataset for dataset in known}
        self._defaults = {dataset.schema_id: dataset for dataset in known if dataset.is_default}

    def choose(
        self, key: str, *, schema_id: int, by_default: int | None = None
    ) -> DatasetInfo | Problem | None:
        """The one named, else ``by_default`` if it is of the schema, else the schema's own default."""
        if key:
            named = self.by_key.get(key)
            if named is None:
                return Problem(
                    "unknown_dataset", phrase("It names a dataset that this sandbox does not have.")
                )
            if named.schema_id != schema_id:
                return Problem("wrong_dataset", phrase("It names a dataset of another schema than its own."))
            return named
        dataset = self._by_id.get(by_default) if by_default else None
        if dataset and dataset.schema_id == schema_id:
            return dataset
        return self._defaults.get(schema_id)


_catalogs: dict[int, Catalog] = {}


def forget_all() -> None:
    """Forget what is kept: for tests, whose generations repeat when they are rolled back."""
    _catalogs.clear()


def catalog_of(sandbox_id: int, *, generation: int | None = None) -> Catalog:
    """The sandbox's catalog at least as new as ``generation``; without one, as new as the database."""
    if generation is None:
        generation = Sandbox.objects.values_list("generation", flat=True).get(pk=sandbox_id)
    catalog = _catalogs.get(sandbox_id)
    if catalog is None or catalog.generation != generation:
        catalog = _catalogs[sandbox_id] = _read(sandbox_id, generation)
    return catalog


def catalog_at_hand(sandbox_id: int) -> Catalog:
    """The catalog that is kept already, or the current one; its generation is checked before a commit."""
    return _catalogs.get(sandbox_id) or catalog_of(sandbox_id)


def _read(sandbox_id: int, generation: int) -> Catalog:
    """The rows are read after the generation: they may be newer than it says, never older."""
    schemas = [_schema_info(row) for row in Schema.objects.filter(sandbox_id=sandbox_id)]
    documents = {schema.id: schema.document for schema in schemas}
    rows = list(Event.objects.filter(sandbox_id=sandbox_id).order_by("id"))
    links, labels = links_of(sandbox_id), labels_of(sandbox_id)
    return Catalog(
        generation=generation,
        schemas=schemas,
        datasets=[_dataset_info(row) for row in Dataset.objects.filter(sandbox_id=sandbox_id)],
        inlets=[_inlet_info(row) for row in Inlet.objects.filter(sandbox_id=sandbox_id)],
        events=[
            _event_info(row, documents[row.schema_id], links.get(row.schema_id, ()), labels) for row in rows
        ],
        matcher=Matcher(configured(row, documents[row.schema_id]) for row in rows),
        namespaces=namespaces_of(sandbox_id),
    )


def _schema_info(row: Schema) -> SchemaInfo:
    return SchemaInfo(
        id=row.pk,
        ref=row.ref,
        name=row.name,
        kind=row.kind,
        feeds_profiles=row.feeds_profiles,
        primary_path=tuple(row.primary_identity.split(".")) if row.primary_identity else (),
        primary_namespace=row.primary_namespace,
        document=row.document,
        tenant=row.tenant,
        identity_paths=[
            (tuple(path.split(".")), namespace)
            for path, namespace in identities_in(row.document).items()
            if path != row.primary_identity
        ],
    )


def _dataset_info(row: Dataset) -> DatasetInfo:
    return DatasetInfo(row.pk, row.key, row.schema_id, row.feeds_profiles, row.is_default)


def _inlet_info(row: Inlet) -> InletInfo:
    return InletInfo(
        id=row.pk,
        schema_id=row.schema_id,
        open_to_all=row.mode == Inlet.Mode.UNAUTHENTICATED,
        dataset_id=row.dataset_id,
        profile_schema_id=row.profile_schema_id,
        mapping=compiled(row.mapping),
    )


def _event_info(
    row: Event, document: Mapping[str, Any], links: tuple[Link, ...], labels: Mapping[int, Labels]
) -> EventInfo:
    fields = only(linked_document(document, links), row.fields or ())
    labelled = with_linked(labels, row.schema_id, links)
    return EventInfo(row.pk, row.name, row.namespace, fields, links, labelled)

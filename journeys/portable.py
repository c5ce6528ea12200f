"""The portable form of a journey: its name and its latest drawing, in which jumps name their target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from actions.models import Action, Channel, Kind, MessageTemplate
from datasources.models import DataSource, FieldGroup, ProfileFieldGroup, Schema, Segment
from datasources.platform.namespaces.portable import own_namespaces
from events.models import Event
from journeyorch.access.models import Sandbox, User
from journeyorch.api.flaws import Flaw
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeyorch.portable.kind import Document as PortableDocument
from journeyorch.portable.kind import Kind as PortableKind
from journeyorch.portable.kind import Unfit, portable
from journeyorch.usage import Use
from journeys import labels, publishing
from journeys.definition.document import Document, read_document
from journeys.models import Journey, JourneyVersion
from journeys.usage import asks_segment, mentions, names_in, reads_group

Status = JourneyVersion.Status
VIEW, CHANGE = "journeys.view_journey", "journeys.change_journey"
# What is written to people is addressed by their profile.
_ABOUT_PEOPLE = {"update_profile", *Kind.values}


class JourneyDocument(PortableDocument):
    """``drawing``: a definition as on the page of the format of journeys, without what is as by default."""

    name: str = Field(min_length=1, max_length=120)
    description: str = Field(default="", max_length=5000)
    tags: list[str] = Field(default_factory=list, max_length=100)
    drawing: dict[str, Any] = {}


@portable
class Journeys(PortableKind):
    """A journey that is stored begins as a draft, with an id of its own."""

    name = "journeys"
    title = _("Journeys")
    model = Journey
    form = JourneyDocument
    has_plain_addresses = False
    can_be_copied = True

    def permission(self, verb: str) -> str:
        """As on the pages: who may change journeys makes and deletes them, too."""
        return VIEW if verb == "view" else CHANGE

    def document(self, row: Any) -> JourneyDocument:
        return document_of(latest_of(row))

    def save(self, sandbox: Sandbox, document: JourneyDocument, row: Any | None, *, by: User | None) -> Any:
        drawing = _with_jumps(document.drawing, _uids(sandbox))
        try:
            with transaction.atomic():
                version = _draft_for(sandbox, document, row, by=by)
                if row is None or drawing != drawn(version):
                    publishing.save_draft(version, drawing, revision=version.revision, by=by)
                labels.rename_journey(
                    version.journey, name=document.name, description=document.description,
                    tags=document.tags, by=by,
                )  # fmt: skip
        except publishing.NotAllowed as refusal:
            found = [Flaw("/drawing", one.message) for one in refusal.problems]
            raise Unfit(found or [Flaw("/name" if row is None else "", refusal.message)]) from None
        return version.journey

    def same(self, first: JourneyDocument, second: JourneyDocument) -> bool:
        return _normal(first) == _normal(second)

    def refers(self, row: Any) -> Iterator[Model]:
        version = latest_of(row)
        document, _problems = read_document(version.document)
        if document is not None:
            yield from needs_of(document, version.sandbox_id)

    def uses(self, row: Any) -> list[Use]:
        return []  # its versions say whether they can go

    def about(self, row: Any) -> dict[str, Any]:
        return {**super().about(row), "uid": str(row.uid)}

    def free_key(self, sandbox: Sandbox, key: str) -> str:
        return publishing.free_name(sandbox, key)

    def renamed(self, document: JourneyDocument, names: Mapping[str, str]) -> JourneyDocument:
        return document.model_copy(update={"drawing": _with_jumps(document.drawing, names)})


def latest_of(journey: Journey) -> JourneyVersion:
    found: JourneyVersion = journey.versions.select_related("sandbox", "journey").order_by("-number")[0]
    return found


def document_of(version: JourneyVersion) -> JourneyDocument:
    """The journey as one of its versions has it."""
    journey = version.journey
    names = {uid: name for name, uid in _uids(version.sandbox).items()}
    drawing = _with_jumps(drawn(version), names)
    return JourneyDocument(
        name=journey.name, description=journey.description, tags=journey.tag_names, drawing=drawing
    )


def drawn(version: JourneyVersion) -> dict[str, Any]:
    """The stored drawing without what is as by default; as it is, if this program cannot read it."""
    document, _problems = read_document(version.document)
    return plain_drawing(document) if document else dict(version.document)


def plain_drawing(document: Document) -> dict[str, Any]:
    """A drawing to be read by people. A start that was only set by publishing is no part of it."""
    return document.model_dump(mode="json", exclude_defaults=True)


def needs_of(document: Document, sandbox_id: int) -> Iterator[Model]:
    """Everything that a drawing cannot be without, of all rooms."""
    here = {"sandbox": sandbox_id}
    yield from own_namespaces(sandbox_id, *names_in(document, "namespace"))
    kinds = {activity.kind for activity in document.activities.values()}
    if kinds & _ABOUT_PEOPLE or mentions(document, PROFILE_SOURCE):
        yield from Schema.objects.filter(**here, kind=Schema.Kind.PROFILE).order_by("pk")
    for group in ProfileFieldGroup.objects.filter(**here).order_by("pk"):
        if reads_group(document, PROFILE_SOURCE, group.name):
            yield group
    for key, model in (("event", Event), ("action", Action), ("template", MessageTemplate)):
        yield from _by_name(model, names_in(document, key), sandbox_id)
    yield from _sources(document, sandbox_id)
    for segment in Segment.objects.filter(**here).order_by("pk"):
        if segment.name in names_in(document, "segment") or asks_segment(document, segment.name):
            yield segment
    for kind in Kind.values:
        if kind in kinds:
            yield from Channel.objects.filter(**here, kind=kind).order_by("pk")[:1]
    targets = [UUID(uid) for uid in names_in(document, "journey") if _is_uid(uid)]
    yield from Journey.objects.filter(**here, uid__in=targets).order_by("pk")


def _by_name(model: Any, names: set[str], sandbox_id: int) -> Iterator[Model]:
    yield from model.objects.filter(sandbox=sandbox_id, name__in=names).order_by("pk")


def _sources(document: Document, sandbox_id: int) -> Iterator[DataSource]:
    groups = FieldGroup.objects.filter(source__sandbox=sandbox_id).select_related("source").order_by("pk")
    found = (one.source for one in groups if reads_group(document, one.source.name, one.name))
    yield from {source.pk: source for source in found}.values()


def _draft_for(
    sandbox: Sandbox, document: JourneyDocument, row: Any | None, *, by: User | None
) -> JourneyVersion:
    """The draft that is to be as the document says: of a new journey, or the next one of a journey."""
    if row is None:
        return publishing.create_journey(sandbox, document.name, by=by)
    latest = latest_of(row)
    if latest.status == Status.DRAFT or _with_jumps(document.drawing, _uids(sandbox)) == drawn(latest):
        return latest
    return publishing.new_version(latest, by=by)


def _normal(document: JourneyDocument) -> Any:
    read, _problems = read_document(document.drawing)
    drawing = plain_drawing(read) if read else document.drawing
    return document.name, document.description, document.tags, drawing


def _uids(sandbox: Sandbox) -> dict[str, str]:
    rows = Journey.objects.filter(sandbox=sandbox).values_list("name", "uid")
    return {name: str(uid) for name, uid in rows}


def _with_jumps(drawing: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The drawing with other names for the targets of jumps; those that are not there stay."""
    activities = drawing.get("activities")
    if not isinstance(activities, dict):
        return dict(drawing)
    return {**drawing, "activities": {id: _jumping(one, names) for id, one in activities.items()}}


def _jumping(activity: Any, names: Mapping[str, str]) -> Any:
    config = activity.get("config") if isinstance(activity, dict) else None
    target = config.get("journey") if isinstance(config, dict) else None
    if not config or not isinstance(target, str) or target not in names:
        return activity
    return {**activity, "config": {**config, "journey": names[target]}}


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

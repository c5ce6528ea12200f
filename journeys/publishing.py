"""The life of a version: create, save, publish, close, stop, delete (users.md, Publishing)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from journeyorch import bulk, wakeup
from journeyorch.access.locks import lock_sandbox
from journeyorch.access.models import Sandbox, User
from journeys.definition.check import Reading
from journeys.definition.check import check as check_document
from journeys.definition.document import Document, read_document
from journeys.definition.problems import Problem
from journeys.definition.whole import check_against
from journeys.engine.catalog import read_catalog
from journeys.engine.sweeps import end_run, sweep_version
from journeys.models import Instance, Journey, JourneyVersion

Status = JourneyVersion.Status
CHANGE_TIMEOUT = "journeys.change_timeout"


class NotAllowed(Exception):
    """The version cannot take this step; the message says why and what to do."""

    def __init__(self, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems or []


class Conflict(NotAllowed):
    """Somebody else has saved the draft meanwhile."""


def create_journey(
    sandbox: Sandbox, name: str, *, by: User | None, document: Document | None = None
) -> JourneyVersion:
    """A new journey with its first draft. Raises ``NotAllowed`` for a name that is taken."""
    if Journey.objects.filter(sandbox=sandbox, name=name).exists():
        raise NotAllowed(_("There is already a journey “%(name)s”; choose another name.") % {"name": name})
    with transaction.atomic():
        journey = Journey.objects.create(sandbox=sandbox, name=name, created_by=by)
        return _new_version(journey, 1, document or Document.empty())


def new_version(version: JourneyVersion, *, by: User | None) -> JourneyVersion:
    """A draft that begins as a copy of the latest version. A stopped one is only duplicated."""
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=version.journey_id)
        latest = journey.versions.order_by("-number")[0]
        if latest.pk != version.pk:
            raise NotAllowed(_("Only the latest version can be continued; open version %d.") % latest.number)
        if latest.status not in (Status.LIVE, Status.CLOSED, Status.FINISHED):
            raise NotAllowed(_("A new version starts from a live, closed or finished one."))
        return _new_version(journey, latest.number + 1, Document.model_validate(latest.document))


def duplicate(version: JourneyVersion, *, by: User | None) -> JourneyVersion:
    """A new journey whose draft is a copy of this version; a start date that has passed is not its own."""
    name = free_name(version.sandbox, version.journey.name)
    document = Document.model_validate(version.document)
    start_at = document.properties.start_at
    if start_at is not None and start_at <= bulk.database_now():
        document = _beginning(document, None)
    with transaction.atomic():
        copy = create_journey(version.sandbox, name, by=by, document=document)
        copy.journey.description, copy.journey.tags = version.journey.description, version.journey.tags
        copy.journey.save(update_fields=["description", "tags", "updated_at"])
        return copy


def free_name(sandbox: Sandbox, taken: str) -> str:
    """How a copy of the journey ``taken`` can be called."""
    name = original = _("%(name)s – copy") % {"name": taken[:100]}
    number = 2
    while Journey.objects.filter(sandbox=sandbox, name=name).exists():
        name, number = f"{original} {number}", number + 1
    return name


def _new_version(journey: Journey, number: int, document: Document) -> JourneyVersion:
    return JourneyVersion.objects.create(
        sandbox=journey.sandbox, journey=journey, number=number, document=document.model_dump(mode="json")
    )


def save_draft(version: JourneyVersion, data: Any, *, revision: int, by: User | None = None) -> list[Problem]:
    """Save a draft's definition; returns its problems, which do not keep it from being saved.

    ``by``: who must be allowed what is changed; None: the product itself.

    Raises ``NotAllowed`` for what is no definition or no draft, ``Conflict`` if ``revision`` is not the one
    that is stored.
    """
    document, problems = read_document(data)
    if document is None:
        raise NotAllowed(_("The definition cannot be read; correct what is listed."), problems)
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.DRAFT, _("Only a draft can be changed; make a new version."))
        if stored.revision != revision:
            raise Conflict(_("Somebody else has saved this draft meanwhile; load it again."))
        _require_may_change(stored, document, by=by)
        stored.document = document.model_dump(mode="json")
        stored.revision += 1
        stored.save(update_fields=["document", "revision", "updated_at"])
    version.document, version.revision = stored.document, stored.revision
    return check(stored)


def _require_may_change(version: JourneyVersion, document: Document, *, by: User | None) -> None:
    """Timeout and error are changed by administrators only (users.md, Publishing)."""
    before, _problems = read_document(version.document)
    was = (before or Document.empty()).properties.timeout_seconds
    if document.properties.timeout_seconds == was or by is None or by.has_perm(CHANGE_TIMEOUT):
        return
    raise NotAllowed(
        _("Only administrators change “timeout and error”; set it back to %(seconds)d seconds.")
        % {"seconds": was}
    )


def check(version: JourneyVersion, *, testing: bool = False) -> list[Problem]:
    """Everything that is wrong with the version's definition as it stands in its sandbox now.

    ``testing``: what keeps it from being tested, else what keeps it from being published.
    """
    document, problems = read_document(version.document)
    if document is None:
        return problems
    catalog = read_catalog(version.sandbox_id)._replace(own=str(version.journey.uid), testing=testing)
    found = check_document(document, catalog, max_activities=settings.JOURNEY_MAX_ACTIVITIES)
    if version.status in (Status.DRAFT, Status.TEST) and (before := version_before(version)):
        old = Document.model_validate(before.document)
        found += check_against(Reading(old, catalog), Reading(document, catalog))
    return found


def version_before(version: JourneyVersion) -> JourneyVersion | None:
    """The latest version that was published: what a draft takes the place of."""
    return version.journey.versions.published().order_by("-number").first()


def publish(version: JourneyVersion, *, by: User | None) -> None:
    """Let people enter. The journey's live version is closed in the same transaction (engine.md, Waves)."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, (Status.DRAFT, Status.TEST), _("Only a draft can be published."))
        # Locked: it may be stopped at this moment, and must not become a closed one.
        previous = stored.journey.versions.live().select_for_update().first()
        # Nothing that is checked may change meanwhile: two who publish at once could jump to each other.
        lock_sandbox(stored.sandbox_id)
        require_no_errors(stored, _("The journey has errors; correct them before publishing."))
        _require_dates(stored)
        _require_room(stored, replacing=previous)
        now = bulk.database_now()
        if previous is not None:
            _move(previous, Status.CLOSED, closed_at=now)
        if stored.status == Status.TEST:
            end_run(stored, now=now)
        stored.document = _with_start(stored.document, now)
        _move(stored, Status.LIVE, published_at=now, published_by=by)
    version.refresh_from_db()


def _with_start(data: Any, now: datetime) -> dict[str, Any]:
    """An empty start date becomes the moment of publication (journey-format.md, The whole)."""
    document = Document.model_validate(data)
    if document.properties.start_at is None:
        document = _beginning(document, now)
    return document.model_dump(mode="json")


def _beginning(document: Document, start_at: datetime | None) -> Document:
    properties = document.properties.model_copy(update={"start_at": start_at})
    return document.model_copy(update={"properties": properties})


def _require_dates(version: JourneyVersion) -> None:
    end_at = Document.model_validate(version.document).properties.end_at
    if end_at is not None and end_at <= bulk.database_now():
        raise NotAllowed(_("The end date of the journey has passed; choose a later one."))


def _require_room(version: JourneyVersion, *, replacing: JourneyVersion | None) -> None:
    live = JourneyVersion.objects.live().filter(sandbox=version.sandbox_id).count()
    if replacing is None and live >= settings.JOURNEY_MAX_LIVE:
        message = _("There are %d live journeys already, as many as are allowed; close one first.")
        raise NotAllowed(message % live)


def close(version: JourneyVersion, *, by: User | None) -> None:
    """Let nobody enter any more; the people inside go on to their end."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.LIVE, _("Only a live version can be closed."))
        _move(stored, Status.CLOSED, closed_at=bulk.database_now())
    version.refresh_from_db()


def stop(version: JourneyVersion, *, by: User | None) -> None:
    """End everybody inside at once. From this commit on instances count as ended (engine.md, Sweeps)."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, (Status.LIVE, Status.CLOSED), _("Only a live or closed version can be stopped."))
        now = bulk.database_now()
        _move(stored, Status.STOPPED, stopped_at=now)
        sweep_version(stored.pk, sandbox_id=stored.sandbox_id, now=now)
    version.refresh_from_db()
    wakeup.notify("drain")


def delete(version: JourneyVersion, *, by: User | None) -> None:
    """Delete a draft, a stopped or a finished version with its report; with the last one the journey goes."""
    with transaction.atomic():
        stored = locked(version)
        if stored.status not in (Status.DRAFT, Status.STOPPED, Status.FINISHED):
            raise NotAllowed(
                _("Only a draft, a stopped or a finished version can be deleted; stop it first.")
            )
        if being_swept(stored):
            raise NotAllowed(_("The last people are just being ended; try again in a moment."))
        journey = stored.journey
        stored.delete()
        if not journey.versions.exists():
            journey.delete()


def people_inside(version: JourneyVersion) -> int:
    """How many people are in the version now."""
    return Instance.objects.of_run(version).filter(ended_at=None).count()


def being_swept(version: JourneyVersion) -> int:
    """How many people of a stop or of a test that is over the lanes have still to end or delete."""
    left = Instance.objects.filter(version=version, run__gt=0).exclude(run=version.run).count()
    return left + (people_inside(version) if version.status == Status.STOPPED else 0)


def locked(version: JourneyVersion) -> JourneyVersion:
    """The version as it is stored, and nobody else changes it until the transaction ends."""
    return (
        JourneyVersion.objects.select_for_update(of=("self",))
        .select_related("journey", "sandbox")
        .get(pk=version.pk)
    )


def require(version: JourneyVersion, statuses: str | tuple[str, ...], message: str) -> None:
    """Raise ``NotAllowed`` if the version is not in one of these statuses."""
    if version.status not in ((statuses,) if isinstance(statuses, str) else statuses):
        raise NotAllowed(message)


def require_no_errors(version: JourneyVersion, message: str, *, testing: bool = False) -> None:
    """Raise ``NotAllowed`` with the errors of the definition, if it has some."""
    errors = [problem for problem in check(version, testing=testing) if problem.is_error]
    if errors:
        raise NotAllowed(message, errors)


def _move(version: JourneyVersion, status: str, **fields: Any) -> None:
    version.status = status
    for name, value in fields.items():
        setattr(version, name, value)
    version.save()

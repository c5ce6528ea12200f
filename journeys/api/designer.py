"""What the designer asks for and saves: the draft, the journey's name, who else is looking, what there is."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from actions.messages.parameters import samples_of
from actions.messages.preview import SAMPLE_PERSON, previewed
from actions.messages.render import RenderProblem
from actions.models import MessageTemplate
from journeyorch.access.models import User
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import operation
from journeyorch.api.problems import MEDIA_TYPE, Flaw, Unacceptable, problem
from journeyorch.api.views import ApiView
from journeyorch.telling import told
from journeys import labels, models, publishing
from journeys.api.answers import (
    DraftAnswer,
    FieldsAnswer,
    JourneyNameAnswer,
    MovesAnswer,
    OffersAnswer,
    PresenceAnswer,
    PreviewAnswer,
    SavedAnswer,
    VariablesAnswer,
)
from journeys.designer.offers import jump_variables, offers_of, profile_fields
from journeys.designer.state import describe_draft, describe_problems, describe_version, permissions_of
from journeys.engine.catalog import read_catalog
from journeys.models import JourneyVersion, Onlooker
from journeys.views.lifecycle import describe_moves
from journeys.views.shell import CHANGE, VIEW, version_of

TAG = "Drafts"
_MOST_FLAWS = 20


class DesignView(ApiView):
    """Everything about one version of the sandbox that the user works in; 404 for others."""

    permissions = (VIEW,)
    changes = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") and self.changes and not request.user.has_perm(CHANGE):
            raise PermissionDenied(_("You may look at journeys, not change them."))
        self.version: JourneyVersion = version_of(request, kwargs["uid"])

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # nobody else has a permission
        return self.request.user


class DraftBody(Body):
    """The whole definition, and the revision that it was made from."""

    document: dict[str, Any]
    revision: int = Field(ge=1, lt=2**31)


class Draft(DesignView):
    """The drawing. Saving needs the revision that is stored; what is unfinished is saved, too."""

    changes = True

    @operation("read_draft", tag=TAG, answer=DraftAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        return Response(_current(self.version, self.user))

    @operation("save_draft", tag=TAG, body=DraftBody, answer=SavedAnswer, also=(409,))
    def put(self, request: Request, uid: UUID) -> Response:
        body = read(DraftBody, request)
        try:
            found = publishing.save_draft(self.version, body.document, revision=body.revision, by=self.user)
        except publishing.NotAllowed as refusal:
            return self._refused(refusal)
        self.version.refresh_from_db()
        saved = {"revision": self.version.revision, "savedAt": self.version.updated_at}
        return Response({**saved, "problems": describe_problems(found)})

    def _refused(self, refusal: publishing.NotAllowed) -> Response:
        if refusal.problems:
            raise Unacceptable(Flaw("/document", one.message) for one in refusal.problems[:_MOST_FLAWS])
        answer = problem(409, refusal.message)
        # What is stored now, so that the page can put both together.
        self.version = version_of(self.request, self.version.uid)
        stored = _current(self.version, self.user)
        return Response({**answer.data, "stored": stored}, status=409, content_type=MEDIA_TYPE)


def _current(version: JourneyVersion, user: User) -> dict[str, Any]:
    head = {"version": describe_version(version), "may": permissions_of(version, user)}
    return {**head, **describe_draft(version)}


class PresenceBody(Body):
    """``tab``: one of somebody's browser, by a name of its own choice."""

    tab: str = Field(pattern=r"^[A-Za-z0-9-]{8,36}$")


class Presence(DesignView):
    """This tab is open; who else is looking, and which revision is stored."""

    @operation("tell_presence", tag=TAG, body=PresenceBody, answer=PresenceAnswer)
    def post(self, request: Request, uid: UUID) -> Response:
        tab, now = read(PresenceBody, request).tab, timezone.now()
        with transaction.atomic():
            Onlooker.tell(self.version, tab, self.user, now=now)
        others = Onlooker.objects.beside(self.version, tab, now=now)
        names = dict.fromkeys(one.user.get_full_name() or one.user.get_username() for one in others)
        head = {"revision": self.version.revision, "status": self.version.status}
        return Response({"others": list(names), **head})


class JourneyBody(Body):
    name: str = Field(min_length=1, max_length=120)
    description: str = Field(default="", max_length=5000)
    tags: list[str] | None = Field(default=None, max_length=100, description="null: they stay as they are")


def name_journey(journey: models.Journey, body: JourneyBody, *, by: User) -> None:
    """What all versions of the journey are called. Raises ``Unacceptable``."""
    name = body.name.strip()
    if not name:
        raise Unacceptable([Flaw("/name", _("The journey needs a name."))])
    tags = None if body.tags is None else _tags(body.tags)
    try:
        labels.rename_journey(journey, name=name, description=body.description.strip(), tags=tags, by=by)
    except publishing.NotAllowed as refusal:
        raise Unacceptable([Flaw("/name", refusal.message)]) from None


def _tags(given: list[str]) -> list[str]:
    try:
        return labels.read_tags(given)
    except publishing.NotAllowed as refusal:
        raise Unacceptable([Flaw("/tags", refusal.message)]) from None


class Journey(DesignView):
    """Name, description and tags, which all versions share."""

    changes = True

    @operation("name_journey_of_version", tag=TAG, body=JourneyBody, answer=JourneyNameAnswer)
    def put(self, request: Request, uid: UUID) -> Response:
        name_journey(self.version.journey, read(JourneyBody, request), by=self.user)
        self.version.journey.refresh_from_db()
        return Response(describe_version(self.version)["journey"])


class LabelsBody(Body):
    """What a step and its paths, by their ids, are called."""

    label: str = Field(max_length=120)
    description: str = Field(max_length=2000)
    paths: dict[str, Annotated[str, Field(max_length=120)]] = Field(default_factory=dict)


class RelabellingBody(Body):
    activities: dict[str, LabelsBody] = Field(max_length=500)


class Relabelling(DesignView):
    """Labels and descriptions of a live version; nothing that people walk by."""

    changes = True

    @operation("relabel_version", tag=TAG, body=RelabellingBody, answer=DraftAnswer)
    def put(self, request: Request, uid: UUID) -> Response:
        body = read(RelabellingBody, request)
        given = {
            id: labels.Labels(one.label.strip(), one.description.strip(), one.paths)
            for id, one in body.activities.items()
        }
        try:
            labels.relabel(self.version, given, by=self.user)
        except publishing.NotAllowed as refusal:
            raise Unacceptable([Flaw("/activities", refusal.message)]) from None
        return Response(_current(self.version, self.user))


class Moves(DesignView):
    """What can be done with the version as a whole, each with what will happen."""

    @operation("moves_of_version", tag=TAG, answer=MovesAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        return Response({"moves": describe_moves(self.version, self.user)})


class Offers(DesignView):
    """What there is to choose from now: somebody may have set up an event since the page was opened."""

    @operation("offers_for_version", tag=TAG, answer=OffersAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        sandbox_id = self.version.sandbox_id
        catalog = read_catalog(sandbox_id)._replace(own=str(self.version.journey.uid))
        return Response(offers_of(sandbox_id, catalog))


class ProfileFields(DesignView):
    """The fields of profiles that can be set."""

    @operation("profile_fields", tag=TAG, answer=FieldsAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        return Response({"fields": profile_fields(read_catalog(self.version.sandbox_id))})


class JumpFieldsQuery(Body):
    """``event``: the name of one that journeys begin with."""

    event: str = ""


class TemplateQuery(Body):
    """``kind``: email, sms or push."""

    name: str = ""
    kind: str = ""


class JumpFields(DesignView):
    """What a jump brings to a journey that begins with the event ``event``."""

    @operation("jump_fields", tag=TAG, query=JumpFieldsQuery, answer=VariablesAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        event = request.query_params.get("event", "")
        return Response({"variables": jump_variables(read_catalog(self.version.sandbox_id), event)})


class TemplatePreview(DesignView):
    """The words of the template ``name`` for an invented person."""

    @operation("preview_template", tag=TAG, query=TemplateQuery, answer=PreviewAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        name = request.query_params.get("name", "").replace("\x00", "")
        kind = request.query_params.get("kind", "").replace("\x00", "")
        sandbox = self.version.sandbox_id
        template = MessageTemplate.objects.filter(sandbox_id=sandbox, name=name, kind=kind).first()
        if template is None:
            raise NotFound("There is no such template here.")
        values = samples_of(template.parameters)
        try:
            return Response({"parts": previewed(template, profile=SAMPLE_PERSON, values=values)})
        except RenderProblem as trouble:
            return Response({"parts": {}, "trouble": told(trouble)})

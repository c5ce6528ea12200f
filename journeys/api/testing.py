"""What the designer asks and sends while a version is in test (users.md, Testing)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.profiles.test_profiles import KnownAlready, make_test_profile
from events.form_fields import NotFitting
from events.ingest.refusals import Refused
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import operation
from journeyorch.api.problems import Flaw, Unacceptable, problem
from journeyorch.phrases import said
from journeyorch.telling import told
from journeys import firing, testing
from journeys.api.answers import AcceptedAnswer, OptionsAnswer, PayloadAnswer, TestAnswer, TestProfileAnswer
from journeys.api.designer import DesignView
from journeys.designer.test_mode import describe_test
from journeys.designer.trigger import TriggerForm, event_of
from journeys.models import JourneyVersion
from journeys.publishing import NotAllowed

TAG = "Tests of journeys"
_LONGEST_NAME, _LONGEST_ID = 120, 512


class TestQuery(Body):
    """``event``: the name of the event that is to be triggered."""

    event: str = ""


class TestMode(DesignView):
    """What can be triggered, about whom, and the settings."""

    @operation("read_test", tag=TAG, query=TestQuery, answer=TestAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        asked = request.query_params.get("event", "").replace("\x00", "")
        return Response(describe_test(self.version, self.user, event=asked))


class TestChange(DesignView):
    """Base of what is done to a test that is on; a refusal of the verb is 422 with its sentence."""

    changes = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.version.status != JourneyVersion.Status.TEST:
            raise Unacceptable([Flaw("", _("The version is not in test; switch the test on first."))])

    def form_of(self, name: str) -> TriggerForm:
        event = event_of(self.version, name)
        if event is None:
            raise NotFound(_("This version listens to no such event; load the page again."))
        return TriggerForm.of(event)


class PayloadBody(Body):
    """What stands in the controls by their names (``texts``), or the payload itself."""

    event: str = Field(max_length=_LONGEST_NAME)
    texts: dict[str, str] | None = None
    payload: dict[str, Any] | None = None

    def entity(self, form: TriggerForm) -> dict[str, Any]:
        """The payload that is meant. Raises ``Unacceptable``."""
        try:
            return (self.payload or {}) if self.texts is None else form.entity(self.texts)
        except NotFitting as trouble:
            raise Unacceptable([Flaw("/texts", told(trouble))]) from None


class Payload(TestChange):
    """The same payload for both views of the form: as JSON, and as the texts of its controls."""

    @operation("read_payload", tag=TAG, body=PayloadBody, answer=PayloadAnswer)
    def post(self, request: Request, uid: UUID) -> Response:
        body = read(PayloadBody, request)
        form = self.form_of(body.event)
        entity = body.entity(form)
        return Response({"payload": entity, "texts": form.texts(entity)})


class TriggerBody(PayloadBody):
    """``person``: the id of a test profile in the event's namespace."""

    person: str = Field(min_length=1, max_length=_LONGEST_ID)


class Trigger(TestChange):
    """Receive an event for the test, and for whatever live journey listens to it."""

    @operation("trigger_event", tag=TAG, body=TriggerBody, answer=AcceptedAnswer, status=202, also=(429, 503))
    def post(self, request: Request, uid: UUID) -> Response:
        body = read(TriggerBody, request)
        form = self.form_of(body.event)
        entity, now = body.entity(form), timezone.now()
        try:
            testing.trigger(
                self.version, form.event, person=body.person, payload=entity, by=self.user, now=now
            )
        except firing.NotFired as refusal:
            raise Unacceptable(Flaw("/payload", said(message, _)) for message in refusal.messages) from None
        except NotAllowed as refusal:
            raise Unacceptable([Flaw("/person", refusal.message)]) from None
        except Refused as refusal:
            return problem(refusal.status, refusal.detail, headers=refusal.headers)
        return Response({}, status=202)


class QualificationBody(Body):
    """``entered``: the person came into the segment; false: left it."""

    segment: str = Field(max_length=_LONGEST_NAME)
    person: str = Field(min_length=1, max_length=_LONGEST_ID)
    entered: bool


class Qualification(TestChange):
    """Tell the test, and nobody else, that a test profile came into a segment or left it."""

    @operation("qualify", tag=TAG, body=QualificationBody, answer=AcceptedAnswer, status=202)
    def post(self, request: Request, uid: UUID) -> Response:
        body = read(QualificationBody, request)
        try:
            testing.qualify(
                self.version, body.segment, entered=body.entered, person=body.person, now=timezone.now()
            )
        except NotAllowed as refusal:
            raise Unacceptable([Flaw("/person", refusal.message)]) from None
        return Response({}, status=202)


class OptionsBody(Body):
    """``seconds``: how long every wait of the test lasts."""

    seconds: int
    from_outside: bool = Field(alias="fromOutside")


class Options(TestChange):
    """How long waits last, and whether events from outside come in, too."""

    @operation("change_test", tag=TAG, body=OptionsBody, answer=OptionsAnswer)
    def put(self, request: Request, uid: UUID) -> Response:
        body = read(OptionsBody, request)
        # More than a day is refused below; more than timedelta holds must not get there.
        wait = timedelta(seconds=min(max(body.seconds, 0), 86_400))
        try:
            testing.change_options(self.version, wait=wait, from_outside=body.from_outside, by=self.user)
        except NotAllowed as refusal:
            raise Unacceptable([Flaw("/seconds", refusal.message)]) from None
        return Response({"seconds": body.seconds, "fromOutside": body.from_outside})


class TestProfileBody(Body):
    """``person``: the id of the new profile in the journey's namespace."""

    person: str = Field(min_length=1, max_length=_LONGEST_ID)


class TestProfiles(TestChange):
    """A new person who is a test profile and nothing else; who is known already stays what they are."""

    @operation("make_test_profile", tag=TAG, body=TestProfileBody, answer=TestProfileAnswer, status=201)
    def post(self, request: Request, uid: UUID) -> Response:
        person = read(TestProfileBody, request).person.strip()
        namespace = testing.namespace_of(self.version)
        if not person or not namespace or "\x00" in person:
            raise Unacceptable([Flaw("/person", _("The test profile needs an id."))])
        try:
            made = make_test_profile(self.version.sandbox, namespace, person, at=timezone.now())
        except KnownAlready:
            message = _("“%(person)s” is known already; a technical user flags people under Profiles.")
            raise Unacceptable([Flaw("/person", message % {"person": person})]) from None
        return Response({"person": made.value}, status=201)

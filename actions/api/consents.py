"""What a person has agreed to, over the API: read, and written for them."""

from __future__ import annotations

from typing import Any, Literal

from django.utils import timezone
from pydantic import ConfigDict, Field
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from actions.contact.consents import answer_for, answers_of
from datasources.models import Profile
from datasources.platform.profiles.consents import consents_in
from datasources.platform.profiles.people import load_attributes
from datasources.platform.profiles.reading import find_people
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Consents"
CHANGE = "datasources.change_profile"


class PersonQuery(Body):
    """``namespace`` and ``id``: any identity of the person."""

    model_config = ConfigDict(extra="forbid", strict=False)

    namespace: str = Field(min_length=1, max_length=60)
    id: str = Field(min_length=1, max_length=512)


class AnswerBody(Body):
    """``path``: below ``consents``, such as ``["marketing", "email"]``; ``answer``: yes or no."""

    path: list[str] = Field(min_length=1, max_length=20)
    answer: Literal["y", "n"]


class ConsentsBody(Body):
    """``reason``: how the person said so."""

    namespace: str = Field(min_length=1, max_length=60)
    id: str = Field(min_length=1, max_length=512)
    reason: str = Field(min_length=1, max_length=200, pattern=r"\S")
    answers: list[AnswerBody] = Field(min_length=1, max_length=100)


class ConsentAnswer(Answer):
    """``answer``: XDM's letters, or empty if nothing is known; ``source``: who wrote it."""

    path: list[str]
    answer: str
    saidAt: str  # noqa: N815 - the name in the answer
    reason: str
    source: str


class ConsentsAnswer(Answer):
    items: list[ConsentAnswer]


class Consents(ApiView):
    permissions = (READ_PEOPLE,)
    needed = {"POST": CHANGE}
    about_people = True

    @operation("read_consents", tag=_TAG, query=PersonQuery, answer=ConsentsAnswer)
    def get(self, request: Request) -> Response:
        """A person's consents, those of all channels of messages included."""
        asked = read_query(PersonQuery, request)
        return Response(_shown(_person(request, asked.namespace, asked.id)))

    @operation("write_consents", tag=_TAG, body=ConsentsBody, answer=ConsentsAnswer)
    def post(self, request: Request) -> Response:
        """What the person says: a no also puts their address on the suppression list, a yes takes it off."""
        asked = read(ConsentsBody, request)
        person = _person(request, asked.namespace, asked.id)
        known = answers_of(load_attributes([person.pk])[person.pk])
        wanted = {tuple(one.path): str(one.answer) for one in asked.answers}
        flaws = [
            Flaw(f"/answers/{number}/path", "The person has no such consent.")
            for number, one in enumerate(asked.answers)
            if tuple(one.path) not in known
        ]
        if flaws:
            raise Unacceptable(flaws)
        try:
            answer_for(person, wanted, reason=asked.reason, now=timezone.now())
        except Profile.DoesNotExist:
            raise _unknown() from None
        return Response(_shown(person))


def _person(request: Request, namespace: str, value: str) -> Profile:
    found = find_people(sandbox_of(request).pk, [(namespace, value)])
    person = Profile.objects.filter(pk__in=found.values()).first()
    if person is None:
        raise _unknown()
    return person


def _unknown() -> NotFound:
    return NotFound("Nobody is known by this identity. Look at the id and its namespace.")


def _shown(person: Profile) -> dict[str, Any]:
    attributes = load_attributes([person.pk])[person.pk]
    written = {one.path: one for one in consents_in(attributes)}
    return {
        "items": [
            {
                "path": list(path),
                "answer": answer,
                "saidAt": written[path].said_at if path in written else "",
                "reason": written[path].reason if path in written else "",
                "source": written[path].origin.source if path in written else "",
            }
            for path, answer in answers_of(attributes).items()
        ]
    }

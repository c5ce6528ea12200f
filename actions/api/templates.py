"""Message templates over the API, beside their documents: previewed, and sent as a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from pydantic import Field

from actions.kinds import ADDRESS_LENGTH
from actions.messages.parameters import fits, samples_of, type_of, with_defaults
from actions.messages.preview import SAMPLE_PERSON, previewed, send_test
from actions.messages.render import RenderProblem
from actions.models import Channel, MessageTemplate
from datasources.models import Profile
from datasources.platform.profiles.people import load_attributes
from datasources.platform.profiles.reading import find_people
from journeyorch.access.people import READ_PEOPLE
from journeyorch.api.bodies import WITHOUT_NUL, Body
from journeyorch.api.describing import Answer
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.outbound.trials import Trial
from journeyorch.outbound.trials_api import TrialAnswer, trial_shown
from journeyorch.portable.acting import Act, acting, require
from journeyorch.portable.kind import pointer


class TesterBody(Body):
    """Any identity of a test profile."""

    namespace: str = Field(min_length=1, max_length=60, pattern=WITHOUT_NUL)
    id: str = Field(min_length=1, max_length=512, pattern=WITHOUT_NUL)


class PreviewBody(Body):
    """``person``: a test profile, else an invented person; ``values``: of the template's parameters, of those
    left out the samples; ``language``: that of a variant, empty for the template's own words, null for the
    person's.
    """

    person: TesterBody | None = None
    values: dict[str, Any] = Field(default={}, max_length=500)
    language: str | None = Field(default=None, max_length=20, pattern=WITHOUT_NUL)


class PreviewedAnswer(Answer):
    """``parts``: subject, html and text of an email; text of an SMS; title, body … of a push message."""

    parts: dict[str, str]


class SendBody(PreviewBody):
    """``channel``: its name; ``address``: where the message goes."""

    channel: str = Field(min_length=1, max_length=60, pattern=WITHOUT_NUL)
    address: str = Field(min_length=1, max_length=ADDRESS_LENGTH)


def _preview(act: Act) -> dict[str, Any]:
    return {"parts": _parts(act)}


def _send(act: Act) -> dict[str, Any]:
    template: MessageTemplate = act.row
    channels = Channel.objects.filter(sandbox=template.sandbox_id, kind=template.kind)
    channel = channels.filter(name=act.body.channel).first()
    if channel is None:
        raise Unacceptable([Flaw("/channel", "There is no channel of this name for such messages.")])
    return trial_shown(Trial(send_test(channel, _parts(act), act.body.address, now=timezone.now())))


def _parts(act: Act) -> dict[str, str]:
    """Raises ``Unacceptable``."""
    template: MessageTemplate = act.row
    if flaws := [*_flaws(act.body, template)]:
        raise Unacceptable(flaws)
    values = with_defaults(template.parameters, {**samples_of(template.parameters), **act.body.values})
    try:
        return previewed(template, profile=_person(act), values=values, language=act.body.language)
    except RenderProblem as problem:
        raise Unacceptable([Flaw("", str(problem))]) from None


def _flaws(asked: PreviewBody, template: MessageTemplate) -> Iterator[Flaw]:
    types = {each["name"]: type_of(each) for each in template.parameters}
    for name, value in asked.values.items():
        if name not in types:
            yield Flaw(pointer("values", name), "The template has no such parameter.")
        elif value is not None and not fits(types[name], value):
            yield Flaw(pointer("values", name), f"This is no {types[name]}.")
    if asked.language and not template.variants.filter(language=asked.language).exists():
        yield Flaw("/language", "The template has no variant in this language.")


def _person(act: Act) -> Mapping[str, Any]:
    """The attributes of whom it is for. Raises ``Unacceptable``."""
    asked: TesterBody | None = act.body.person
    if asked is None:
        return SAMPLE_PERSON
    require(act.request, READ_PEOPLE)
    found = find_people(act.row.sandbox_id, [(asked.namespace, asked.id)])
    person = Profile.objects.filter(pk__in=found.values(), test_profile=True).first()
    if person is None:
        raise Unacceptable([Flaw("/person", "No test profile has this identity.")])
    return load_attributes([person.pk])[person.pk].values


urlpatterns = [
    acting(
        "templates", "preview", _preview, body=PreviewBody, answer=PreviewedAnswer,
        says="The message for a test profile or an invented person; nothing is sent.",
    ),
    acting(
        "templates", "test", _send, body=SendBody, answer=TrialAnswer,
        says="Really send the message to an address; no delivery is recorded, and nobody's consent is asked.",
    ),
]  # fmt: skip

"""Each ready-made journey comes into an empty sandbox, and does what its example says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actions.models import Channel, MessageTemplate
from datasources.models import Schema, Segment
from datasources.platform.segments.evaluating import begin_evaluation
from events.models import Event, ReceivedEvent
from events.samples import sample_message
from journeyorch.access.models import Sandbox
from journeyorch.expressions import parse_duration
from journeyorch.outbound.calls import Outcome
from journeyorch.portable.importing import Outcome as Imported
from journeyorch.portable.importing import Terms, import_, preview
from journeys import publishing
from journeys.gallery import gallery
from journeys.models import Journey
from journeys.portable import latest_of
from tests.journeys.crowd import Crowd


@pytest.fixture
def crowd(db: None) -> Crowd:
    crowd = Crowd()
    for kind in ("email", "push"):
        Channel.objects.create(sandbox=crowd.sandbox, name=kind, kind=kind, provider="catcher")
    return crowd


@pytest.mark.parametrize("name", gallery())
def test_the_example_happens(crowd: Crowd, name: str) -> None:
    ready_made = gallery()[name]
    _live(crowd, ready_made.content)
    example = ready_made.example
    profile = crowd.person("known-by-email", **example.profile)
    crowd.known(profile, "Email", example.person)
    for step in example.happens:
        _happen(crowd, step, example.person)
        crowd.run()

    assert crowd.path(example.person) == example.path
    templates = [call.spec.get("template") for call, _ in crowd.recorder.sent if call.kind == "message"]
    assert [_name_of(template) for template in templates] == example.sends


def _live(crowd: Crowd, content: Any) -> None:
    plan = import_(crowd.sandbox, content, Terms())
    assert [(item.key, item.flaws) for item in plan.items if item.outcome != Imported.CREATED] == []
    again = preview(crowd.sandbox, content, Terms())
    assert not any(item.differs or item.flaws for item in again.items), "the file is as an export writes it"
    version = latest_of(Journey.objects.get())
    assert [problem for problem in publishing.check(version) if problem.is_error] == []
    with crowd.clock():
        publishing.publish(version, by=None)


def _happen(crowd: Crowd, step: dict[str, Any], person: str) -> None:
    if "event" in step:
        _receive(crowd, step["event"], person, step.get("payload", {}))
    if "pass" in step:
        crowd.pass_time(seconds=parse_duration(step["pass"]).total_seconds())
    if "answer" in step:
        crowd.recorder.answers.append(Outcome("ok", data=step["answer"]))
    if "evaluate" in step:
        segment = Segment.objects.get(name=step["evaluate"])
        with crowd.clock():
            begin_evaluation(segment, by=None, now=crowd.now)
        crowd.sweep()


def _receive(crowd: Crowd, name: str, person: str, payload: dict[str, Any]) -> None:
    event = Event.objects.select_related("schema").get(name=name)
    entity = {
        "_id": f"{name}-{crowd.now:%s}",
        "timestamp": crowd.now.isoformat(),
        "identityMap": {"Email": [{"id": person, "primary": True}]},
        **payload,
    }
    message = sample_message(entity, schema_ref=event.schema.ref)
    ReceivedEvent.objects.create(
        sandbox=crowd.sandbox, inlet=crowd.inlet, received_at=crowd.now, body=json.dumps(message)
    )


def _name_of(template: Any) -> str:
    return MessageTemplate.objects.get(pk=template).name


def test_two_of_them_share_what_they_have_in_common(db: None) -> None:
    sandbox = Sandbox.objects.get(name="prod")
    for ready_made in gallery().values():
        plan = import_(sandbox, ready_made.content, Terms())
        assert [item.key for item in plan.items if item.differs] == []
        assert plan.possible
    assert Schema.objects.filter(sandbox=sandbox, name__startswith="Ready-made").count() == 4

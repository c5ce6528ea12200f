"""Technical users describe segments in the administration."""

from __future__ import annotations

import pytest

from datasources.models import Schema, Segment
from journeyorch.access.models import Sandbox

LIST = "/admin/datasources/segment/"
GOLD = '#{ExperiencePlatform.ProfileFieldGroup.tier} == "gold"'


@pytest.fixture
def sandbox(db):
    sandbox = Sandbox.objects.get(name="prod")
    document = {"type": "object", "properties": {"tier": {"type": "string"}}}
    Schema.objects.create(
        sandbox=sandbox, name="People", kind="profile", document=document, feeds_profiles=True
    )
    return sandbox


def form(sandbox, **values):
    given = {"name": "Gold", "description": "", "expression": GOLD, "evaluation": "streaming"}
    return {"sandbox": sandbox.pk, **given, **values}


def test_a_segment_is_saved_and_waits_for_everybody_to_be_looked_at(admin_client, sandbox):
    answer = admin_client.post(f"{LIST}add/", form(sandbox))

    assert answer.status_code == 302
    segment = Segment.objects.get()
    assert (segment.expression, segment.evaluated_to, segment.evaluated_at) == (GOLD, 0, None)
    assert "Gold" in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("#{ExperiencePlatform.ProfileFieldGroup.tier} ==", "Line 1"),
        ("#{ExperiencePlatform.ProfileFieldGroup.nothing} is null", "nothing"),
        ("3", "boolean"),
        ('inSegment("Other")', "no segment"),
        ("@{Order.total} > 3", "no event"),
    ],
)
def test_an_expression_that_is_wrong_is_refused_with_its_place(admin_client, sandbox, expression, said):
    answer = admin_client.post(f"{LIST}add/", form(sandbox, expression=expression))

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Segment.objects.exists()


def test_another_expression_has_everybody_looked_at_again(admin_client, sandbox):
    segment = Segment.objects.create(sandbox=sandbox, name="Gold", expression=GOLD, evaluated_to=None)
    page = f"{LIST}{segment.pk}/change/"

    admin_client.post(page, form(sandbox, description="The best"))
    segment.refresh_from_db()
    assert (segment.description, segment.evaluated_to) == ("The best", None)

    admin_client.post(page, form(sandbox, expression=GOLD.replace("gold", "silver")))
    segment.refresh_from_db()
    assert segment.evaluated_to == 0


def test_everybody_is_looked_at_on_demand(admin_client, sandbox):
    segment = Segment.objects.create(sandbox=sandbox, name="Gold", expression=GOLD, evaluated_to=None)

    answer = admin_client.post(LIST, {"action": "evaluate", "_selected_action": [segment.pk]})

    assert answer.status_code == 302
    segment.refresh_from_db()
    assert segment.evaluated_to == 0

"""Technical users describe segments in the administration."""

from __future__ import annotations

from datetime import time

import pytest
from django.contrib.auth.models import Permission

from datasources.models import Profile, Schema, Segment
from journeyorch.access.models import Sandbox, User
from journeyorch.background.running import work

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
    assert (segment.expression, segment.is_due, segment.evaluated_at) == (GOLD, True, None)
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
    segment = Segment.objects.create(sandbox=sandbox, name="Gold", expression=GOLD, is_due=False)
    page = f"{LIST}{segment.pk}/change/"

    admin_client.post(page, form(sandbox, description="The best"))
    segment.refresh_from_db()
    assert (segment.description, segment.is_due) == ("The best", False)

    admin_client.post(page, form(sandbox, expression=GOLD.replace("gold", "silver")))
    segment.refresh_from_db()
    assert segment.is_due


def test_everybody_is_looked_at_on_demand(admin_client, sandbox):
    segment = Segment.objects.create(sandbox=sandbox, name="Gold", expression=GOLD, is_due=False)

    answer = admin_client.post(LIST, {"action": "evaluate", "_selected_action": [segment.pk]})

    assert answer.status_code == 302
    segment.refresh_from_db()
    assert (segment.task.state, segment.task.by.username) == ("open", "admin")
    while work(owner="test"):
        pass
    page = admin_client.get(LIST).content.decode()
    assert "less than a second" in page
    assert f"/backgroundtask/{segment.task.pk}/" in page


@pytest.mark.parametrize(
    ("given", "is_scheduled"),
    [
        ({"evaluation": "batch", "every": "day", "at": "04:30"}, True),
        ({"evaluation": "batch", "every": "week", "at": "", "weekday": 6}, True),
        ({"evaluation": "batch", "every": ""}, False),
        ({"evaluation": "streaming", "every": "day"}, False),
    ],
)
def test_batch_segments_have_a_schedule(admin_client, sandbox, given, is_scheduled):
    assert admin_client.post(f"{LIST}add/", form(sandbox, **given)).status_code == 302

    segment = Segment.objects.get()
    assert (segment.next_at is not None) == is_scheduled
    assert segment.at == (time(4, 30) if given.get("at") else time(3))


def test_the_size_is_told_before_anything_is_saved(admin_client, sandbox):
    for tier in ("gold", "gold", "grey"):
        Profile.objects.create(sandbox=sandbox, attributes={"tier": tier})

    told = admin_client.post(f"{LIST}estimate/", {"expression": GOLD}).content.decode()
    wrong = admin_client.post(f"{LIST}estimate/", {"expression": "1 +"})

    assert "<strong>2</strong> of 3 people, counted" in told
    assert (wrong.status_code, b"errornote" in wrong.content) == (200, True)
    assert not Segment.objects.exists()
    assert b"data-estimate" in admin_client.get(f"{LIST}add/").content


def test_only_who_may_write_segments_is_told_sizes(client, admin_client, sandbox):
    assert admin_client.get(f"{LIST}estimate/").status_code == 405
    reader = User.objects.create_user("reader", is_staff=True)
    reader.sandboxes.add(sandbox)
    reader.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client.force_login(reader)

    assert client.post(f"{LIST}estimate/", {"expression": GOLD}).status_code == 403
    assert b"data-estimate" not in client.get(f"{LIST}add/").content

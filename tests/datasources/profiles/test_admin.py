"""The pages on people: find by any identity, look, correct."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission

from datasources.models import Profile, Segment, SegmentMembership
from journeyorch import mentions
from journeyorch.access.models import Sandbox, User
from journeyorch.mentions import Mention

from .conftest import NOW

pytestmark = pytest.mark.django_db
LIST = "/admin/datasources/profile/"


@pytest.fixture
def editor(client, sandbox) -> User:
    user = User.objects.create_user("editor", password="x", is_staff=True)
    codes = ["view_profile", "change_profile"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    user.sandboxes.add(sandbox)
    client.force_login(user)
    return user


def page(profile: Profile) -> str:
    return f"{LIST}{profile.pk}/change/"


def save(client, profile: Profile, attributes: str, **fields):
    data = {"attributes": attributes, "seen_version": profile.version, **fields}
    return client.post(page(profile), data, follow=True)


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("zoe@example.com", True),
        (" ZOE@Example.com ", True),
        ("Email:Zoe@example.com", True),
        ("4:7", True),
        ("CRMID:4:7", True),
        ("zoe", False),
        ("CRMID:zoe@example.com", False),
        ("Unheard:1", False),
        ("x" * 2000, False),
        ("%", False),
    ],
)
def test_people_are_found_by_a_whole_identity_in_any_namespace(client, editor, see, term, found):
    see("Email:zoe@example.com", "CRMID:4:7")
    answer = client.get(LIST, {"q": term}, follow=True)
    assert answer.status_code == 200
    assert (b"Email:zoe@example.com" in answer.content) is found


def test_a_search_with_nul_is_answered(client, editor):
    assert client.get(LIST, {"q": "a\x00b"}, follow=True).status_code == 200


def test_somebody_merged_is_found_as_who_they_are_now(client, editor, see):
    see("CRMID:1")
    see("CRMID:2")
    see("CRMID:1", "CRMID:2")
    first = Profile.objects.earliest("pk")
    answer = client.get(LIST, {"q": "2"})
    assert page(first) in answer.content.decode()
    assert client.get(page(Profile.objects.latest("pk"))).status_code == 302


def test_people_of_foreign_sandboxes_are_not_there(client, editor, see, sandbox):
    see("CRMID:1")
    editor.sandboxes.set([Sandbox.objects.create(name="elsewhere", title="Elsewhere")])
    assert b"CRMID:1" not in client.get(LIST).content
    assert b"CRMID:1" not in client.get(LIST, {"q": "1"}).content
    assert client.get(page(Profile.objects.get())).status_code == 302
    assert save(client, Profile.objects.get(), '{"a": 1}').status_code == 200
    assert Profile.objects.get().attributes == {}


def test_the_page_shows_what_is_known_and_runs_none_of_it(client, editor, see):
    markup = "<script>alert(1)</script>{{ x }}"
    see("CRMID:" + markup, "ECID:c", eventType=markup, note=markup)
    see("ECID:c", record=True, person={"name": markup})
    content = client.get(page(Profile.objects.get())).content.decode()
    assert "<script>alert" not in content
    assert content.count("&lt;script&gt;alert") == 6
    assert "<td>ECID</td><td>c</td>" in content
    assert " style=" not in content.split("<main")[-1]


def test_attributes_and_the_flag_are_edited(client, editor, see):
    see("CRMID:1", record=True, a=1, b={"c": 1})
    profile = Profile.objects.get()
    save(client, profile, '{"b": {"c": 2, "d": "é"}}', test_profile="on")
    profile.refresh_from_db()
    assert profile.attributes == {"b": {"c": 2, "d": "é"}, "testProfile": True}
    assert profile.test_profile
    save(client, profile, json.dumps(profile.attributes))
    profile.refresh_from_db()
    assert not profile.test_profile


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "{",
        "null",
        "1",
        '{"a": NaN}',
        '{"a": 1e999}',
        "\ufeff{}",
        '{"a": "\\ud800"}',
        '{"a":' * 600 + "1" + "}" * 600,
        "[" * 100_000,
        '{"a": ' + "9" * 5000 + "x}",
    ],
)
def test_what_is_no_object_in_json_is_refused_with_a_reason(client, editor, see, text):
    see("CRMID:1", record=True, a=1)
    answer = save(client, Profile.objects.get(), text)
    assert answer.status_code == 200
    assert b"errorlist" in answer.content
    assert Profile.objects.get().attributes == {"a": 1}


def test_what_came_while_somebody_edited_is_not_overwritten(client, editor, see):
    see("CRMID:1", record=True, a=1)
    before = Profile.objects.get()
    see("CRMID:1", record=True, b=1)
    answer = save(client, before, '{"a": 2}')
    assert b"changed while you were editing" in answer.content
    assert Profile.objects.get().attributes == {"a": 1, "b": 1}


def test_people_are_not_made_or_deleted_by_hand(client, editor, see):
    see("CRMID:1")
    assert client.get(LIST + "add/").status_code == 403
    assert client.post(f"{LIST}{Profile.objects.get().pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_takes_as_many_queries_for_many_people_as_for_few(
    client, editor, see, django_assert_max_num_queries
):
    for n in range(30):
        see(f"CRMID:{n}")
    with django_assert_max_num_queries(12):
        assert client.get(LIST).status_code == 200


def test_the_page_says_where_each_attribute_came_from_and_when(client, editor, see):
    event = see("CRMID:1", record=True, a=1, b="x" * 300)
    profile = Profile.objects.get()
    save(client, profile, json.dumps({**profile.attributes, "a": 2}))
    content = client.get(page(profile)).content.decode()
    assert "<td>a</td><td>2</td>" in content
    assert "An edit on this page" in content
    assert f"/admin/events/receivedevent/{event.id}/change/" in content
    assert "x" * 199 + "…" in content


def test_segments_and_journeys_are_shown_to_those_who_may_see_them(client, editor, see, sandbox, monkeypatch):
    see("CRMID:1")
    profile = Profile.objects.get()
    segment = Segment.objects.create(sandbox=sandbox, name="Regulars", expression="true")
    SegmentMembership.objects.update_or_create(
        segment=segment, profile=profile, defaults={"status": "existing", "sequence": 1, "changed_at": NOW}
    )
    monkeypatch.setattr(mentions, "_providers", [])
    trip = Mention("Welcome", "/x/", "Running", NOW)
    mentions.register("Trips", "journeys.view_journey", lambda subject: [trip])
    assert "<td>Regulars</td><td>Existing</td>" in client.get(page(profile)).content.decode()
    assert "Welcome" not in client.get(page(profile)).content.decode()
    editor.user_permissions.add(Permission.objects.get(codename="view_journey"))
    assert '<a href="/x/">Welcome</a>' in client.get(page(profile)).content.decode()

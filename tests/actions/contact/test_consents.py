"""What a person has agreed to: shown with where it came from, and changed for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from actions.contact.models import Suppression
from actions.contact.suppression import Addressee, Entry, suppress
from datasources.models import Profile
from datasources.platform.profiles.attributes import Attributes, stamp
from datasources.platform.profiles.consents import consents_in
from journeyorch import bulk
from journeyorch.access.models import AuditEntry, Sandbox

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ATTRIBUTES = {
    "personalEmail": {"address": "ada@example.com"},
    "consents": {
        "collect": {"val": "y"},
        "marketing": {
            "email": {
                "val": "y",
                "time": "2026-02-01T10:00:00Z",
                "reason": "form",
                "subscriptions": {"late.offers": {"val": "n"}},
            },
            "preferred": "email",
        },
    },
}


def test_consents_are_found_at_any_depth_with_who_wrote_them():
    times = {"consents.marketing.email.val": stamp(NOON, source="edit")}
    found = {one.path: one for one in consents_in(Attributes(ATTRIBUTES, times))}
    assert {path: one.answer for path, one in found.items()} == {
        ("collect",): "y",
        ("marketing", "email"): "y",
        ("marketing", "email", "subscriptions", "late.offers"): "n",
    }
    email = found["marketing", "email"]
    assert (email.said_at, email.reason, email.origin.at, email.origin.source) == (
        "2026-02-01T10:00:00Z", "form", NOON, "edit"
    )  # fmt: skip


@pytest.mark.parametrize(
    "consents", [{}, [], "y", {"marketing": "n"}, {"val": 5}, {"a": {"val": {"val": 1}}}]
)
def test_what_is_no_consent_is_none(consents):
    assert list(consents_in(Attributes({"consents": consents}, {}))) == []


@pytest.fixture
def ada(sandbox) -> Profile:
    return Profile.objects.create(sandbox=sandbox, attributes=ATTRIBUTES)


def change(client, person: Profile, **answers):
    """Post the form: answers by the label of their field."""
    url = reverse("admin:actions_suppression_consents", args=[person.pk])
    form = client.get(url).context["form"]
    names = {str(field.label): name for name, field in form.fields.items()}
    sent = {names[label]: answer for label, answer in answers.items()}
    return client.post(url, {"reason": "on the telephone", **sent}, follow=True)


def test_a_no_is_written_with_its_reason_shown_audited_and_suppressed(admin_client, ada):
    page = change(admin_client, ada, Email="n")
    assert "The consents were written" in page.text
    assert "on the telephone" in page.text
    assert "An edit on this page" in page.text
    ada.refresh_from_db()
    email = ada.attributes["consents"]["marketing"]["email"]
    assert (email["val"], email["reason"], "late.offers" in email["subscriptions"]) == (
        "n", "on the telephone", True
    )  # fmt: skip
    entry = AuditEntry.objects.get(kind="datasources.profile")
    assert (entry.actor, entry.changes) == ("admin", {"consents.marketing.email": ["y", "n"]})
    assert [each.address for each in Suppression.objects.all()] == ["ada@example.com"]


def test_a_yes_takes_back_a_no_of_the_person_and_nothing_else(admin_client, ada):
    to = Addressee(ada.sandbox_id, "email", "ada@example.com")
    suppress([Entry(to, "unsubscribed"), Entry(to, "bounced")], bulk.database_now())
    Profile.objects.filter(pk=ada.pk).update(attributes={**ATTRIBUTES, "consents": {}})
    change(admin_client, ada, Email="y")
    assert [each.reason for each in Suppression.objects.all()] == ["bounced"]


def test_a_topic_is_changed_by_itself(admin_client, ada):
    change(admin_client, ada, **{"marketing › email › subscriptions › late.offers": "y"})
    ada.refresh_from_db()
    email = ada.attributes["consents"]["marketing"]["email"]
    assert (email["val"], email["subscriptions"]["late.offers"]["val"]) == ("y", "y")
    assert not Suppression.objects.exists()


def test_nothing_chosen_is_said_and_nothing_written(admin_client, ada):
    assert "Choose what changes" in change(admin_client, ada).text
    assert not AuditEntry.objects.filter(kind="datasources.profile").exists()


def test_people_of_other_sandboxes_and_those_without_the_permission_are_kept_out(
    admin_client, client, django_user_model, ada
):
    other = Profile.objects.create(sandbox=Sandbox.objects.create(name="else"), attributes={})
    url = "admin:actions_suppression_consents"
    assert admin_client.get(reverse(url, args=[other.pk])).status_code == 404
    looker = django_user_model.objects.create_user("looker", password="x", is_staff=True)
    looker.sandboxes.add(ada.sandbox)
    client.force_login(looker)
    assert client.get(reverse(url, args=[ada.pk])).status_code == 403

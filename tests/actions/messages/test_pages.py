"""Business users write, try and copy templates without being staff."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Channel, MessageTemplate
from journeyorch.access.groups import LIMITED, STANDARD
from journeyorch.access.models import Sandbox, User

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Welcome",
    "kind": "sms",
    "text": "Hello {{ profile.person.name.firstName }}",
    "parameters": "[]",
}


def enter(group: str) -> Client:
    user = User.objects.create_user(group)
    user.groups.add(Group.objects.get(name=group))
    user.sandboxes.add(Sandbox.objects.get(name="prod"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def business() -> Client:
    return enter(STANDARD.name)


@pytest.fixture
def template(business: Client) -> MessageTemplate:
    assert business.post("/templates/new/", WORDS).status_code == 302
    return MessageTemplate.objects.get()


def form_of(template: MessageTemplate, **values: Any) -> dict[str, Any]:
    counts = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": template.variants.count()}
    return {**WORDS, **counts, **values}


def test_a_template_is_written_and_gets_words_in_another_language(business, template):
    german = {"variants-0-language": "de", "variants-0-text": "Hallo"}
    business.post(f"/templates/{template.pk}/", form_of(template, name="Greeting", **german))
    template.refresh_from_db()
    assert (template.name, template.variants.get().content) == ("Greeting", {"text": "Hallo"})


def test_what_is_wrong_is_said_and_nothing_is_saved(business, template):
    answer = business.post(f"/templates/{template.pk}/", form_of(template, text="{{ profile.", name="Other"))
    assert answer.context["form"].errors.keys() == {"text"}
    template.refresh_from_db()
    assert template.name == "Welcome"


def test_what_a_message_must_have_is_not_called_optional(business):
    labels = business.get("/templates/new/").text
    assert not re.search(r"(Subject|HTML|Text|Title|Body) <span[^>]*>optional", labels)
    assert re.search(r"Picture <span[^>]*>optional", labels)


def test_a_copy_has_all_words_and_another_name(business, template):
    template.variants.create(language="de", content={"text": "Hallo"})
    page = business.get(f"/templates/{template.pk}/duplicate/")
    form = page.context["form"]
    business.post(f"/templates/{template.pk}/duplicate/", {**WORDS, "name": form["name"].value()})
    copy = MessageTemplate.objects.exclude(pk=template.pk).get()
    assert (copy.name, copy.content, copy.variants.count()) == ("Welcome – copy", template.content, 1)


def test_a_test_message_is_sent_to_an_address(business, template, monkeypatch):
    sent: list[Any] = []
    monkeypatch.setattr(
        "actions.channels.catcher.Catcher.send", lambda self, message, timeout: sent.append(message)
    )
    channel = Channel.objects.create(
        sandbox=template.sandbox, name="SMS", kind="sms", provider="catcher",
        config={"url": "http://127.0.0.1:1", "sender_name": "Hotel"},
    )  # fmt: skip
    page = business.get(f"/templates/{template.pk}/preview/")
    assert "Hello Ada" in page.content.decode()
    business.post(f"/templates/{template.pk}/preview/", {"channel": channel.pk, "address": "+4930123456"})
    assert [message.to for message in sent] == ["+4930123456"]


def test_a_template_is_deleted_after_a_question(business, template):
    assert "cannot be undone" in business.get(f"/templates/{template.pk}/delete/").content.decode()
    business.post(f"/templates/{template.pk}/delete/")
    assert not MessageTemplate.objects.exists()


def test_another_sandbox_s_templates_are_not_there(business, template):
    MessageTemplate.objects.update(sandbox=Sandbox.objects.create(name="other"))
    assert business.get(f"/templates/{template.pk}/").status_code == 404
    assert business.get("/templates/").context["list"].total == 0


def test_who_may_not_manage_templates_may_not_save_them(business, template):
    assert enter(LIMITED.name).get("/templates/").status_code == 403


def test_the_list_finds_filters_and_needs_few_queries(business, template):
    MessageTemplate.objects.bulk_create(
        MessageTemplate(sandbox=template.sandbox, name=f"Mail {n:02}", kind="email") for n in range(40)
    )
    with CaptureQueriesContext(connection) as queries:
        shown = business.get("/templates/?kind=sms").context["list"]
    assert ([row.name for row in shown.rows], shown.total) == (["Welcome"], 41)
    assert len(queries) <= 20

"""People get a message in their language, as far as there are words in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from actions.messages.send import MessageHandler
from actions.messages.variants import language_for
from actions.models import MessageTemplate, TemplateVariant

CONTENTS = {"": {}, "de": {}, "pt-br": {}, "zh-hant-tw": {}}


@pytest.mark.parametrize(
    ("preferred", "chosen"),
    [
        ("de", "de"),
        ("de-CH", "de"),
        ("DE_at", "de"),
        ("pt-BR", "pt-br"),
        ("pt", ""),
        ("pt-PT", ""),
        ("zh-Hant-TW", "zh-hant-tw"),
        ("fr", ""),
        ("", ""),
        ("-", ""),
        (None, ""),
        (["de"], ""),
    ],
)
def test_the_closest_language_is_chosen(preferred, chosen):
    assert language_for({"preferredLanguage": preferred}, CONTENTS) == chosen
    assert language_for({}, CONTENTS) == ""


@pytest.mark.parametrize(("preferred", "subject"), [("de-AT", "Hallo Ada"), ("fr", "Hi Ada")])
def test_a_message_speaks_the_persons_language(channel, template, person, call, preferred, subject):
    channel()
    person(preferredLanguage=preferred)
    words = template()
    content = {"subject": "Hallo {{ profile.person.name.firstName }}", "html": "<p>Hallo</p>", "text": ""}
    TemplateVariant.objects.create(template=words, language="de", content=content)
    words.save()

    [prepared] = MessageHandler(now=lambda: datetime(2026, 3, 1, tzinfo=UTC)).prepare([call(words)])

    assert prepared.request["message"]["subject"] == subject


@pytest.fixture
def submit(admin_client, template):
    """Change a template with one variant in its form."""
    words = template(subject="Hi", html="<p>{{ room }}</p>", parameters=[{"name": "room", "sample": "12"}])
    url = reverse("admin:actions_messagetemplate_change", args=[words.pk])

    def send(**changes):
        data = {
            "sandbox": words.sandbox_id,
            "name": "Welcome",
            "kind": "email",
            "parameters": json.dumps(words.parameters),
            **words.content,
            "variants-TOTAL_FORMS": "1",
            "variants-INITIAL_FORMS": str(words.variants.count()),
            "variants-0-template": words.pk,
            "variants-0-id": getattr(words.variants.first(), "pk", ""),
            "variants-0-language": "de",
            "variants-0-subject": "Hallo",
            "variants-0-html": "<p>Zimmer {{ room }}</p>",
            **changes,
        }
        return admin_client.post(url, data)

    send.template = words
    send.url = url
    return send


def test_variants_are_written_beside_the_template_and_previewed(admin_client, submit):
    assert submit(**{"variants-0-language": "de-AT"}).status_code == 302
    variant = TemplateVariant.objects.get()
    assert (variant.language, variant.content["subject"]) == ("de-at", "Hallo")
    assert 'name="variants-0-title"' not in admin_client.get(submit.url).text

    preview = reverse("admin:actions_messagetemplate_preview", args=[submit.template.pk])
    shown = admin_client.get(preview, {"value_room": "7", "language": "de-at"}).text
    own = admin_client.get(preview, {"value_room": "7", "language": "-"}).text
    assert re.search("<dd>Hallo</dd>", shown)
    assert re.search("<dd>Hi</dd>", own)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"variants-0-html": "<p>{{ rom }}</p>"}, "neither profile nor a parameter"),
        ({"variants-0-subject": ""}, "An email needs a subject."),
        ({"variants-0-language": "Deutsch!"}, "Write a tag such as de or pt-BR."),
        ({"parameters": "[]", "html": "<p>x</p>"}, "neither profile nor a parameter"),
    ],
)
def test_a_variant_is_checked_like_the_template(submit, changes, said):
    assert said in submit(**changes).text
    assert not TemplateVariant.objects.exists()


def test_the_kind_cannot_change_while_there_are_variants(submit):
    submit()
    assert "Delete the language variants first." in submit(kind="sms", text="x").text
    assert MessageTemplate.objects.get().kind == "email"

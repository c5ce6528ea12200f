"""A sandbox that sends, people in it, and calls about them."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from actions.models import Channel, MessageTemplate
from datasources.models import Identity, Profile
from journeyorch.access.models import Sandbox
from journeyorch.outbound.calls import CallSpec


@pytest.fixture
def sandbox(db):
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def channel(sandbox):
    def make(kind="email", name=None, **config):
        values = {"url": "http://127.0.0.1:9", **config}
        return Channel.objects.create(
            sandbox=sandbox, name=name or f"{kind} channel", kind=kind, provider="catcher", config=values
        )

    return make


@pytest.fixture
def template(sandbox):
    def make(kind="email", parameters=(), **content):
        words = content or {"subject": "Hi {{ profile.person.name.firstName }}", "html": "<p>Hello</p>"}
        return MessageTemplate.objects.create(
            sandbox=sandbox,
            name=f"{kind} {uuid.uuid4()}",
            kind=kind,
            content=words,
            parameters=list(parameters),
        )

    return make


ADA = {
    "person": {"name": {"firstName": "Ada"}},
    "personalEmail": {"address": "ada@example.com"},
    "mobilePhone": {"number": "+49 (151) 123-456"},
    "pushNotificationDetails": [{"token": "token-1"}, {"token": "token-2"}],
}


@pytest.fixture
def person(sandbox):
    def make(value="crm-1", namespace="CRMID", **attributes):
        profile = Profile.objects.create(sandbox=sandbox, attributes={**ADA, **attributes})
        Identity.objects.create(
            sandbox=sandbox, namespace=namespace, value=value, profile=profile, seen_at=timezone.now()
        )
        return profile

    return make


@pytest.fixture
def call(sandbox):
    def make(template, *, person_id="crm-1", namespace="CRMID", channel=None, address=None, **parameters):
        spec = {
            "template": getattr(template, "pk", template),
            "channel": getattr(channel, "pk", channel),
            "address": address,
            "parameters": parameters,
        }
        return CallSpec(uuid.uuid4(), sandbox.pk, "message", spec, namespace, person_id, False)

    return make

"""What journeys are offered to send with."""

from __future__ import annotations

import pytest

from actions.catalog import ChannelInfo, ParameterInfo, TemplateInfo, channels, templates
from actions.models import Channel, MessageTemplate
from journeyorch.access.models import Sandbox

pytestmark = pytest.mark.django_db


def test_channels_and_templates_of_a_sandbox_are_listed_as_plain_values():
    prod, dev = Sandbox.objects.get(name="prod"), Sandbox.objects.create(name="dev")
    rows = [
        Channel.objects.create(sandbox=prod, name=name, kind="sms", provider="catcher") for name in ("Z", "A")
    ]
    Channel.objects.create(sandbox=dev, name="elsewhere", kind="sms", provider="catcher")
    parameters = [
        {"name": "room"},
        {"name": "nights", "type": "integer", "label": "Nights", "required": False},
    ]
    template = MessageTemplate.objects.create(sandbox=prod, name="Welcome", kind="sms", parameters=parameters)

    assert channels(prod.pk) == [ChannelInfo(rows[0].pk, "Z", "sms"), ChannelInfo(rows[1].pk, "A", "sms")]
    assert templates(prod.pk) == [
        TemplateInfo(
            template.pk,
            "Welcome",
            "sms",
            (
                ParameterInfo("room", "room", "string", True),
                ParameterInfo("nights", "Nights", "integer", False),
            ),
        )
    ]

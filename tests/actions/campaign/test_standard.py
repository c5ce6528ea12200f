"""Campaign Standard, from the pages of its instance and templates to the status of its messages."""

from __future__ import annotations

import uuid
from datetime import timedelta

import orjson
import pytest
from django.urls import reverse
from django.utils import timezone

from actions.campaign import caps, statuses
from actions.campaign.keys import sealed_key
from actions.campaign.standard import PAUSES, field_problems, status_url
from actions.campaign.statuses import GIVEN_UP, LEASE, ask_next
from actions.custom import action_of, deliver, variables
from actions.models import Action, CampaignInstance, CampaignMessage, Feedback
from actions.signals import message_feedback_received
from journeyorch import usage
from journeyorch.access.models import Sandbox
from journeyorch.outbound import capping, tokens
from journeyorch.outbound.calls import CallSpec, Made, Outcome, handler_of
from journeyorch.outbound.capping import Limit
from journeyorch.outbound.protection.checking import LONGEST_PERIOD_MS
from journeyorch.outbound.protection.models import CappingConfig
from journeyorch.outbound.protection.rules import ACTION
from journeyorch.outbound.protection.sending import Caller, single_request
from tests.actions.campaign.fake import KEY, FakeCampaign
from tests.journeyorch.outbound.conftest import serve  # noqa: F401

pytestmark = pytest.mark.django_db
EVENTS = {
    "EVTwelcome": ("email", "event", {"firstName": str, "nights": int}),
    "EVTalert": ("sms", "event", {}),
    "EVTdoor": ("push", "event", {"room": str}),
    "EVTknown": ("email", "profile", {"points": float}),
}
SECOND = timedelta(seconds=1)
FIELDS = {str: "string", int: "integer", float: "decimal"}


@pytest.fixture
def campaign(serve):  # noqa: F811
    tokens.forget()
    capping.forget()
    fake = FakeCampaign(EVENTS)
    fake.server = serve(fake)
    fake.url = fake.server.url
    return fake


@pytest.fixture
def instance(admin_client, campaign) -> CampaignInstance:
    form = {
        "sandbox": Sandbox.objects.get(name="prod").pk,
        "name": "Hotel",
        "url": campaign.url,
        "organization": "hotel",
        "api_key": KEY,
        "auth_type": "oauth2",
        "auth_oauth2_token_url": f"{campaign.url}/ims/token",
        "auth_oauth2_client_id": "us",
        "auth_oauth2_client_secret": "secret",
        "auth_oauth2_sent_in": "body",
    }
    assert admin_client.post(reverse("admin:actions_campaigninstance_add"), form).status_code == 302
    return CampaignInstance.objects.get()


def template_form(hotel: CampaignInstance, event: str, **changes) -> dict:
    channel, kind, fields = EVENTS[event]
    declared = [{"name": name, "type": FIELDS[type_]} for name, type_ in fields.items()]
    return {
        "sandbox": hotel.sandbox_id,
        "name": event[3:],
        "instance": hotel.pk,
        "event_id": event,
        "channel": channel,
        "kind": kind,
        "application": "Hotel app" if channel == "push" else "",
        "fields_of_template": orjson.dumps(declared).decode(),
        **changes,
    }


@pytest.fixture
def template(admin_client, instance):
    def make(event: str, **changes) -> Action:
        url = reverse("admin:actions_campaignstandardaction_add")
        response = admin_client.post(url, template_form(instance, event, **changes))
        assert response.status_code == 302, response.context["errors"]
        return Action.objects.get(name=event[3:])

    return make


def send(action: Action, **values) -> tuple[CallSpec, Outcome]:
    spec = {
        "action": action.pk,
        "values": {f"/{name.replace('__', '/')}": each for name, each in values.items()},
    }
    call = CallSpec(uuid.uuid4(), action.sandbox_id, "custom_action", spec, "", "", False)
    handler = handler_of("custom_action")
    prepared = handler.prepare([call])[0]
    with single_request(Caller(action.sandbox_id, ACTION)):
        outcome = handler.send(call, prepared, 5.0)
    handler.record([Made(call, prepared, outcome)], timezone.now())
    return call, outcome


@pytest.mark.parametrize(
    ("event", "values"),
    [
        ("EVTwelcome", {"email": "ada@example.com", "ctx__firstName": "Ada", "ctx__nights": 2}),
        (
            "EVTwelcome",
            {
                "email": "ada@example.com",
                "scheduled": "2026-03-01T12:00:00Z",
                "expiration": "2026-03-02T12:00:00Z",
                "ctx__firstName": "Ada",
                "ctx__nights": 2,
            },
        ),
        ("EVTalert", {"mobilePhone": "+41791234567"}),
        ("EVTdoor", {"registrationToken": "abc", "pushPlatform": "apns", "ctx__room": "12"}),
        ("EVTknown", {"ctx__points": 1.5}),
    ],
)
def test_campaign_takes_messages_of_every_channel_and_kind(campaign, template, event, values):
    _, outcome = send(template(event), **values)
    assert campaign.complaints == []
    assert outcome.data == {"PKey": "@0", "status": "pending", "href": f"mchotel/{event}/@0"}
    sent = {**campaign.taken["@0"], **campaign.taken["@0"]["ctx"]}
    assert {name: sent[name.removeprefix("ctx__")] for name in values} == values


def test_the_platform_of_a_push_message_may_be_fixed(campaign, template):
    action = template("EVTdoor", platform="gcm")
    needed = {one.path for one in variables(action_of(action)) if one.required}
    assert needed == {"/registrationToken", "/ctx/room"}
    send(action, registrationToken="abc", ctx__room="12")
    assert campaign.taken["@0"]["pushPlatform"] == "gcm"
    assert campaign.taken["@0"]["application"] == "Hotel app"


def test_what_campaign_refuses_is_an_error_with_its_words(template):
    _, outcome = send(template("EVTalert"), mobilePhone="")
    assert (outcome.status, outcome.code, "texts" in outcome.data) == ("http", "400", True)
    assert not CampaignMessage.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": "welcome"},
        {"event_id": "EVT/../x"},
        {"channel": "fax"},
        {"kind": "both"},
        {"channel": "push", "application": ""},
        {"platform": "windows"},
        {"fields_of_template": "{}"},
        {"fields_of_template": '[{"name": "a", "type": "listString"}]'},
        {"instance": "0"},
        {"name": "not a name"},
    ],
)
def test_a_template_that_cannot_work_is_refused_with_a_reason(admin_client, instance, changes):
    url = reverse("admin:actions_campaignstandardaction_add")
    response = admin_client.post(url, template_form(instance, "EVTwelcome", **changes))
    assert response.status_code == 200
    assert response.context["errors"]
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        [5],
        [{}],
        [{"name": "a.b"}],
        [{"name": "$a"}],
        [{"name": "a"}, {"name": "a"}],
        [{"name": "a", "type": "listObject"}],
        [{"name": "a", "type": "object"}],
        [{"name": "a", "type": ["x"]}],
        [{"name": "a", "label": 5}],
        [{"name": "a", "sample": 5}],
    ],
)
def test_fields_that_campaign_does_not_take_are_explained(fields):
    (problem,) = field_problems(fields)
    assert problem.endswith(".")


def test_an_instance_of_another_sandbox_cannot_be_chosen(admin_client, instance):
    instance.sandbox = Sandbox.objects.create(name="other", title="Other")
    instance.save()
    form = {**template_form(instance, "EVTalert"), "sandbox": Sandbox.objects.get(name="prod").pk}
    response = admin_client.post(reverse("admin:actions_campaignstandardaction_add"), form)
    assert "instance" in response.context["adminform"].form.errors


def test_the_test_of_the_instance_turns_green_or_says_why(admin_client, campaign, instance):
    url = reverse("admin:actions_campaigninstance_test", args=[instance.pk])
    assert "outcome--ok" in admin_client.post(url).text
    instance.key = sealed_key({"value": "wrong"}, url=instance.url)
    instance.save()
    assert "http (403)" in admin_client.post(url).text


def test_templates_follow_when_their_instance_moves(admin_client, campaign, instance, template):
    action = template("EVTalert")
    change = reverse("admin:actions_campaigninstance_change", args=[instance.pk])
    moved = {
        "sandbox": instance.sandbox_id, "name": "Hotel", "url": campaign.url, "organization": "inn",
        "api": "mcAdobe", "api_key": KEY, "auth_type": "none",
    }  # fmt: skip
    assert admin_client.post(change, moved).status_code == 302
    action.refresh_from_db()
    assert action.url == f"{campaign.url}/inn/campaign/mcAdobe/EVTalert"


def test_while_a_journey_uses_a_template_its_values_stay_but_its_event_may_change(
    admin_client, instance, template
):
    action = template("EVTalert")
    change = reverse("admin:actions_campaignstandardaction_change", args=[action.pk])
    provider = lambda kind, obj: [usage.Use("Welcome", "/journeys/1/")]  # noqa: E731
    usage.register(provider)
    try:
        other = admin_client.post(change, template_form(instance, "EVTalert", channel="email"))
        assert "Welcome" in str(other.context["errors"])
        renewed = template_form(instance, "EVTalert", event_id="EVTalert2")
        assert admin_client.post(change, renewed).status_code == 302
    finally:
        usage._providers.remove(provider)
    action.refresh_from_db()
    assert action.url.endswith("/EVTalert2")


def test_templates_have_a_page_of_their_own(admin_client, template):
    action = template("EVTalert")
    assert "alert" in admin_client.get(reverse("admin:actions_campaignstandardaction_changelist")).text
    page = admin_client.get(reverse("admin:actions_campaignstandardaction_change", args=[action.pk])).text
    assert "Mobile phone number (string)" in page
    other = admin_client.get(reverse("admin:actions_action_change", args=[action.pk]))
    assert other.status_code == 302  # it is none of the custom actions


def test_beyond_the_cap_no_message_is_sent(admin_client, campaign, template, monkeypatch):
    assert caps.PRESETS[Action.Type.CAMPAIGN_STANDARD] == Limit(4_000, 300_000)
    monkeypatch.setitem(caps.PRESETS, Action.Type.CAMPAIGN_STANDARD, Limit(1, 300_000))
    first, second = template("EVTalert"), template("EVTknown")
    outcomes = [send(first, mobilePhone="+4179")[1], send(second, ctx__points=1.5)[1]]
    assert [outcome.status for outcome in outcomes] == ["ok", "capped"]
    test = reverse("admin:actions_campaignstandardaction_test", args=[first.pk])
    assert "capped" in admin_client.post(test, {"value0": "+4179"}).text
    assert len(campaign.taken) == 1


# --- Statuses -------------------------------------------------------------------------------------


@pytest.fixture
def heard():
    """What was told of messages, as (call, kind)."""
    told = []
    hear = lambda sender, message_id, kind, **news: told.append((message_id, kind))  # noqa: E731
    message_feedback_received.connect(hear)
    yield told
    message_feedback_received.disconnect(hear)


def questions(campaign) -> int:
    return sum(request.startswith(b"GET ") for request in campaign.server.requests)


def test_campaign_is_asked_less_and_less_often_until_it_has_said_what_became_of_a_message(
    campaign, template, heard
):
    call, _ = send(template("EVTalert"), mobilePhone="+4179")
    moment = CampaignMessage.objects.get().created_at
    assert not ask_next(moment)
    campaign.statuses["@0"] = "processing"
    for pause in (*PAUSES, PAUSES[-1]):
        moment += pause
        assert [ask_next(moment - SECOND), ask_next(moment), ask_next(moment)] == [False, True, False]
    message = CampaignMessage.objects.get()
    assert (message.status, message.asks, heard) == ("processing", 6, [])

    campaign.statuses["@0"] = "deliveryFailed"
    moment += PAUSES[-1]
    assert ask_next(moment)
    assert not ask_next(moment + GIVEN_UP)
    message.refresh_from_db()
    assert (message.status, message.ask_at) == ("deliveryFailed", None)
    assert heard == [(call.key, "failed")]
    assert Feedback.objects.get().detail == "deliveryFailed"


def test_a_message_that_was_sent_is_told_once(campaign, template, heard):
    call, _ = send(template("EVTalert"), mobilePhone="+4179")
    campaign.statuses["@0"] = "processed"
    assert ask_next(soon())
    assert heard == [(call.key, "sent")]
    assert not ask_next(soon() + GIVEN_UP)


def test_what_cannot_be_asked_stays_as_it_was_and_holds_up_nobody(campaign, template):
    action = template("EVTalert")
    send(action, mobilePhone="+4179")
    send(action, mobilePhone="+4180")
    gone = CampaignMessage.objects.order_by("pk")[0]
    CampaignMessage.objects.filter(pk=gone.pk).update(href="mchotel/EVTalert/gone")
    campaign.statuses["@1"] = "processed"
    assert [ask_next(soon()) for _ in range(3)] == [True, True, False]
    assert list(CampaignMessage.objects.order_by("pk").values_list("status", flat=True)) == [
        "pending",
        "processed",
    ]


@pytest.fixture
def meanwhile(monkeypatch):
    """Has something done while Campaign is asked, once."""
    todo = []

    def deliver_later(*args):
        while todo:
            todo.pop()()
        return deliver(*args)

    monkeypatch.setattr(statuses, "deliver", deliver_later)
    return todo.append


def test_two_workers_do_not_ask_the_same_and_what_a_dead_one_claimed_comes_due_again(
    campaign, template, meanwhile
):
    send(template("EVTalert"), mobilePhone="+4179")
    moment = soon()
    asked_while_asking = []
    meanwhile(lambda: asked_while_asking.append(ask_next(moment)))
    assert ask_next(moment)
    assert (asked_while_asking, questions(campaign)) == ([False], 1)

    CampaignMessage.objects.update(ask_at=moment + LEASE)  # claimed, and never heard of again
    assert not ask_next(moment)
    assert ask_next(moment + LEASE)


def test_an_answer_that_comes_after_the_lease_was_lost_counts_for_nothing(
    campaign, template, heard, meanwhile
):
    send(template("EVTalert"), mobilePhone="+4179")
    campaign.statuses["@0"] = "processed"
    taken_over = soon() + 2 * LEASE
    meanwhile(lambda: CampaignMessage.objects.update(ask_at=taken_over))
    assert ask_next(soon())
    message = CampaignMessage.objects.get()
    assert (message.status, message.asks, message.ask_at, heard) == ("pending", 0, taken_over, [])


def test_questions_are_capped_like_calls_and_then_come_due_again(campaign, template):
    action = template("EVTalert")
    send(action, mobilePhone="+4179")
    send(action, mobilePhone="+4180")
    terms = {
        "url": f"{campaign.url}/*",
        "methods": ["GET"],
        "services": {"action": {"rating": {"maxCallsCount": 1, "periodInMs": LONGEST_PERIOD_MS}}},
    }
    CappingConfig.objects.create(
        sandbox_id=action.sandbox_id, **terms, deployed=terms, deployed_at=timezone.now()
    )
    moment = soon()
    assert [ask_next(moment) for _ in range(3)] == [True, True, False]
    assert questions(campaign) == 1
    refused = CampaignMessage.objects.get(asks=0)
    assert refused.ask_at == moment + PAUSES[0]


@pytest.mark.parametrize("gone", ["template", "time"])
def test_what_will_never_be_answered_is_not_asked_for_ever(campaign, template, gone):
    action = template("EVTalert")
    send(action, mobilePhone="+4179")
    moment = soon()
    if gone == "template":
        action.delete()
    else:
        moment += GIVEN_UP
    assert ask_next(moment)
    assert CampaignMessage.objects.get().ask_at is None


def soon():
    """When all messages of a test are due."""
    return timezone.now().replace(microsecond=0) + PAUSES[0] + 5 * SECOND


def test_a_technical_user_asks_at_once(admin_client, campaign, template):
    send(template("EVTalert"), mobilePhone="+4179")
    campaign.statuses["@0"] = "processed"
    chosen = {"action": "ask_now", "_selected_action": [CampaignMessage.objects.get().pk]}
    admin_client.post(reverse("admin:actions_campaignmessage_changelist"), chosen)
    assert CampaignMessage.objects.get().status == "processed"


@pytest.mark.parametrize(
    ("href", "allowed"),
    [
        ("mcAdobe/EVT/1", True),
        ("/mcAdobe/EVT/1", True),
        ("https://mc.adobe.io/hotel/campaign/mcAdobe/EVT/1", True),
        ("https://mc.adobe.io/other/campaign/mcAdobe/EVT/1", False),
        ("https://evil.example/hotel/campaign/mcAdobe/EVT/1", False),
        ("https://mc.adobe.io.evil.example/hotel/campaign/x", False),
        ("../../other/campaign/x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_the_address_of_a_status_never_leaves_the_instance(href, allowed):
    root = "https://mc.adobe.io/hotel/campaign/"
    assert (status_url(root, href) is not None) == allowed

"""Trying actions, channels and Campaign over the API, as their Test buttons do."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import path
from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from actions.campaign.testing import try_instance
from actions.channels.trial import try_channel
from actions.custom import action_of, variables
from actions.custom_forms import usable_tree
from actions.custom_testing import PATH, try_out
from actions.kinds import ADDRESS_LENGTH
from actions.messages.parameters import as_typed
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.outbound.trials_api import (
    TrialAnswer,
    ValuesBody,
    making_secrets,
    trial_shown,
    trying_authentication,
)
from journeyorch.portable.acting import Act, acting
from journeyorch.portable.kind import kinds, pointer


class CallBody(ValuesBody):
    """``values``: of the variables, by their paths; ``path``: added to that of the URL."""

    path: str = Field(default="", max_length=1000)


class AddressBody(Body):
    address: str = Field(min_length=1, max_length=ADDRESS_LENGTH)


class PayloadSampleBody(Body):
    """``sample``: a payload as it is to be sent."""

    sample: dict[str, Any]


class PayloadTreeAnswer(Answer):
    """``payload``: for a document of an action; every value is fixed, until it is made a variable."""

    payload: dict[str, Any]


class ProposedPayload(ApiView):
    permissions = ("actions.add_action", "actions.change_action")

    @operation(
        "propose_payload", tag=str(kinds()["actions"].title), body=PayloadSampleBody, answer=PayloadTreeAnswer
    )
    def post(self, request: Request) -> Response:
        """The parameters of an action that sends such a payload; nothing is stored."""
        try:
            tree = usable_tree(read(PayloadSampleBody, request).sample)
        except ValidationError as error:
            raise Unacceptable(Flaw("/sample", message) for message in error.messages) from None
        return Response({"payload": tree})


def _call(act: Act) -> dict[str, Any]:
    known = {variable.path for variable in variables(action_of(act.row))}
    if unknown := act.body.values.keys() - known:
        raise Unacceptable(Flaw(pointer("values", name), "There is no such variable.") for name in unknown)
    typed = {name: as_typed(value) for name, value in act.body.values.items()}
    return trial_shown(try_out(act.row, {**typed, PATH: act.body.path} if act.body.path else typed))


def _instance(act: Act) -> dict[str, Any]:
    return trial_shown(try_instance(act.row))


def _channel(act: Act) -> dict[str, Any]:
    return trial_shown(try_channel(act.row, act.body.address, now=timezone.now()))


_CALL = "Make the real call of the action, with values for what journeys give."
urlpatterns = [
    path("payload-from-sample", ProposedPayload.as_view(), name="api-payload-from-sample"),
    *(
        acting(kind, "test", _call, body=CallBody, answer=TrialAnswer, says=_CALL)
        for kind in ("actions", "campaign_actions", "campaign_templates")
    ),
    *map(trying_authentication, ("actions", "campaign_actions", "campaign_instances")),
    *map(making_secrets, ("actions", "campaign_actions")),
    acting(
        "campaign_instances", "test", _instance, answer=TrialAnswer,
        says="Read the metadata of profiles with the instance's key and authentication.",
    ),
    acting(
        "channels", "test", _channel, body=AddressBody, answer=TrialAnswer,
        says="Really send a short message to an address, whatever its owner has agreed to.",
    ),
]  # fmt: skip

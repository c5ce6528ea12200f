"""Trials over the API: what a Test button shows, as JSON."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern
from pydantic import Field

from journeyorch.api.bodies import Body
from journeyorch.api.describing import Answer
from journeyorch.api.problems import Conflict
from journeyorch.outbound.auth_testing import can_be_tried, try_authentication
from journeyorch.outbound.signing_anew import sign_anew
from journeyorch.outbound.trials import Trial
from journeyorch.portable.acting import Act, acting


class FieldFoundAnswer(Answer):
    """A field that answers are to have, as ``name: type``; whether this one had it."""

    field: str
    found: bool


class TrialAnswer(Answer):
    """``status``: ``ok``, or how the call ended else; ``sent``: the request without its credentials;
    ``body``: the beginning of the answer.
    """

    status: str
    code: str
    message: str
    elapsedMs: int  # noqa: N815 - the name in the answer
    sent: str
    body: str
    fields: list[FieldFoundAnswer]


class ValuesBody(Body):
    """``values``: what is given for the call, by name."""

    values: dict[str, Any] = Field(default={}, max_length=500)


class NewSecretAnswer(Answer):
    """``secret``: told in this one answer, and never again."""

    secret: str


def trial_shown(trial: Trial) -> dict[str, Any]:
    outcome = trial.outcome
    return {
        "status": outcome.status,
        "code": outcome.code,
        "message": outcome.message,
        "elapsedMs": outcome.elapsed_ms,
        "sent": trial.sent,
        "body": trial.body,
        "fields": [{"field": field, "found": found} for field, found in trial.fields],
    }


def trying_authentication(kind: str) -> URLPattern:
    """The address at which the authentication of things of a kind is tried."""
    says = "Fetch a token, or connect with the credentials; no call of the thing itself is made."
    return acting(kind, "test_authentication", _authenticate, answer=TrialAnswer, says=says, also=(409,))


def _authenticate(act: Act) -> dict[str, Any]:
    if not can_be_tried(act.row.auth):
        raise Conflict("There is nothing to try before a call is made.")
    return trial_shown(Trial(try_authentication(act.row.auth, act.row.url)))


def making_secrets(kind: str) -> URLPattern:
    """The address at which things of a kind get another secret for signatures."""
    says = "Make another secret for signatures, used from now on."
    return acting(kind, "new_secret", _new_secret, answer=NewSecretAnswer, says=says, status=201, also=(409,))


def _new_secret(act: Act) -> dict[str, str]:
    if not act.row.url:
        raise Conflict("It calls nothing that could check a signature. Give it a URL first.")
    return {"secret": sign_anew(act.row)}

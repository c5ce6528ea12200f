"""The Test button of an authentication: what can be tried without making a call of the source or action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from journeyorch.outbound import auth
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, exchange, outcome_of
from journeyorch.outbound.guard import Refused, check_url, configured_policy
from journeyorch.outbound.tokens import fetched
from journeyorch.phrases import phrase

TEST_SECONDS = 10.0


def can_be_tried(config: Mapping[str, Any]) -> bool:
    """Whether there is anything to try: a token to fetch, or credentials that a HEAD can carry."""
    cls = auth.methods().get(str(config.get("type", "none")))
    if cls is None or not issubclass(cls, auth.Credentials):
        return cls is not None and issubclass(cls, auth.TokenAuth)
    return cls.shown_by is not None


def try_authentication(config: Mapping[str, Any], url: str) -> Outcome:
    """Fetch a new token, or connect with the credentials; nothing that comes back is kept or shown."""
    try:
        origin = str(check_url(url, configured_policy()).origin)
        method = auth.load(config, origin=origin)
    except (Refused, auth.AuthProblem) as error:
        return Outcome("error", "refused", message=str(error))
    if isinstance(method, auth.TokenAuth):
        return _try_token(method)
    assert isinstance(method, auth.Credentials)
    return _try_connection(method, url)


def _try_token(method: auth.TokenAuth) -> Outcome:
    token = fetched(method, TEST_SECONDS)
    if isinstance(token, Failure):
        return outcome_of(token)
    message = phrase(
        "A token came, {characters} characters; it is used for {seconds} seconds.",
        characters=len(token.text),
        seconds=round(token.seconds),
    )
    return Outcome("ok", message=message)


def _try_connection(method: auth.Credentials, url: str) -> Outcome:
    # HEAD changes nothing (RFC 9110, section 9.2.1).
    answer = exchange(method.apply(Request("HEAD", url)), timeout=TEST_SECONDS)
    if isinstance(answer, Failure):
        return outcome_of(answer)
    outcome = outcome_of(answer)._replace(data=None)
    if answer.status in (401, 403):
        return outcome._replace(message=phrase(_REFUSED, status=answer.status))
    if method.shown_by == "connecting":
        return outcome._replace(
            status="ok", message=phrase("The system accepted the connection with this certificate.")
        )
    if outcome.status == "ok":
        return outcome._replace(message=phrase(_ANSWERED_WELL))
    return outcome._replace(message=phrase(_UNDECIDED, status=answer.status))


_REFUSED = gettext_noop("The system refuses these credentials: it answered {status}.")
_ANSWERED_WELL = gettext_noop("The system answered well to a HEAD request with these credentials.")
_UNDECIDED = gettext_noop(
    "The system answered {status} to a HEAD request: whether it looked at the credentials is not to be seen. "
    "Make a test call instead."
)

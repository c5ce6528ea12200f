"""Tokens of the methods of authentication that fetch one first: kept, shared by all workers, refreshed.

A token is kept in memory and, encrypted, in a row that all processes read. When a call answers 401, the token
that it carried is not used again: one that somebody fetched since the call began takes its place, else a new
one is fetched, once, and the call is made again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.utils import timezone

from journeyorch.outbound import secrets
from journeyorch.outbound.auth import Token, TokenAuth
from journeyorch.outbound.capping import usable_connection
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of, read_json
from journeyorch.outbound.connections import Deadline
from journeyorch.outbound.models import AuthToken
from journeyorch.phrases import phrase, sentence

UNAUTHORIZED = 401
# RFC 6749, section 5.2, and RFC 8707, section 2. Other words are not shown: they may repeat what was sent.
_ERRORS = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope "
    "invalid_target access_denied server_error temporarily_unavailable".split()
)
_NO_TOKEN = sentence("No token came. {problem}")
_ENDPOINT_ANSWERED = sentence("No token came: its endpoint answered {code}.")


class Refused(NamedTuple):
    """A token that a call was refused with, and when that call began."""

    token: str
    began: datetime


class _Kept(NamedTuple):
    text: str
    fetched_at: datetime
    expires_at: datetime

    def serves(self, now: datetime, refused: Refused | None) -> bool:
        if refused and (self.text == refused.token or self.fetched_at < refused.began):
            return False
        return self.expires_at > now


_memory: dict[str, _Kept] = {}
_locks: dict[str, threading.Lock] = {}


def forget() -> None:
    """Drop what this process remembers, as its end would: for tests whose rows are rolled back."""
    _memory.clear()


def key_of(config: Mapping[str, Any], origin: str) -> str:
    """The same for everybody who uses the same stored configuration for the same origin."""
    return hashlib.sha256(orjson.dumps([config, origin], option=orjson.OPT_SORT_KEYS)).hexdigest()


def send_with_token(
    method: TokenAuth, request: Request, *, key: str, timeout: float
) -> tuple[Response | Failure, list[str]]:
    """The answer to a request with its token, and the tokens that must not be shown of it."""
    deadline, began = Deadline(timeout), timezone.now()
    used: list[str] = []
    token = token_for(method, key=key, deadline=deadline)
    answer: Response | Failure = Failure("refused", "")
    for last in (False, True):
        if isinstance(token, Failure):
            return token, used
        used.append(token)
        answer = exchange(method.carry(request, token), timeout=_left(deadline))
        if last or isinstance(answer, Failure) or answer.status != UNAUTHORIZED:
            break
        token = token_for(method, key=key, deadline=deadline, refused=Refused(token, began))
    return answer, used


def token_for(
    method: TokenAuth, *, key: str, deadline: Deadline, refused: Refused | None = None
) -> str | Failure:
    """A token that is kept and not ``refused``, or one that is fetched now."""
    kept = _memory.get(key)
    if kept and kept.serves(timezone.now(), refused):
        return kept.text
    # One thread looks and fetches, the others wait for what it finds.
    lock = _locks.setdefault(key, threading.Lock())
    if not lock.acquire(timeout=_left(deadline)):
        return Failure("timeout", phrase("The token did not come in time."))
    try:
        return _looked_up(method, key=key, deadline=deadline, refused=refused)
    finally:
        lock.release()


def fetched(method: TokenAuth, timeout: float) -> Token | Failure:
    """A new token from the endpoint, which nobody keeps yet."""
    answer = exchange(method.ask(), timeout=timeout)
    outcome = outcome_of(answer)
    if isinstance(answer, Failure):
        return answer._replace(message=_NO_TOKEN(problem=answer.message))
    if outcome.status != "ok":
        reason = "tokenLater" if outcome.retryable else "token"
        return Failure(reason, _ENDPOINT_ANSWERED(code=_code_of(answer)), answer.elapsed_ms)
    token = method.read(answer)
    if token is None:
        message = phrase("The token is not where it was expected in the answer of its endpoint.")
        return Failure("token", message, answer.elapsed_ms)
    return token


def _code_of(answer: Response) -> str:
    """The status, with the endpoint's own word for what is wrong if it is one of the standard's."""
    said = read_json(answer)
    word = said.get("error") if isinstance(said, dict) else None
    return f"{answer.status} ({word})" if isinstance(word, str) and word in _ERRORS else str(answer.status)


def _looked_up(method: TokenAuth, *, key: str, deadline: Deadline, refused: Refused | None) -> str | Failure:
    for read in (_memory.get, _stored):
        kept = read(key)
        if kept and kept.serves(timezone.now(), refused):
            break
    else:
        token = fetched(method, _left(deadline))
        if isinstance(token, Failure):
            return token
        now = timezone.now()
        kept = _Kept(token.text, now, now + timedelta(seconds=token.seconds))
        _store(key, kept)
    _memory[key] = kept
    return kept.text


def _left(deadline: Deadline) -> float:
    """Seconds left; with hardly any, whatever is begun ends as a timeout by itself."""
    try:
        return deadline.remaining()
    except TimeoutError:
        return 0.001


def _stored(key: str) -> _Kept | None:
    usable_connection()
    row = AuthToken.objects.filter(pk=key).first()
    if row is None:
        return None
    try:
        return _Kept(secrets.reveal(row.token, bound_to=key), row.fetched_at, row.expires_at)
    except secrets.SecretUnusable:
        return None  # sealed with a key that is gone: another token is fetched


def _store(key: str, kept: _Kept) -> None:
    usable_connection()
    AuthToken.objects.filter(expires_at__lt=kept.fetched_at).delete()
    AuthToken.objects.update_or_create(
        key=key,
        defaults={
            "token": secrets.seal(kept.text, bound_to=key),
            "fetched_at": kept.fetched_at,
            "expires_at": kept.expires_at,
        },
    )

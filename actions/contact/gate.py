"""The last word before a message leaves: may this person be written to, and now?

Asked right before every attempt, because a message may have waited since it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from actions.contact import frequency
from actions.contact.frequency import CountKey, Wish
from actions.contact.hashing import address_hash
from actions.contact.quiet import end_of_quiet
from actions.contact.rules import Rules
from actions.contact.suppression import Addressee, load_suppressions, stops
from actions.messages.deliveries import record_dropped, record_waiting
from actions.messages.library import Library, libraries
from actions.messages.people import NOBODY, Recipient, load_recipients, person_key
from actions.messages.recipients import may_contact
from journeyorch import bulk
from journeyorch.outbound.calls import CallSpec, Later, Made, Outcome, Prepared, Verdict
from journeyorch.phrases import phrase, sentence
from journeyorch.time_zones import zone_of

_NO_CONSENT = sentence("The person does not want to get {kind} messages.")
_SUPPRESSED = sentence("The address is on the suppression list ({reason}).")
_SANDBOX_IS_FULL = sentence(
    "The person has got as many messages as the sandbox allows ({most} in {hours} hours)."
)
_CHANNEL_IS_FULL = sentence(
    "The person has got as many messages as the channel allows ({most} in {hours} hours)."
)
_WHOLE_SANDBOX = 0
# After these a message may have arrived all the same: it keeps its slots.
_MAY_HAVE_ARRIVED = frozenset({"timeout", "cutShort", "crashed", "internal"})


def no_consent(kind: str) -> Outcome:
    """To somebody who does not want messages of the kind."""
    return Outcome("error", "noConsent", message=_NO_CONSENT(kind=kind))


class _Case(NamedTuple):
    """A message about to leave, with what decides about it."""

    call: CallSpec
    prepared: Prepared
    to: Addressee
    person: Recipient
    transactional: bool
    rules: Mapping[int, Rules]  # by scope
    time_zone: str


class ContactGate:
    """Suppression and consent, then quiet hours, then frequency caps, which count whoever got this far.

    Tests meet neither quiet hours nor caps: whoever tries a journey waits for its messages.
    """

    def admit(self, calls: Sequence[tuple[CallSpec, Prepared]]) -> list[Verdict]:
        # The database's clock, because workers of several hosts count together.
        now = bulk.database_now()
        cases = _cases(calls)
        suppressed = load_suppressions(case.to for case in cases)
        verdicts = [judge(case, suppressed.get(case.to, ()), now) for case in cases]
        counted = [case for case, verdict in zip(cases, verdicts, strict=True) if verdict is None]
        full = frequency.take_slots([wish_of(case) for case in counted], now)
        _write_down_waiting(cases, verdicts, now)
        return [
            too_often(case, full[case.call.key]) if case.call.key in full else verdict
            for case, verdict in zip(cases, verdicts, strict=True)
        ]

    def forget(self, calls: Collection[tuple[CallSpec, Prepared | None]]) -> None:
        with transaction.atomic():
            record_dropped([call.key for call, _ in calls], bulk.database_now())
            _give_back([(call, prepared) for call, prepared in calls if prepared])


def _write_down_waiting(cases: Sequence[_Case], verdicts: Sequence[Verdict], now: datetime) -> None:
    waiting = [
        (case.call, case.prepared, verdict.message)
        for case, verdict in zip(cases, verdicts, strict=True)
        if isinstance(verdict, Later)
    ]
    record_waiting(waiting, now)


def give_back_slots(made: Sequence[Made]) -> None:
    """Let messages that did not leave count for nothing, in the caller's transaction."""
    unsent = [
        (each.spec, each.prepared)
        for each in made
        if each.prepared and each.outcome.status != "ok" and each.outcome.code not in _MAY_HAVE_ARRIVED
    ]
    _give_back(unsent)


def _give_back(unsent: Sequence[tuple[CallSpec, Prepared]]) -> None:
    wishes = [wish_of(case) for case in _cases(unsent)] if unsent else []
    frequency.give_back({wish.message_id: list(wish.caps) for wish in wishes if wish.caps})


def _cases(calls: Sequence[tuple[CallSpec, Prepared]]) -> list[_Case]:
    current = libraries.current({call.sandbox_id for call, _ in calls})
    people = load_recipients(call for call, _ in calls)
    return [
        _case(call, prepared, current.get(call.sandbox_id), people.get(person_key(call), NOBODY))
        for call, prepared in calls
    ]


def _case(call: CallSpec, prepared: Prepared, library: Library | None, person: Recipient) -> _Case:
    message = prepared.request["message"]
    to = Addressee(call.sandbox_id, message["kind"], message["to"])
    if library is None:  # the sandbox is being deleted: the handler says so
        return _Case(call, prepared, to, person, False, {}, "")
    template = library.templates.get(prepared.request["template"])
    channel = library.channels.get(prepared.request["channel"])
    rules = {_WHOLE_SANDBOX: library.rules, **({channel.id: channel.rules} if channel else {})}
    transactional = template is not None and template.transactional
    return _Case(call, prepared, to, person, transactional, rules, library.time_zone)


def judge(case: _Case, reasons: Collection[str], now: datetime) -> Verdict:
    """What keeps the message back but for frequency caps. Pure."""
    if reason := stops(reasons, transactional=case.transactional):
        return Outcome("error", "suppressed", message=_SUPPRESSED(reason=reason))
    if case.transactional:
        return None
    if not may_contact(case.to.kind, case.person.attributes):
        return no_consent(case.to.kind)
    return None if case.call.in_test else _in_quiet_hours(case, now)


def _in_quiet_hours(case: _Case, now: datetime) -> Outcome | Later | None:
    """Held back if one of the rules wants it, else until the last quiet hours are over."""
    zone = zone_of(case.person.attributes.get("timeZone"), case.time_zone)
    ends = [
        (end, rules.waits)
        for rules in case.rules.values()
        if rules.quiet and (end := end_of_quiet(*rules.quiet, zone=zone, now=now))
    ]
    if not ends:
        return None
    if not all(waits for _, waits in ends):
        return Outcome("error", "quietHours", message=phrase("The person is not written to in quiet hours."))
    until = max(end for end, _ in ends)
    return Later(until, f"Quiet hours: it waits until {until.astimezone(zone):%Y-%m-%d %H:%M %Z}.")


def wish_of(case: _Case) -> Wish:
    """The caps that the message counts for; none for one that is exempt. Pure."""
    exempt = case.transactional or case.call.in_test
    caps = {} if exempt else {scope: rules.cap for scope, rules in case.rules.items() if rules.cap}
    return Wish(case.call.key, {_count_key(case, scope): cap for scope, cap in caps.items()})


def _count_key(case: _Case, scope: int) -> CountKey:
    to = case.to
    known = case.person.profile_id
    recipient = f"profile:{known}" if known else f"address:{address_hash(to.kind, to.address)}"
    return to.sandbox_id, scope, recipient


def too_often(case: _Case, full: CountKey) -> Outcome:
    """Somebody has got as many messages as a cap allows. Pure."""
    scope = full[1]
    cap = case.rules[scope].cap
    assert cap is not None  # or it would not be full
    text = _SANDBOX_IS_FULL if scope == _WHOLE_SANDBOX else _CHANNEL_IS_FULL
    return Outcome("error", "frequencyCap", message=text(most=cap.most, hours=cap.hours))

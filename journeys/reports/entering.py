"""Why nobody enters a journey: what must be so for somebody to enter, in order, with evidence. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.sightings import Sighting
from journeyorch.moments import in_text
from journeyorch.phrases import in_words
from journeys.activities.base import in_units
from journeys.activities.catalog import SegmentInfo
from journeys.engine.wave.handle import TEST_PEOPLE
from journeys.reports.entering_facts import Facts, StartEvent, Status


class Verdict(StrEnum):
    GOOD = "good"
    WARNING = "warning"  # it keeps some people out
    FAULT = "fault"  # while it is so, nobody enters
    UNKNOWN = "unknown"  # nothing has come that far


class Fix(NamedTuple):
    """Where it is mended: the name of an address, its arguments, and the words of the link."""

    words: str
    page: str
    arguments: tuple[object, ...] = ()


class Finding(NamedTuple):
    """One thing that must be so."""

    name: str
    title: str
    verdict: Verdict
    evidence: str
    fix: Fix | None = None


def findings(facts: Facts) -> list[Finding]:
    """Everything that must be so, in the order in which an event meets it."""
    found = [_status(facts), _dates(facts)]
    by_event = [
        check(event, facts) for event in facts.starts for check in (_received, _matched, _valid, _key)
    ]
    found += [_harmless(one) for one in by_event] if facts.jumped_from else by_event
    found += [_jumps(facts)] if facts.jumped_from else []
    found += [_segment(name, info) for name, info in facts.segments.items()]
    found += [_namespace(facts)]
    found += [_test_profile(facts), _listening(facts)] if facts.in_test else []
    found += [_reentrance(facts)]
    return [*found, _cap(facts)] if facts.in_test else found


def _harmless(finding: Finding) -> Finding:
    """Who jumps here needs no event of their own."""
    return finding._replace(verdict=Verdict.WARNING) if finding.verdict == Verdict.FAULT else finding


def _jumps(facts: Facts) -> Finding:
    evidence = _("People jump here from: %(journeys)s.") % {"journeys": ", ".join(facts.jumped_from)}
    return Finding("jumps", _("Other journeys send people here, too"), Verdict.GOOD, evidence)


def verdict_in_words(facts: Facts, found: Sequence[Finding]) -> str:
    """One sentence: the first thing that keeps everybody out, else that nothing does."""
    fault = next((one for one in found if one.verdict == Verdict.FAULT), None)
    if fault:
        return _("Nobody enters because this is not so: %(title)s. %(evidence)s") % fault._asdict()
    if facts.entered:
        text = ngettext("%(n)s person has entered.", "%(n)s people have entered.", facts.entered)
        return text % {"n": f"{facts.entered:,}"}
    return _("Nothing keeps people out: who is named by the next such event enters.")


def _status(facts: Facts) -> Finding:
    title = _("The version lets people enter")
    evidence = _("Its status is: %(status)s.") % {"status": facts.status_label}
    if facts.status in (Status.LIVE, Status.TEST):
        return Finding("status", title, Verdict.GOOD, evidence)
    fix = Fix(_("What can be done with it"), "version", (facts.version,))
    if facts.status == Status.DRAFT:
        fix = Fix(_("Publish it"), "version-move", (facts.version, "publish"))
    return Finding("status", title, Verdict.FAULT, evidence, fix)


def _dates(facts: Facts) -> Finding:
    title = _("It is between the journey's start and end")
    start, end = facts.properties.start_at, facts.properties.end_at
    if start and facts.now < start:
        evidence = _("It starts at %(moment)s.") % {"moment": in_text(start)}
    elif end and facts.now >= end:
        evidence = _("It has ended at %(moment)s.") % {"moment": in_text(end)}
    else:
        return _with_discards("dates", title, facts, ("outsideDates",), _("No date keeps people out."))
    fix = Fix(_("Look at the properties"), "version-design", (facts.version,))
    return Finding("dates", title, Verdict.FAULT, evidence, fix)


def _received(event: StartEvent, facts: Facts) -> Finding:
    title = _("Something of the event's schema was received lately") + f" – {event.name}"
    if event.id is None:
        evidence = _("The event “%(name)s” no longer exists.") % {"name": event.name}
        return Finding("received", title, Verdict.FAULT, evidence)
    values = {"schema": event.schema, "n": len(event.sightings), "all": facts.looked_at}
    evidence = _("Of the last %(all)s received events %(n)s follow the schema “%(schema)s”.") % values
    if not facts.looked_at:
        evidence = _("Nothing at all was received.")
    if not event.sightings:
        fix = Fix(_("How to send it"), "admin:events_event_preview", (event.id,))
        return Finding("received", title, Verdict.FAULT, evidence, fix)
    last = {"moment": in_text(event.sightings[0].received_at)}
    latest = _("The last one came at %(moment)s.") % last
    return Finding("received", title, Verdict.GOOD, f"{evidence} {latest}")


def _matched(event: StartEvent, facts: Facts) -> Finding:
    title = _("Its condition is met") if event.condition else _("It carries the event's ID")
    return _of_sightings(
        "matched",
        f"{title} – {event.name}",
        seen=event.sightings,
        is_good=lambda one: one.is_match,
        example=lambda _one: event.condition,
        fix=Fix(_("Look at the event"), "admin:events_event_change", (event.id,)),
    )


def _valid(event: StartEvent, facts: Facts) -> Finding:
    return _of_sightings(
        "valid",
        _("It follows the rules of its schema") + f" – {event.name}",
        seen=[one for one in event.sightings if one.is_match],
        is_good=lambda one: not one.violation,
        example=lambda one: in_words(one.violation, _),
        fix=Fix(_("Look into the quarantine"), "admin:events_quarantined_changelist"),
    )


def _key(event: StartEvent, facts: Facts) -> Finding:
    return _of_sightings(
        "key",
        _("It says whom it is about") + f" – {event.name}",
        seen=[one for one in event.sightings if one.is_match and not one.violation],
        is_good=lambda one: one.person_id is not None,
        example=lambda one: in_words(one.problem, _),
        fix=Fix(_("Look at the event's key"), "admin:events_event_change", (event.id,)),
    )


def _of_sightings(
    name: str,
    title: str,
    *,
    seen: Sequence[Sighting],
    is_good: Callable[[Sighting], bool],
    example: Callable[[Sighting], str],
    fix: Fix,
) -> Finding:
    """All of them, some, or none: nothing is known if nothing has come that far."""
    if not seen:
        return Finding(name, title, Verdict.UNKNOWN, _("Nothing has come that far."))
    bad = [one for one in seen if not is_good(one)]
    evidence = _("%(good)s of %(all)s did.") % {"good": len(seen) - len(bad), "all": len(seen)}
    if not bad:
        return Finding(name, title, Verdict.GOOD, evidence)
    verdict = Verdict.FAULT if len(bad) == len(seen) else Verdict.WARNING
    return Finding(name, title, verdict, " ".join(filter(None, (evidence, example(bad[0])))), fix)


def _segment(name: str, info: SegmentInfo | None) -> Finding:
    title = _("The segment is looked at") + f" – {name}"
    if info is None:
        return Finding("segment", title, Verdict.FAULT, _("The segment no longer exists."))
    if info.is_evaluated:
        evidence = _("Who comes into it or leaves it from now on enters; who is in it already does not.")
        return Finding("segment", title, Verdict.GOOD, evidence)
    fix = Fix(_("Look at the segments"), "admin:datasources_segment_changelist")
    return Finding("segment", title, Verdict.FAULT, _("Nobody has been looked at for it yet."), fix)


def _namespace(facts: Facts) -> Finding:
    title = _("It names people in the journey's namespace")
    evidence = (
        _("People are told apart by %(namespace)s.") % {"namespace": facts.namespace}
        if facts.namespace
        else _("The journey's event has no namespace: no profiles are used.")
    )
    codes = ("wrongNamespace", "noKey", "wrongSegmentStatus")
    return _with_discards("namespace", title, facts, codes, evidence)


def _test_profile(facts: Facts) -> Finding:
    title = _("There are test profiles")
    text = ngettext(
        "%(n)s in the namespace %(namespace)s.", "%(n)s in the namespace %(namespace)s.", facts.testers
    )
    evidence = text % {"n": facts.testers, "namespace": facts.namespace}
    if facts.testers:
        return _with_discards("testProfile", title, facts, ("notATestProfile",), evidence)
    fix = Fix(_("Make one in the test"), "version-design", (facts.version,))
    return Finding("testProfile", title, Verdict.FAULT, evidence, fix)


def _listening(facts: Facts) -> Finding:
    title = _("The test hears of the event")
    if facts.from_outside:
        evidence = _("It listens to its form and to events from outside.")
        return Finding("listening", title, Verdict.GOOD, evidence)
    fix = Fix(_("Settings of the test"), "version-design", (facts.version,))
    evidence = _("It listens to its form only; events from outside do nothing in it.")
    return Finding("listening", title, Verdict.WARNING, evidence, fix)


def _reentrance(facts: Facts) -> Finding:
    title = _("Who was inside before may come again")
    rule = facts.properties.reentrance
    if not rule.allowed:
        evidence = _("Nobody may come again.")
    elif rule.wait:
        evidence = _("Everybody may, %(wait)s after the last entrance.") % {"wait": in_units(rule.wait)}
    else:
        evidence = _("Everybody may, at any time.")
    codes = ("reentranceNotAllowed", "reentranceWait", "alreadyInside")
    return _with_discards("reentrance", title, facts, codes, evidence)


def _cap(facts: Facts) -> Finding:
    title = _("There is room in the test")
    evidence = _("%(n)s of at most %(most)s have entered.") % {"n": facts.entered, "most": TEST_PEOPLE}
    return _with_discards("cap", title, facts, ("testLimit",), evidence)


def _with_discards(name: str, title: str, facts: Facts, codes: Sequence[str], evidence: str) -> Finding:
    """A warning if events did nothing for one of these reasons; a fault if nobody has entered beside them."""
    kept_out = sum(facts.discards.get(code, 0) for code in codes)
    if not kept_out:
        return Finding(name, title, Verdict.GOOD, evidence)
    text = ngettext(
        "%(n)s event did nothing for this reason.", "%(n)s events did nothing for this reason.", kept_out
    )
    fix = Fix(_("Look at the properties"), "version-design", (facts.version,))
    verdict = Verdict.WARNING if facts.entered else Verdict.FAULT
    return Finding(name, title, verdict, f"{evidence} {text % {'n': f'{kept_out:,}'}}", fix)

"""What a person wants to get: the page behind a message's unsubscribe link, and its one click (RFC 8058)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from actions.contact.leaving import choose
from actions.contact.suppression import Addressee, Reason, load_suppressions
from actions.kinds import Kind
from actions.messages.feedback import record_feedback
from actions.messages.recipients import address_of, may_contact, usable_address
from actions.models import Channel
from actions.tracking.recipients import for_recipients, private
from actions.tracking.signed import Purpose, unsign
from datasources.models import Profile
from datasources.platform.profiles.people import load_attributes, load_roots
from journeyorch.access.models import Sandbox


class Person(NamedTuple):
    """Who holds a preferences link: an address, and the profile behind it if there still is one."""

    message_id: UUID
    sandbox_id: int
    kind: str
    address: str
    profile_id: int | None
    attributes: Mapping[str, Any]

    def reached_at(self, kind: str) -> Addressee:
        """Where the person gets messages of a kind; the address is empty if nobody knows."""
        if kind == self.kind:
            return Addressee(self.sandbox_id, kind, self.address)
        known = usable_address(kind, address_of(kind, self.attributes))
        return Addressee(self.sandbox_id, kind, known or "")


# Whoever has the link may use it from anywhere, mail programs included; there is no session to protect.
@for_recipients
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, signed: str) -> HttpResponse:
    """Show what the person gets; by POST change it. Looking at it changes nothing: mail scanners do."""
    person = _person(signed)
    now = timezone.now()
    if request.method != "POST":
        context = {"choices": _choices(person), "saved": "saved" in request.GET, "kind": person.kind}
        return private(render(request, "messages/preferences.html", context))
    if request.POST.get("List-Unsubscribe") == "One-Click":
        unsubscribe(person, now)
        return private(HttpResponse("OK", content_type="text/plain"))
    if not {"save", "nothing"} & set(request.POST):
        return private(HttpResponse(status=400))
    wanted = set() if "nothing" in request.POST else set(request.POST.getlist("wanted"))
    _save(person, wanted, now)
    return private(HttpResponseRedirect(f"{request.path}?saved"))


def unsubscribe(person: Person, now: datetime) -> None:
    """No more messages of the kind of the one that the link was in."""
    choose(person.reached_at(person.kind), person.profile_id, now, wanted=False)
    record_feedback(person.message_id, "unsubscribed", at=now)


class _Choice(NamedTuple):
    kind: str
    label: Any
    wanted: bool


def _choices(person: Person) -> list[_Choice]:
    """The kinds that the sandbox sends and the person can get."""
    sent = set(Channel.objects.filter(sandbox=person.sandbox_id).values_list("kind", flat=True))
    reached = {kind: person.reached_at(kind) for kind in Kind.values if kind in sent | {person.kind}}
    suppressed = load_suppressions(reached.values())
    return [
        _Choice(
            kind,
            Kind(kind).label,
            may_contact(kind, person.attributes) and Reason.UNSUBSCRIBED not in suppressed.get(to, ()),
        )
        for kind, to in reached.items()
        if to.address
    ]


def _save(person: Person, wanted: set[str], now: datetime) -> None:
    for choice in _choices(person):
        if choice.kind == person.kind and choice.wanted and choice.kind not in wanted:
            unsubscribe(person, now)
        elif choice.wanted != (choice.kind in wanted):
            choose(person.reached_at(choice.kind), person.profile_id, now, wanted=choice.kind in wanted)


def _person(signed: str) -> Person:
    meant = unsign(Purpose.PREFERENCES, signed)
    if meant is None:
        raise Http404
    message_id, (sandbox_id, kind, address, profile_id) = meant
    if not Sandbox.objects.filter(pk=sandbox_id).exists():
        raise Http404
    root = load_roots([profile_id]).get(profile_id) if profile_id else None
    known = root is not None and Profile.objects.filter(pk=root.profile_id, sandbox=sandbox_id).exists()
    if root is None or not known:
        return Person(message_id, sandbox_id, kind, address, None, {})
    attributes = load_attributes([root.profile_id])[root.profile_id].values
    return Person(message_id, sandbox_id, kind, address, root.profile_id, attributes)

"""What the pages on which a template is tried out have in common: those of business users and the admin's."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin

from actions.messages.forms import PreviewForm, SendTestForm
from actions.messages.framing import POLICY, framed
from actions.messages.preview import SAMPLE_PERSON, previewed, send_test
from actions.messages.render import RenderProblem
from actions.models import MessageTemplate
from journeyorch.outbound.calls import Outcome
from journeyorch.telling import told

#: Decorators of a view with a previewed email in a frame, and of the view of what is in the frame.
FRAMING = csp_update({"frame-src": [SELF]})
FRAMED = (xframe_options_sameorigin, csp_replace(POLICY))


def tried(request: HttpRequest, template: MessageTemplate) -> dict[str, Any]:
    """The context of the page; by POST the message has really been sent, and ``outcome`` says how it went."""
    form = PreviewForm(template, request.GET or None)
    parts, problem = _parts(template, form)
    test_form = SendTestForm(template, request.POST if request.method == "POST" else None)
    return {
        "form": form,
        "parts": parts,
        "problem": problem,
        "test_form": test_form,
        "outcome": _tested(test_form, parts) if parts else None,
        "query": request.GET.urlencode(),
    }


def mail_of(request: HttpRequest, template: MessageTemplate) -> HttpResponse:
    """The HTML of a previewed email; its view is decorated by ``FRAMED``."""
    parts, _problem = _parts(template, PreviewForm(template, request.GET or None))
    return HttpResponse(framed((parts or {}).get("html", "")))


def _parts(template: MessageTemplate, form: PreviewForm) -> tuple[dict[str, str] | None, str]:
    """The message, or why there is none."""
    if not form.is_valid():
        return None, ""
    chosen = form.cleaned_data["profile"]
    profile = chosen.attributes if chosen else SAMPLE_PERSON
    try:
        values, language = form.values(), form.language()
        return previewed(template, profile=profile, values=values, language=language), ""
    except RenderProblem as problem:
        return None, told(problem)


def _tested(form: SendTestForm, parts: dict[str, str]) -> Outcome | None:
    if not form.is_valid():
        return None
    return send_test(form.cleaned_data["channel"], parts, form.cleaned_data["address"], now=timezone.now())

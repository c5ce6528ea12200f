"""The catcher's own addresses: its page, its JSON, its static files."""

from __future__ import annotations

import html
import re
import secrets
from typing import Any

import orjson
from django.conf import settings
from django.template.loader import render_to_string

from actions.messages.framing import POLICY, framed
from journeys.demo.box import Box, Caught
from journeys.demo.feedback import TOLD, Tell, answer_feedback
from journeys.demo.web import Answer, Request

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MAIL_POLICY = "; ".join(f"{name} {' '.join(values)}" for name, values in POLICY.items())
_STATIC = {
    "/static/css/tokens.css": ("css/tokens.css", "text/css; charset=utf-8"),
    "/static/css/catcher.css": ("css/catcher.css", "text/css; charset=utf-8"),
    "/static/js/catcher.js": ("js/catcher.js", "text/javascript; charset=utf-8"),
}
_MESSAGE = re.compile(r"/messages/(\d{1,15})(\.json|/html)?")
_FEEDBACK = re.compile(r"/messages/(\d{1,15})/feedback")
_NO_STORE = ("Cache-Control", "no-store")
_LIST_LENGTH = 200
_PREVIEW = 160
_MARKUP = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
# Ids begin again when somebody removes the file: a browser must not take the old list for the new one.
_BOOT = secrets.token_hex(4)


def answer_page(request: Request, box: Box, tell: Tell | None = None) -> Answer | None:
    """The answer if the request is for the catcher itself, None if it is to be caught.

    With ``tell``, messages have buttons that say what became of them.
    """
    if request.method == "POST" and tell and (found := _FEEDBACK.fullmatch(request.path)):
        return answer_feedback(request, box.get(int(found[1])), tell)
    if request.method == "DELETE" and request.path == "/messages.json":
        box.clear()
        return Answer(204)
    if request.method not in ("GET", "HEAD"):
        return None
    if request.path == "/":
        return _page(None, tell)
    if request.path == "/messages.json":
        return _list(request, box)
    if request.path in _STATIC:
        return _static(request.path)
    if found := _MESSAGE.fullmatch(request.path):
        return _message(box.get(int(found[1])), found[2] or "", tell)
    return Answer(404) if request.path == "/favicon.ico" else None


def _page(message: Caught | None, tell: Tell | None) -> Answer:
    told = TOLD.get(message["kind"], {}) if message and message["key"] and tell else {}
    context = {"message": _shown(message) if message else None, "told": told.items()}
    body = render_to_string("demo/catcher.html", context)
    headers = (("Content-Security-Policy", _POLICY), ("Referrer-Policy", "no-referrer"), _NO_STORE)
    return Answer(200, body.encode(), "text/html; charset=utf-8", headers)


def _list(request: Request, box: Box) -> Answer:
    tag = f'"{_BOOT}-{box.version}"'
    headers = (("ETag", tag), ("Cache-Control", "no-cache"))
    if request.header("If-None-Match") == tag:
        return Answer(304, headers=headers)
    since = request.query.get("since", "")
    found = box.find(
        kind=request.query.get("kind", ""),
        to=request.query.get("to", ""),
        since=int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0,
    )
    body = {
        "messages": [_summary(message) for message in found[:_LIST_LENGTH]],
        "found": len(found),
        "counts": box.counts(),
    }
    return Answer(200, orjson.dumps(body), headers=headers)


def _summary(message: Caught) -> dict[str, Any]:
    """A message as lists show it: without its bodies."""
    left_out = {"html", "body", "headers"}
    summary = {name: value for name, value in message.items() if name not in left_out}
    return {**summary, "preview": _preview(message), "url": f"/messages/{message['id']}"}


def _preview(message: Caught) -> str:
    text = message["text"] or message.get("body") or html.unescape(_MARKUP.sub(" ", message["html"][:20_000]))
    return " ".join(text[:2000].split())[:_PREVIEW]


def _message(message: Caught | None, form: str, tell: Tell | None) -> Answer:
    if message is None:
        return Answer(404, b"This message is no longer here.", "text/plain; charset=utf-8")
    if form == ".json":
        return Answer(200, orjson.dumps(message), headers=(_NO_STORE,))
    if form == "/html":
        headers = (("Content-Security-Policy", _MAIL_POLICY), ("Referrer-Policy", "no-referrer"), _NO_STORE)
        return Answer(200, framed(message["html"]).encode(), "text/html; charset=utf-8", headers)
    return _page(message, tell)


def _shown(message: Caught) -> Caught:
    """A message as its page shows it: JSON indented."""
    try:
        body = orjson.dumps(orjson.loads(message.get("body", "")), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        body = message.get("body", "")
    return {**message, "body": body, "initial": (message["from"] or "?")[:1].upper()}


def _static(path: str) -> Answer:
    name, content_type = _STATIC[path]
    body = (settings.BASE_DIR / "static" / name).read_bytes()
    return Answer(200, body, content_type, (("Cache-Control", "no-cache"),))

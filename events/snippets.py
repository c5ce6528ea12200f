"""Ready-to-copy requests that send one event; each time they run it is a new one."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

_HEADERS = {"Authorization": "Bearer YOUR-KEY", "Content-Type": "application/json"}
# What a program says of an event when it runs: a second event with the same _id would be dropped, and one of
# some other day seems to have got lost.
_NEW = ("_id", "timestamp")


def snippets(url: str, message: Mapping[str, Any], *, authenticated: bool) -> dict[str, str]:
    """The request as curl, Python and JavaScript, by name.

    ``message``: of the streaming protocol, or an event as it is.
    """
    headers = {name: value for name, value in _HEADERS.items() if authenticated or name != "Authorization"}
    return {name: write(url, headers, message) for name, write in _LANGUAGES.items()}


def _places(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the event is in the message."""
    return ("body", "xdmEntity") if "body" in message else ()


def _new(message: Mapping[str, Any]) -> list[str]:
    event = message
    for name in _places(message):
        event = event[name]
    return [name for name in _NEW if name in event]


def _text(message: Mapping[str, Any]) -> str:
    return json.dumps(message, indent=2, ensure_ascii=False)


# --- The languages --------------------------------------------------------------------------------

_IN_SHELL = {"_id": "$(date +%s)-$$", "timestamp": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}


def _curl(url: str, headers: Mapping[str, str], message: Mapping[str, Any]) -> str:
    options = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    body = shlex.quote(_text(_replaced(message, {name: f"<{name}>" for name in _new(message)})))
    for name in _new(message):
        # Out of the quoted text, and in again.
        body = body.replace(f"<{name}>", f"'\"{_IN_SHELL[name]}\"'", 1)
    return " \\\n  ".join([f"curl -X POST {shlex.quote(url)}", *options, f"-d {body}"])


def _replaced(message: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """With other values at the beginning of the event."""
    if not _places(message):
        return {**values, **{name: value for name, value in message.items() if name not in values}}
    entity = _replaced(message["body"]["xdmEntity"], values)
    return {**message, "body": {**message["body"], "xdmEntity": entity}}


_IN_PYTHON = {"_id": "str(uuid.uuid4())", "timestamp": "datetime.now(timezone.utc).isoformat()"}


def _python(url: str, headers: Mapping[str, str], message: Mapping[str, Any]) -> str:
    # As text, not as a literal of Python: true and null are names there that do not exist.
    place = "".join(f'["{name}"]' for name in _places(message))
    renewed = "".join(f'body{place}["{name}"] = {_IN_PYTHON[name]}\n' for name in _new(message))
    text = _text(message).replace("'''", r"\u0027" * 3)
    return (
        "import json\nimport urllib.request\nimport uuid\nfrom datetime import datetime, timezone\n\n"
        f"body = json.loads(r'''{text}''')\n"
        f"{renewed}\n"
        "request = urllib.request.Request(\n"
        f"    {url!r},\n"
        "    data=json.dumps(body).encode(),\n"
        f"    headers={dict(headers)!r},\n"
        ")\n"
        "with urllib.request.urlopen(request, timeout=10) as answer:\n"
        "    print(answer.status, answer.read().decode())"
    )


_IN_JAVASCRIPT = {"_id": "crypto.randomUUID()", "timestamp": "new Date().toISOString()"}


def _javascript(url: str, headers: Mapping[str, str], message: Mapping[str, Any]) -> str:
    place = "".join(f".{name}" for name in _places(message))
    renewed = "".join(f"body{place}.{name} = {_IN_JAVASCRIPT[name]};\n" for name in _new(message))
    return (
        f"const body = {_text(message)};\n"
        f"{renewed}\n"
        f"const answer = await fetch({json.dumps(url)}, {{\n"
        '  method: "POST",\n'
        f"  headers: {json.dumps(headers)},\n"
        "  body: JSON.stringify(body),\n"
        "});\n"
        "console.log(answer.status, await answer.json());"
    )


_LANGUAGES: Mapping[str, Callable[[str, Mapping[str, str], Mapping[str, Any]], str]] = {
    "curl": _curl,
    "Python": _python,
    "JavaScript": _javascript,
}

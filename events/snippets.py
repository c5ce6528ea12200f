"""Ready-to-copy requests that send one event."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

_HEADERS = {"Authorization": "Bearer YOUR-KEY", "Content-Type": "application/json"}


def snippets(url: str, message: Mapping[str, Any], *, authenticated: bool) -> dict[str, str]:
    """The request as curl, Python and JavaScript, by name."""
    headers = {name: value for name, value in _HEADERS.items() if authenticated or name != "Authorization"}
    body = json.dumps(message, indent=2, ensure_ascii=False)
    return {name: write(url, headers, body) for name, write in _LANGUAGES.items()}


def _curl(url: str, headers: Mapping[str, str], body: str) -> str:
    options = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    return " \\\n  ".join([f"curl -X POST {shlex.quote(url)}", *options, f"-d {shlex.quote(body)}"])


def _python(url: str, headers: Mapping[str, str], body: str) -> str:
    # As text, not as a literal of Python: true and null are names there that do not exist.
    return (
        "import requests\n\n"
        f"body = r'''{body}'''\n\n"
        f"answer = requests.post({url!r}, data=body.encode(), headers={dict(headers)!r}, timeout=10)\n"
        "print(answer.status_code, answer.text)"
    )


def _javascript(url: str, headers: Mapping[str, str], body: str) -> str:
    return (
        f"const body = {body};\n\n"
        f"const answer = await fetch({json.dumps(url)}, {{\n"
        '  method: "POST",\n'
        f"  headers: {json.dumps(headers)},\n"
        "  body: JSON.stringify(body),\n"
        "});\n"
        "console.log(answer.status, await answer.json());"
    )


_LANGUAGES: Mapping[str, Callable[[str, Mapping[str, str], str], str]] = {
    "curl": _curl,
    "Python": _python,
    "JavaScript": _javascript,
}

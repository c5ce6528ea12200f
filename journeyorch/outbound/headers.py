"""Which headers a request may carry (RFC 9110, § 5): asked when one is written down and when it is sent."""

from __future__ import annotations

import re

from journeyorch.phrases import phrase, sentence

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# What frames the message or steers the connection is ours to set.
OWN_HEADERS = frozenset(
    (
        *("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive"),
        *("proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)

_OURS = sentence("The header {name} is set by Journeyorch itself. Remove it.")
_CONTROLS = sentence("The value of the header {name} holds a line break or another control character.")


def header_problem(name: str, value: str) -> str | None:
    """Why this header cannot be sent, as a sentence, or None."""
    if not _TOKEN.fullmatch(name):
        return phrase("A header name may hold only letters, digits and !#$%&'*+.^_`|~-.")
    if name.lower() in OWN_HEADERS:
        return _OURS(name=name)
    if _CONTROL.search(value):
        return _CONTROLS(name=name)
    return None

"""An email in a frame of a page: foreign markup that is shut in, and whose links open beside the page.

In its frame the target of a link would be refused, and nothing be left of the email.
"""

from __future__ import annotations

import re

#: What the frame may do besides showing it, for ``sandbox`` of the element and of the policy.
SANDBOX = ("allow-popups", "allow-popups-to-escape-sandbox")
#: It runs nothing, loads nothing, and counts as a site of its own.
POLICY = {
    "sandbox": [*SANDBOX],
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
}
_DOCTYPE = re.compile(r"\s*(<!doctype[^>]*>)?", re.IGNORECASE)
_NEW_TAB = '<base target="_blank">'


def framed(markup: str) -> str:
    """The email with links for a new tab. The first base counts, and nothing stands before a doctype."""
    found = _DOCTYPE.match(markup)
    start = found.end() if found else 0
    return markup[:start] + _NEW_TAB + markup[start:]

"""The links of one message, and the rewriting of those in its HTML. Pure but for the signing key.

A link in a template may say more of itself: ``data-label="Booking"`` names it in the history, and
``data-track="off"`` leaves it as it is. Links to the preferences and to the page in the browser have
categories of their own, ``data-category="unsubscribe"`` and ``"mirror"``: they are no clicks.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import NamedTuple
from uuid import UUID

from actions.tracking.signed import Purpose, sign

# Bytes of a URL in a message; longer ones stay untracked, because no server would take the link.
_MAX_URL = 4000
_LINK = re.compile(r"<a(?=\s)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_OWN_ATTRIBUTES = re.compile(
    r"\sdata-(?:label|category|track)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE
)
_NO_CLICKS = frozenset({"unsubscribe", "mirror"})
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


class Links(NamedTuple):
    """The addresses that belong to one message; ``base`` is the product's own, without a slash at the end."""

    base: str
    message_id: UUID

    def preferences(self, *, sandbox_id: int, kind: str, address: str, profile_id: int | None) -> str:
        """Where the person says what they want to get; also takes the one click of RFC 8058."""
        signed = sign(Purpose.PREFERENCES, self.message_id, sandbox_id, kind, address, profile_id)
        return f"{self.base}/m/{Purpose.PREFERENCES}/{signed}"

    def mirror(self) -> str:
        """The message as a page of the browser."""
        return f"{self.base}/m/{Purpose.MIRROR}/{sign(Purpose.MIRROR, self.message_id)}"

    def pixel(self) -> str:
        """A picture that tells when the message is opened, as HTML."""
        url = f"{self.base}/m/{Purpose.OPEN}/{sign(Purpose.OPEN, self.message_id)}"
        return f'<img src="{url}" width="1" height="1" alt="" border="0">'

    def callback(self, channel_id: int) -> str:
        """Where a provider may tell what becomes of the message."""
        token = sign(Purpose.CALLBACK, self.message_id, channel_id)
        return f"{self.base}/m/{Purpose.CALLBACK}/{channel_id}/{token}"

    def click(self, url: str, label: str = "") -> str:
        """A link that is recorded and leads to ``url``, which is signed: nobody else's go through us."""
        return f"{self.base}/m/{Purpose.CLICK}/{sign(Purpose.CLICK, self.message_id, url, label)}"


def with_tracked_links(html: str, links: Links) -> str:
    """The same HTML with each web link leading through us; what was said to us in it is taken out."""
    return _LINK.sub(lambda found: _tracked(found.group(), links), html)


def with_pixel(html: str, links: Links) -> str:
    """The same HTML with the picture at its end."""
    ends = list(_BODY_END.finditer(html))
    at = ends[-1].start() if ends else len(html)
    return html[:at] + links.pixel() + html[at:]


def without_marks(html: str) -> str:
    """The same HTML without what templates say of their links."""
    return _LINK.sub(lambda found: _OWN_ATTRIBUTES.sub("", found.group()), html)


def _tracked(tag: str, links: Links) -> str:
    said = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag)}
    tag, url = _OWN_ATTRIBUTES.sub("", tag), said.get("href", "").strip()
    if not is_trackable(url, links) or said.get("data-track", "").lower() == "off":
        return tag
    if said.get("data-category", "").lower() in _NO_CLICKS:
        return tag
    href = escape(links.click(url, said.get("data-label", "")[:200]))
    # A function, because a URL is no pattern.
    return _ATTRIBUTE.sub(lambda each: f' href="{href}"' if each[1].lower() == "href" else each.group(), tag)


def is_trackable(url: str, links: Links) -> bool:
    """Whether a link leads to the web, and not to a page of ours."""
    begins = url[:8].lower().startswith(("http://", "https://"))
    return begins and len(url.encode()) <= _MAX_URL and not url.startswith(f"{links.base}/m/")

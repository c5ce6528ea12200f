"""A rendered message with its links: tracked, and with the ways back that belong to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from actions.tracking.links import Links, is_trackable, with_pixel, with_tracked_links, without_marks


class Tracking(NamedTuple):
    """What a channel follows of its messages."""

    opens: bool = True
    clicks: bool = True


def dressed(parts: Mapping[str, str], links: Links | None, tracking: Tracking) -> dict[str, str]:
    """The parts as they are sent; without an address of ours, nothing is tracked."""
    html, tap = parts.get("html", ""), parts.get("link", "")
    if tap and links and tracking.clicks and is_trackable(tap, links):
        return {**parts, "link": links.click(tap, "tap")}
    if not html:
        return dict(parts)
    html = with_tracked_links(html, links) if links and tracking.clicks else without_marks(html)
    if links and tracking.opens:
        html = with_pixel(html, links)
    return {**parts, "html": html}


def as_page(html: str, links: Links) -> str:
    """A sent message for the browser: looking at it there is no opening of the message."""
    return html.replace(links.pixel(), "")

"""Segment's analytics.js, @segment/analytics-next, as it is published, in a browser, sending here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from events.models import ReceivedEvent
from tests.browser import PageProblems
from tests.clients.conftest import HOST, KEY, Shop, Storage, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# Where to send to, it asks the address that it is told to get its settings from.
LOAD = """async (host, writeKey) => {
    window.analytics = AnalyticsNext.AnalyticsBrowser.load({writeKey, cdnURL: `https://${host}`});
    await window.analytics;
}"""
IDENTIFY = """() => window.analytics.identify("u1", {email: "Jane@Example.com", firstName: "Jane"})"""
ORDER = """(...totals) => totals.map(total => window.analytics.track("Order Completed", {total}))"""


def test_a_visitor_of_the_shop_enters_the_journey(
    npm_package: Callable[[str], Path],
    visit: Callable[..., Visit],
    shop: Shop,
    storage: Storage,
    page_problems: PageProblems,
) -> None:
    shop.begin_with_orders(namespace="CRMID")
    page_problems.expect("429|503")
    shopping = visit(npm_package("@segment/analytics-next") / "dist" / "umd" / "index.js")
    shopping.run(LOAD, HOST, KEY)
    shopping.answered(200, "/v1/i", IDENTIFY)
    shopping.answered(200, "/v1/t", ORDER, 12.5)

    # The storage fails, and then there are too many in a second: the library keeps the events, comes again.
    storage.refuse(503)
    shopping.answered(503, "/v1/t", ORDER, 25)
    shopping.until(lambda: ReceivedEvent.objects.count() == 3)
    with shop.at_most(1):
        shopping.answered(429, "/v1/t", ORDER, 1, 2, 3)
        shopping.until(lambda: ReceivedEvent.objects.count() == 6)

    shop.handle()
    assert shop.inside() == ["u1"]
    jane = shop.person("CRMID", "u1")
    assert shop.person("Email", "jane@example.com") == jane
    assert jane.attributes["person"] == {"name": {"firstName": "Jane"}}
    totals = [event["commerce"]["order"]["priceTotal"] for event in shop.history(jane)]
    assert sorted(totals) == [1, 2, 3, 12.5, 25]

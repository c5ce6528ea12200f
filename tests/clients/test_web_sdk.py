"""The Edge Network's web SDK, @adobe/alloy, as it is published, in a browser, sending here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from events.models import ReceivedEvent
from tests.browser import PageProblems
from tests.clients.conftest import HOST, KEY, ORGANIZATION, Shop, Storage, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# The SDK takes its commands from a queue that the page makes before it is loaded.
LOAD = """
window.__alloyNS = ["alloy"];
window.alloy = (...command) => new Promise((done, failed) => window.alloy.q.push([done, failed, command]));
window.alloy.q = [];
"""
CONFIGURE = """(edgeDomain, datastreamId, orgId) => window.alloy("configure", {
    edgeDomain, datastreamId, orgId, thirdPartyCookiesEnabled: false, defaultConsent: "pending",
})"""
CONSENT = """() => window.alloy("setConsent", {consent: [
    {standard: "Adobe", version: "2.0", value: {collect: {val: "y"}, marketing: {email: {val: "n"}}}},
]})"""
ORDER = """(...totals) => { window.sent = Promise.all(totals.map(priceTotal => window.alloy("sendEvent", {
    xdm: {
        eventType: "commerce.purchases",
        commerce: {purchases: {value: 1}, order: {priceTotal}},
        identityMap: {Email: [{id: "Jane@Example.com", primary: false}]},
    },
    data: {basket: 3},
}))) }"""
LEAVE = """() => window.alloy("sendEvent", {
    documentUnloading: true, xdm: {eventType: "web.webinteraction.linkClicks"},
})"""
ECID = """async () => (await window.alloy("getIdentity", {namespaces: ["ECID"]})).identity.ECID"""


def test_a_visitor_of_the_shop_enters_the_journey(
    npm_package: Callable[[str], Path],
    visit: Callable[..., Visit],
    shop: Shop,
    storage: Storage,
    page_problems: PageProblems,
) -> None:
    shop.begin_with_orders(namespace="Email")
    page_problems.expect("429|503")
    shopping = visit(npm_package("@adobe/alloy") / "dist" / "alloy.min.js", before=LOAD)
    shopping.run(CONFIGURE, HOST, KEY, ORGANIZATION)

    # Nothing is sent before the visitor has agreed, which our answer to the consent tells the SDK.
    shopping.run(ORDER, 12.5)
    assert shopping.answers == []
    shopping.run(CONSENT)
    shopping.run("() => window.sent")
    ecid = shopping.run(ECID)

    # The storage fails, and then there are too many in a second: the SDK keeps the events and comes again.
    storage.refuse(503)
    shopping.answered(503, "/interact", ORDER, 25)
    shopping.run("() => window.sent")
    with shop.at_most(1):
        shopping.answered(429, "/interact", ORDER, 1, 2, 3)
        shopping.run("() => window.sent")

    # The next page knows the visitor by the cookie that we had the SDK set, and that the browser shows us.
    shopping.page.reload()
    shopping.run(CONFIGURE, HOST, KEY, ORGANIZATION)
    assert shopping.run(ECID) == ecid
    shopping.run(LEAVE)
    shopping.until(lambda: ReceivedEvent.objects.count() == 7)

    assert shopping.answers[:4] == [
        ("/ee/v1/privacy/set-consent", 200),
        ("/ee/v1/interact", 200),
        ("/ee/v1/interact", 503),
        ("/ee/v1/interact", 200),
    ]
    shop.handle()
    assert shop.inside() == ["jane@example.com"]
    jane = shop.person("Email", "jane@example.com")
    assert shop.person("ECID", ecid) == jane
    assert jane.attributes["consents"] == {"collect": {"val": "y"}, "marketing": {"email": {"val": "n"}}}
    *orders, click = shop.history(jane)
    assert sorted(order["commerce"]["order"]["priceTotal"] for order in orders) == [1, 2, 3, 12.5, 25]
    assert click["eventType"] == "web.webinteraction.linkClicks"

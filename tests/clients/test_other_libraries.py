"""The browser libraries of PostHog and RudderStack, as they are published, sending here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from events.models import ReceivedEvent
from tests.clients.conftest import HOST, KEY, Shop, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# What is configured before posthog-js is loaded: that our browser is no robot to be passed over, and that
# there are no feature flags to ask for.
POSTHOG = f"""
window.posthog = Object.assign([], {{__SV: 1, _i: [["{KEY}", {{
    api_host: "https://{HOST}", advanced_disable_flags: true, opt_out_useragent_filter: true,
}}]]}});
"""
POSTHOG_ORDER = """() => {
    posthog.identify("anna", {email: "anna@example.com"});
    posthog.capture("Order Completed", {total: 12});
}"""
RUDDERSTACK_ORDER = """(host, writeKey) => {
    const library = new window.rudderanalytics.RudderAnalytics();
    library.load(writeKey, `https://${host}`, {configUrl: `https://${host}`});
    library.identify("ben", {email: "ben@example.com"});
    library.track("Order Completed", {total: 3});
}"""


def test_visitors_enter_the_journey(
    npm_package: Callable[[str], Path], visit: Callable[..., Visit], shop: Shop
) -> None:
    shop.begin_with_orders(namespace="CRMID")

    posthog = visit(npm_package("posthog-js") / "dist" / "array.full.no-external.js", before=POSTHOG)
    posthog.run(POSTHOG_ORDER)
    posthog.until(lambda: orders() == 1)
    bundle = Path("dist/npm/modern/bundled/umd/index.js")
    rudderstack = visit(npm_package("@rudderstack/analytics-js") / bundle)
    rudderstack.run(RUDDERSTACK_ORDER, HOST, KEY)
    rudderstack.until(lambda: orders() == 2)
    rudderstack.until(lambda: len(rudderstack.answers) == 2)

    shop.handle()
    assert shop.inside() == ["anna", "ben"]
    for name in ("anna", "ben"):
        assert shop.person("Email", f"{name}@example.com") == shop.person("CRMID", name)


def orders() -> int:
    return ReceivedEvent.objects.filter(body__contains="Order Completed").count()

"""What a shop's server does with PostHog's library: python send_posthog.py ADDRESS KEY."""

import sys

from posthog import Posthog

address, key = sys.argv[1:3]
posthog = Posthog(key, host=address)
posthog.set(distinct_id="posthog", properties={"email": "posthog@example.com", "firstName": "Pat"})
posthog.capture("Order Completed", distinct_id="posthog", properties={"total": 12.5})
posthog.shutdown()

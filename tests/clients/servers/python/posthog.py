"""posthog for Python: sends from a queue, and waits at least as Retry-After says."""

import sys

from posthog import Posthog

address, key, person = sys.argv[1:]
client = Posthog(key, host=address)
client.set(distinct_id=person, properties={"email": f"{person}@example.com", "firstName": "Jane"})
client.capture("Order Completed", distinct_id=person, properties={"total": 12.5})
client.shutdown()

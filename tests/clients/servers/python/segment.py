"""segment-analytics-python: sends from a queue, and waits as Retry-After says."""

import sys

from segment.analytics.client import Client

address, key, person = sys.argv[1:]
client = Client(key, host=address)
client.identify(person, {"email": f"{person}@example.com", "firstName": "Jane"})
client.track(person, "Order Completed", {"total": 12.5})
client.flush()
client.join()

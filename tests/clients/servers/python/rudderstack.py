"""rudder-sdk-python: sends from a queue, packed, and waits longer each time, whatever Retry-After says."""

import sys

from rudderstack.analytics.client import Client

address, key, person = sys.argv[1:]
client = Client(key, host=address)
client.identify(person, {"email": f"{person}@example.com", "firstName": "Jane"})
client.track(person, "Order Completed", {"total": 12.5})
client.flush()
client.join()

"""customerio for Python: sends at once, always by https, and waits as Retry-After says."""

import sys

from customerio import CustomerIO

address, key, person = sys.argv[1:]
host, _, port = address.rpartition(":")
with CustomerIO("any-site", key, host=host, port=int(port)) as client:
    client.identify(person, email=f"{person}@example.com", first_name="Jane")
    client.track(person, "Order Completed", {"total": 12.5}, id=f"order-of-{person}")

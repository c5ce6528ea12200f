"""cloudevents for Python writes and reads events; sending them, and again, is left to the application."""

import sys
import time

import requests
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

address, key, person = sys.argv[1:]
inlet = person
attributes = {"source": "urn:shop", "type": "commerce.purchases", "subject": person}
event = to_structured_event(CloudEvent(attributes, {"total": 12.5}))
headers = {**event.headers, "Authorization": f"Bearer {key}"}


def send() -> requests.Response:
    return requests.post(f"{address}/events/cloudevents/{inlet}", event.body, headers=headers, timeout=60)


while not (answer := send()).ok:
    print(answer.status_code)
    time.sleep(int(answer.headers["Retry-After"]))

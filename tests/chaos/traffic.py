"""A client that sends until it is answered: what was acknowledged must never be lost."""

from __future__ import annotations

import http.client
import threading
import time
from typing import Any

import orjson

from tests.chaos.installation import TOKEN, Installation

# The events of a person, in this order.
STORY = ("Lobby", "Restaurant", "Restaurant")
_PAUSE_AFTER_REFUSAL = 0.2


class Traffic:
    """Sends the stories of new people, one event after the other, from a few threads."""

    def __init__(self, one: Installation, *, people_per_second: float, threads: int = 3) -> None:
        self._one = one
        self._every = threads / people_per_second
        self._stopped = threading.Event()
        self.accepted: dict[str, float] = {}  # id of the event → when it was acknowledged
        self.refused = 0
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(threads)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when every story that was begun has been accepted to its end."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "the client could not finish its stories"

    def _run(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._one.port, timeout=60)
        count = 0
        while not self._stopped.wait(self._every):
            count += 1
            person = f"p{number}-{count}"
            for place, name in enumerate(STORY):
                self._send(connection, person, name, id=f"{person}:{place}")

    def _send(self, connection: http.client.HTTPConnection, person: str, name: str, *, id: str) -> None:
        """Again with the same id until it is acknowledged: a repetition is stored once."""
        body = orjson.dumps(message(person, name, id=id))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        while True:
            try:
                connection.request("POST", f"/collection/{self._one.inlet}", body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
            else:
                if 200 <= answer.status < 300:
                    self.accepted[id] = time.monotonic()
                    return
                assert answer.status in (429, 503), f"the web server answered {answer.status}"
            self.refused += 1
            time.sleep(_PAUSE_AFTER_REFUSAL)


def message(person: str, name: str, *, id: str) -> dict[str, Any]:
    entity = {
        "_id": id,
        "timestamp": "2026-03-01T12:00:00Z",
        "eventType": name,
        "amount": 5,
        "identityMap": {"CRMID": [{"id": person, "primary": True}]},
    }
    return {"header": {"imsOrgId": "chaos"}, "body": {"xdmMeta": {}, "xdmEntity": entity}}

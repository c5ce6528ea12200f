"""The reservation system of the demo's hotel: says by a guest's CRM id whether somebody has a room booked.

``GET /reservations?guest=<id>`` gives ``{"guest", "reservation": {"active", "room", "checkIn", "nights"}}``.
The id alone decides, so about half of all guests have a reservation and always the same one.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import orjson

from journeys.demo.web import Answer, Request, Web

_ROOMS = ("Garden Room", "Sea View Room", "Terrace Suite", "Family Suite")
_FIRST_DAY = date(2030, 1, 1)
_MAX_SLOW = 60.0
_MAX_ID = 200


class Trouble(NamedTuple):
    """How the system misbehaves, for tests and demonstrations: seconds it waits, a status it fails with."""

    slow: float = 0.0
    fail: int = 0


NO_TROUBLE = Trouble()


def trouble_in(values: Mapping[str, str], *, slow: str, fail: str) -> Trouble:
    """What the values of these names ask for; what is no number asks for nothing."""
    return Trouble(min(_number(values.get(slow)), _MAX_SLOW), int(_number(values.get(fail))))


def trouble_of_environment(environment: Mapping[str, str]) -> Trouble:
    """DEMO_RESERVATIONS_SLOW (seconds) and DEMO_RESERVATIONS_FAIL (an HTTP status) hold for every request."""
    return trouble_in(environment, slow="DEMO_RESERVATIONS_SLOW", fail="DEMO_RESERVATIONS_FAIL")


def reservation_of(guest: str) -> dict[str, Any]:
    """The guest's reservation, the same in every process and for ever."""
    number = zlib.crc32(guest.encode())
    if number % 2:
        return {"active": False, "room": None, "checkIn": None, "nights": 0}
    return {
        "active": True,
        "room": _ROOMS[number // 2 % len(_ROOMS)],
        "checkIn": (_FIRST_DAY + timedelta(days=number // 8 % 365)).isoformat(),
        "nights": number // 16 % 13 + 1,
    }


class Reservations:
    """The running system; port 0 takes a free one. Use it in a ``with``."""

    def __init__(self, *, port: int = 0, trouble: Trouble = NO_TROUBLE) -> None:
        self._trouble = trouble
        self._web = Web(port, self._answer)

    def __enter__(self) -> Reservations:
        self._web.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._web.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._web.port}"

    def _answer(self, request: Request) -> Answer:
        asked = trouble_in(request.query, slow="slow", fail="fail")
        time.sleep(asked.slow or self._trouble.slow)
        status = asked.fail or self._trouble.fail
        if 400 <= status <= 599:
            return _json(status, {"error": "The system has a problem, because it was asked to have one."})
        return answer_reservation(request)


def answer_reservation(request: Request) -> Answer:
    """The answer without any trouble. Pure."""
    guest = request.query.get("guest", "")
    if request.path != "/reservations":
        return _json(404, {"error": "There is only /reservations here."})
    if request.method not in ("GET", "HEAD"):
        return _json(405, {"error": "Reservations can only be read."})
    if not guest or len(guest) > _MAX_ID:
        return _json(400, {"error": "Name the guest, as in /reservations?guest=crm-1."})
    return _json(200, {"guest": guest, "reservation": reservation_of(guest)})


def _json(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, orjson.dumps(body))


def _number(text: str | None) -> float:
    try:
        number = float(text or 0)
    except ValueError:
        return 0.0
    return number if 0 < number < 1000 else 0.0

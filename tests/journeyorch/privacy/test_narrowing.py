"""The database may leave out rows that do not name a person, and never one that does."""

from __future__ import annotations

import pytest

from journeyorch.access.models import Sandbox
from journeyorch.background.models import BackgroundTask
from journeyorch.privacy.naming import Names
from journeyorch.privacy.narrowing import may_hold

TEXTS = [
    '{"id": "guest-4711"}',
    '{"id": "GUEST-4711 "}',
    '{"page": "https://shop.example/guest-4711/orders"}',
    '{"id": "gu\\u0065st-4711"}',
    '{"CRMID": [{"id": 7}]}',
    '{"id": "guest_4711"}',
    '{"id": "somebody-else"}',
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "left"),
    [("guest-4711", [0, 1, 2, 3]), ("7", [0, 1, 2, 3, 4, 5]), ("gäst", range(7)), ("%", [3])],
)
def test_no_row_that_names_somebody_is_left_out(value: str, left) -> None:
    sandbox = Sandbox.objects.get(name="prod")
    for number, text in enumerate(TEXTS):
        moment = "2026-03-01T12:00:00Z"
        BackgroundTask.objects.create(
            sandbox=sandbox, kind="x", title=str(number), message=text, created_at=moment, not_before=moment
        )
    kept = BackgroundTask.objects.filter(may_hold("message", [value])).order_by("pk")
    assert [int(task.title) for task in kept] == list(left)
    names = Names([("CRMID", value)])
    named = {number for number, text in enumerate(TEXTS) if names.named_in_text(text)}
    assert named <= set(left)

"""People are found by their identities through the unique index, however many there are."""

from __future__ import annotations

import pytest
from django.db import connection

from datasources.models import Profile
from datasources.platform.profiles.people import Needs, load_people
from journeyorch.access.models import Sandbox
from tests.bench import people
from tests.plans import explained

MANY = 1000


@pytest.fixture(params=["without statistics", "with statistics"])
def crowd(db: None, request: pytest.FixtureRequest) -> int:
    """The id of a sandbox with many people."""
    sandbox: int = Sandbox.objects.get(name="prod").pk
    first = (Profile.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    people.fill(sandbox, first=first, last=first + MANY - 1)
    if request.param == "with statistics":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return sandbox


@pytest.mark.parametrize("count", [1, 200])
def test_a_look_up_by_identity_probes_the_unique_index(crowd: int, count: int) -> None:
    numbers = Profile.objects.order_by("pk").values_list("pk", flat=True)[:count]
    names = [(people.NAMESPACE, people.name_of(number)) for number in numbers]

    with explained() as plans:
        found = load_people(crowd, names, Needs(attributes=True))

    assert set(found) == set(names)
    text = "\n".join(plans)
    assert "identity_unique" in text or "sandbox_id=? AND namespace=? AND value=?" in text, text
    scans = ("Seq Scan on datasources", "SCAN t")
    assert not [line for line in text.splitlines() if line.strip().startswith(scans)], text

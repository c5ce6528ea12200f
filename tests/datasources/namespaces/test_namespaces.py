"""Which namespaces there are, and when two identities are the same one (technical.md, Namespaces)."""

from __future__ import annotations

import pytest

from datasources.models import Namespace
from datasources.platform.namespaces.canonical import canonical
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.namespaces.standard import STANDARD
from journeyorch.access.models import Sandbox

KINDS = {
    "ECID": "cookie",
    "Email": "email",
    "Email_LC_SHA256": "email",
    "Phone": "phone",
    "Phone_SHA256": "phone",
    "CRMID": "cross-device",
    "IDFA": "device",
    "GAID": "device",
    "AdCloud": "cookie",
    "CORE": "cookie",
    "TNTID": "cookie",
    "WAID": "device",
    "APNS": "mobile",
    "FCM": "mobile",
}


def test_the_standard_ones_are_there_with_their_kinds() -> None:
    assert {code: info.kind for code, info in STANDARD.items() if code in KINDS} == KINDS
    assert all(info.standard and info.identifies_people for info in STANDARD.values())
    assert set(KINDS.values()) < set(Namespace.Kind.values)


@pytest.mark.django_db
def test_a_sandbox_adds_its_own() -> None:
    sandbox = Sandbox.objects.get(name="prod")
    Namespace.objects.create(sandbox=sandbox, code="Member", name="Member", kind="cross-device")
    Namespace.objects.create(sandbox=sandbox, code="Room", name="Room", kind="non-people")
    Namespace.objects.create(sandbox=sandbox, code="Email", name="Mine", kind="non-people")
    known = namespaces_of(sandbox.pk)

    assert (known["Member"].standard, known["Member"].identifies_people) == (False, True)
    assert not known["Room"].identifies_people
    assert known["Email"] == STANDARD["Email"], "a standard one is not replaced"
    assert "Member" not in namespaces_of(0)


@pytest.mark.parametrize(
    ("namespace", "value", "form"),
    [
        ("Email", " Ada@Example.COM ", "ada@example.com"),
        ("CRMID", " Ada ", " Ada "),
        ("Email_LC_SHA256", "ABC", "ABC"),
        ("Phone", "+43 1", "+43 1"),
        ("Member", "A", "A"),
    ],
)
def test_only_email_addresses_are_compared_without_case(namespace: str, value: str, form: str) -> None:
    assert canonical(namespace, value) == form

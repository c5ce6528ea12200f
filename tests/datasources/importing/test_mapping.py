"""What columns of a file are taken for, by their names."""

from __future__ import annotations

import pytest

from datasources.platform.profiles.importing.mapping import propose

TYPES = {
    "person.name.firstName": "string",
    "person.birthDate": "dateOnly",
    "personalEmail.address": "string",
    "mobilePhone.number": "string",
    "loyalty.points": "integer",
    "_hotel.points": "integer",
    "visits": "integer",
}
NAMESPACES = ("CRMID", "Email", "Email_LC_SHA256", "Phone")


@pytest.mark.parametrize(
    ("name", "path", "namespace"),
    [
        ("person.name.firstName", "person.name.firstName", ""),
        ("First name", "person.name.firstName", ""),
        ("loyalty_points", "loyalty.points", ""),
        ("points", "loyalty.points", ""),
        ("hotel points", "_hotel.points", ""),
        (" VISITS ", "visits", ""),
        ("E-Mail", "personalEmail.address", "Email"),
        ("email-lc-sha256", "", "Email_LC_SHA256"),
        ("customer id", "", "CRMID"),
        ("CRMID", "", "CRMID"),
        ("mobile", "mobilePhone.number", ""),
        ("phone", "mobilePhone.number", "Phone"),
        ("Birthday", "person.birthDate", ""),
        ("other", "", ""),
        ("-", "", ""),
    ],
)
def test_a_column_is_proposed_by_its_name(name: str, path: str, namespace: str) -> None:
    (column,) = propose([name], TYPES, NAMESPACES)
    assert (column.path, column.namespace, column.primary) == (path, namespace, bool(namespace))


def test_no_two_columns_go_to_one_field_and_the_first_that_names_people_is_primary() -> None:
    columns = propose(["mail", "E-Mail", "customer"], TYPES, NAMESPACES)
    assert [column.path for column in columns] == ["personalEmail.address", "", ""]
    assert [column.primary for column in columns] == [True, False, False]


def test_what_the_schema_and_the_sandbox_do_not_know_is_not_proposed() -> None:
    (column,) = propose(["E-Mail"], {"visits": "integer"}, ["CRMID"])
    assert (column.path, column.namespace) == ("", "")

"""People by the million, for benches: profiles, identities and experience events, filled in bulk SQL."""

from __future__ import annotations

from django.db import connection

#: The namespace of ``name_of``; everybody is known by an email address as well.
NAMESPACE = "CRMID"

_TIER = "CASE WHEN n % 10 = 0 THEN 'gold' ELSE 'grey' END"
_TYPE = "CASE WHEN n % 10 = 0 THEN 'buy' ELSE 'view' END"


def name_of(number: int) -> str:
    """The identity of person number ``number``."""
    return f"person-{number}"


def fill(sandbox_id: int, *, first: int, last: int, events: int = 0) -> None:
    """People with these numbers, both included, which are also the ids of their profiles.

    Every tenth is a gold member, and the types of that person's ``events`` say "buy" instead of "view".
    """
    statements = [
        _profiles(sandbox_id),
        _identities(sandbox_id, NAMESPACE, "'person-' || n"),
        _identities(sandbox_id, "Email", "n || '@people.example'"),
        *(_events(sandbox_id, number) for number in range(events)),
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(f"{statement} FROM {_numbers(first, last)}")
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT setval('datasources_profile_id_seq', {last})")


def _numbers(first: int, last: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series({first}, {last}) AS s(n)"
    counted = f"SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}"
    return f"(WITH RECURSIVE s(n) AS ({counted}) SELECT n FROM s)"


def _profiles(sandbox_id: int) -> str:
    attributes = _object(
        loyalty=_object(tier=_TIER, points="n % 1000"),
        person=_object(name=_object(firstName="'Zoe'", lastName="'Somebody'"), birthYear="1940 + n % 70"),
        homeAddress=_object(city="'Vienna'", postalCode="'1010'", countryCode="'AT'"),
    )
    return (
        "INSERT INTO datasources_profile"
        " (id, sandbox_id, attributes, attribute_times, test_profile, version, created_at, updated_at)"
        f" SELECT n, {sandbox_id}, {attributes}, '{{}}', false, 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP"
    )


def _identities(sandbox_id: int, namespace: str, value: str) -> str:
    return (
        "INSERT INTO datasources_identity (sandbox_id, namespace, value, profile_id, seen_at)"
        f" SELECT {sandbox_id}, '{namespace}', {value}, n, CURRENT_TIMESTAMP"
    )


def _events(sandbox_id: int, number: int) -> str:
    data = _object(eventType=_TYPE, timestamp=_in_text(), amount="12.5", place=_object(city="'Vienna'"))
    return (
        "INSERT INTO datasources_experienceevent"
        " (sandbox_id, profile_id, source, event_type, timestamp, data)"
        f" SELECT {sandbox_id}, n, 'bench:{number}:' || n, {_TYPE}, CURRENT_TIMESTAMP, {data}"
    )


def _object(**fields: str) -> str:
    build = "jsonb_build_object" if connection.vendor == "postgresql" else "json_object"
    pairs = (f"'{name}', {value}" for name, value in fields.items())
    return f"{build}({', '.join(pairs)})"


def _in_text() -> str:
    if connection.vendor == "postgresql":
        return """to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"

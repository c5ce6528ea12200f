"""Rows that may name a person, told by the database; whether they do is for ``naming`` to say."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q


def may_hold(field: str, values: Iterable[str]) -> Q:
    """Rows whose text ``field`` may hold one of the values: no row that names the person is left out.

    JSON may write any character in another way, behind a backslash, and what is upper and lower case beyond
    ASCII is not the same to every database: such texts and values are looked at one by one.
    """
    wanted = [value.strip() for value in values]
    if not all(value.isascii() for value in wanted):
        return Q()
    held = Q(**{f"{field}__contains": "\\"})
    for value in wanted:
        held |= Q(**{f"{field}__icontains": value})
    return held

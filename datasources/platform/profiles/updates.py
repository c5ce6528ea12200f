"""Changing one person's attributes, outside of waves: the API, imports, the profile page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from datasources.platform.profiles.attributes import Attributes, rewritten, stamp, with_values
from datasources.platform.profiles.changes import Changes, Content, Stale, json_text, write
from datasources.platform.profiles.feed import Touch
from datasources.platform.profiles.models import Profile
from datasources.platform.profiles.people import Root, load_attributes, load_roots
from datasources.platform.segments.store import look_again
from journeyorch import bulk


def set_attributes(
    profile: Profile, values: Mapping[str | tuple[str, ...], Any], at: datetime, *, source: str = ""
) -> None:
    """Set attributes by path (``"person.name.firstName"``, or names in a tuple); objects are merged.

    ``source`` says who wrote, as ``attributes.stamp`` has it. What was written later than ``at`` stays.
    If the profile was merged into another one, that one is changed.
    Raises ``ValueError`` for an impossible path or value, ``Profile.DoesNotExist`` if the person is gone.
    """
    json_text(list(values.values()))
    for lock in (False, False, True):
        try:
            _change(profile, lambda old: with_values(old, values, stamp(at, source=source)), at, lock=lock)
        except Stale:
            continue
        return
    # With the lock nobody can have been faster.
    raise AssertionError("A locked profile was changed by somebody else.")


def rewrite_attributes(profile: Profile, values: Mapping[str, Any], at: datetime) -> None:
    """Replace all attributes by ``values``, as somebody edited them.

    Raises ``Stale`` if the profile is no longer what the editor saw (``profile.version``), so that nothing
    that came meanwhile is overwritten; ``ValueError`` for what cannot be stored.
    """
    json_text(values)
    _change(
        profile, lambda old: rewritten(old, values, stamp(at, source="edit")), at, version=profile.version
    )


def _change(
    profile: Profile,
    decide: Callable[[Attributes], Attributes],
    at: datetime,
    *,
    lock: bool = False,
    version: int | None = None,
) -> None:
    with transaction.atomic():
        root = load_roots([profile.pk], lock=lock).get(profile.pk)
        if root is None:
            raise Profile.DoesNotExist(f"Profile {profile.pk} does not exist any more.")
        if version is not None and (root.profile_id, root.version) != (profile.pk, version):
            raise Stale
        before = load_attributes([root.profile_id])[root.profile_id]
        after = decide(before)
        if after != before:
            write(_rewrite(profile.sandbox_id, root, after, at))
            look_again(profile.sandbox_id, [root.profile_id], bulk.database_now(), touched=Touch.ATTRIBUTES)


def _rewrite(sandbox_id: int, root: Root, attributes: Attributes, at: datetime) -> Changes:
    flag = attributes.values.get("testProfile")
    test_profile = flag if isinstance(flag, bool) else root.test_profile
    return Changes(
        sandbox_id=sandbox_id,
        at=at,
        versions={root.profile_id: root.version},
        updated=[Content(root.profile_id, attributes, test_profile)],
    )

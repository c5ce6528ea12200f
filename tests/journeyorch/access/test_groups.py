"""The ready-made groups: what they may, and that they are an administrator's own afterwards."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models.signals import post_migrate

from journeyorch.access.groups import LIMITED, READY_MADE, STANDARD, TECHNICAL
from journeyorch.access.models import GroupOffer, User

pytestmark = pytest.mark.django_db


def member(name: str) -> User:
    user = User.objects.create_user(f"of {name}")
    user.groups.add(Group.objects.get(name=name))
    return user


def migrated() -> None:
    last = list(apps.get_app_configs())[-1]
    post_migrate.send(last, app_config=last, verbosity=0, interactive=False, using="default")


def test_every_permission_that_is_named_exists() -> None:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    existing = {f"{app}.{codename}" for app, codename in rows}
    for group in READY_MADE:
        assert group.permissions <= existing, group.name
        assert group.apps <= {app for app, _ in rows}, group.name


@pytest.mark.parametrize(
    ("group", "may", "may_not"),
    [
        (LIMITED, "journeys.view_journey", "journeys.change_journey datasources.view_profile"),
        (
            STANDARD,
            "journeys.publish_journey actions.add_messagetemplate datasources.view_profile events.view_event",
            "journeys.change_timeout events.change_event access.change_user datasources.delete_profile",
        ),
        (
            TECHNICAL,
            "events.change_event datasources.change_profile actions.add_channel journeys.view_journey",
            "journeys.change_journey journeys.publish_journey access.change_user",
        ),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)
def test_who_is_in_a_ready_made_group_may_what_its_name_says(group, may: str, may_not: str) -> None:
    user = member(group.name)
    assert user.has_perms(may.split())
    assert not any(map(user.has_perm, may_not.split()))


def test_a_group_that_was_changed_stays_as_it_is_and_a_missing_one_comes_back() -> None:
    Group.objects.get(name=STANDARD.name).permissions.clear()
    Group.objects.get(name=TECHNICAL.name).delete()
    migrated()
    assert not Group.objects.get(name=STANDARD.name).permissions.exists()
    assert Group.objects.get(name=TECHNICAL.name).permissions.exists()


def test_a_permission_that_a_later_release_brings_is_given_once() -> None:
    group = Group.objects.get(name=STANDARD.name)
    brought, taken_away = (
        Permission.objects.get(codename=codename) for codename in ("publish_journey", "add_messagetemplate")
    )
    group.permissions.remove(brought, taken_away)
    GroupOffer.objects.filter(group=group, permission=brought).delete()  # as before that release
    migrated()
    assert brought in group.permissions.all()
    assert taken_away not in group.permissions.all()

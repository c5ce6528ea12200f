"""The ready-made groups: each permission is given once, an administrator's to take away afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from journeyorch.access.models import GroupOffer

_VERBS = ("view", "add", "change", "delete")


class ReadyMade(NamedTuple):
    """A group and what it may: permissions as ``app.codename``, or whole apps."""

    name: str
    permissions: frozenset[str]
    apps: frozenset[str] = frozenset()


def _view(*models: str) -> frozenset[str]:
    return frozenset(_named(models, ["view"]))


def _manage(*models: str) -> frozenset[str]:
    return frozenset(_named(models, _VERBS))


def _named(models: Iterable[str], verbs: Iterable[str]) -> Iterator[str]:
    for model in models:
        app, name = model.split(".")
        yield from (f"{app}.{verb}_{name}" for verb in verbs)


_READ_JOURNEYS = _view("journeys.journey")
_READ_CONFIGURATION = _view(
    "actions.action", "actions.channel", "actions.messagetemplate", "datasources.datasource",
    "datasources.fieldgroup", "datasources.namespace", "datasources.profilefieldgroup", "datasources.schema",
    "datasources.segment", "events.event",
)  # fmt: skip

LIMITED = ReadyMade("Limited access user", _READ_JOURNEYS | _view("journeys.report"))
STANDARD = ReadyMade(
    "Standard user",
    _manage("journeys.journey", "journeys.report", "actions.messagetemplate", "datasources.segment")
    | _READ_CONFIGURATION
    | _view("datasources.profile")  # people: personal data
    | {"journeys.publish_journey", "journeys.operate_instance"},
)
TECHNICAL = ReadyMade(
    "Technical user",
    _READ_JOURNEYS | {"journeys.operate_instance", "journeyorch.view_backgroundtask"},
    apps=frozenset({"events", "datasources", "actions", "outbound"}),
)
ADMINISTRATORS = ReadyMade(
    "Administrators",
    frozenset({"axes.view_accessattempt", "axes.delete_accessattempt"}),  # who is locked out
    apps=frozenset(
        {"access", "auth", "journeyorch", "outbound", "datasources", "events", "actions", "journeys"}
    ),
)
READY_MADE = (LIMITED, STANDARD, TECHNICAL, ADMINISTRATORS)


def install_groups(sender: AppConfig, **_: Any) -> None:
    """Receiver of ``post_migrate``: once all apps have their permissions, give each group its new ones.

    A group that is missing is made. What it was given before stays an administrator's to take away.
    """
    if sender is not list(apps.get_app_configs())[-1]:
        return
    create_permissions(sender, verbosity=0)  # Django's own receiver may have its turn only after this one
    for ready_made in READY_MADE:
        with transaction.atomic():
            _give_what_is_new(ready_made)


def _give_what_is_new(ready_made: ReadyMade) -> None:
    group, _made = Group.objects.get_or_create(name=ready_made.name)
    offered = set(GroupOffer.objects.filter(group=group).values_list("permission_id", flat=True))
    new = [permission for permission in permissions_of(ready_made) if permission.pk not in offered]
    group.permissions.add(*new)
    GroupOffer.objects.bulk_create(GroupOffer(group=group, permission=permission) for permission in new)


def permissions_of(ready_made: ReadyMade) -> list[Permission]:
    """The rows of a ready-made group's permissions, as far as they exist."""
    return [
        permission
        for permission in Permission.objects.select_related("content_type")
        if permission.content_type.app_label in ready_made.apps
        or f"{permission.content_type.app_label}.{permission.codename}" in ready_made.permissions
    ]

"""Choosing permissions on pages: only those that something asks for, in a table."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from journeyorch.access.groups import STANDARD
from journeyorch.access.permission_table import offered_permissions
from journeyorch.administration import load_pages

pytestmark = pytest.mark.django_db


def test_permissions_of_the_machinery_are_not_offered() -> None:
    load_pages()
    offered = {f"{one.content_type.app_label}.{one.codename}" for one in offered_permissions()}
    assert {
        "events.add_event", "journeys.view_journey", "journeys.publish_journey", "journeys.operate_instance",
        "journeys.view_report", "datasources.view_profile", "access.view_auditentry", "auth.change_group",
    } <= offered  # fmt: skip
    assert not {
        "journeys.add_lane", "journeys.view_stepcount", "access.add_auditentry", "access.view_preference",
        "auth.add_permission", "sessions.view_session",
    } & offered  # fmt: skip
    assert offered >= STANDARD.permissions


def test_a_group_keeps_what_was_ticked(admin_client: Client) -> None:
    group = Group.objects.create(name="Readers")
    view, publish = (
        Permission.objects.get(codename=codename) for codename in ("view_journey", "publish_journey")
    )
    group.permissions.set([view])
    address = reverse("admin:auth_group_change", args=[group.pk])
    page = admin_client.get(address).text
    boxes = re.findall(r'<input type="checkbox" name="permissions" value="(\d+)"[^>]*?( checked)?>', page)
    assert [value for value, checked in boxes if checked] == [str(view.pk)]
    assert "Can publish, close and stop journeys" in page
    sent = {"name": "Readers", "permissions": [view.pk, publish.pk]}
    assert admin_client.post(address, sent).status_code == 302
    assert set(group.permissions.all()) == {view, publish}

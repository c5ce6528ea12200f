"""A schema of guests, and imports of texts into it."""

from __future__ import annotations

import pytest

from datasources.models import Identity, Profile, Schema
from datasources.platform.profiles.importing.layout import Layout
from datasources.platform.profiles.importing.mapping import Column, Plan
from datasources.platform.profiles.importing.preparing import (
    beginning_of,
    opener,
    prepare,
    proposal,
    spec_of,
)
from journeyorch.access.models import Sandbox
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from journeyorch.background.tasks import release

DOCUMENT = {
    "type": "object",
    "properties": {
        "person": {
            "type": "object",
            "properties": {
                "name": {"type": "object", "properties": {"firstName": {"type": "string", "maxLength": 20}}},
                "birthDate": {"type": "string", "format": "date"},
            },
        },
        "visits": {"type": "integer", "minimum": 0},
        "score": {"type": "number"},
        "member": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "stays": {"type": "array", "items": {"type": "object", "properties": {"room": {"type": "string"}}}},
        "identityMap": {"type": "object"},
    },
}
COLUMNS = (
    Column(name="id", namespace="CRMID", primary=True),
    Column(name="mail", namespace="Email"),
    Column(name="first", path="person.name.firstName"),
    Column(name="visits", path="visits"),
)


@pytest.fixture
def guests(db) -> Schema:
    prod = Sandbox.objects.get(name="prod")
    return Schema.objects.create(sandbox=prod, name="Guests", kind="profile", document=DOCUMENT)


@pytest.fixture
def begin_import(guests):
    """``begin_import("a,b\\n…", columns=…)``: a task that is still to be worked on."""

    def start(text: str | bytes, *, columns=None, name: str = "guests.csv", **layout) -> BackgroundTask:
        data = text.encode() if isinstance(text, str) else text
        task = prepare(guests, name, [data], by=None, most=10**9)
        format = {"csv": "csv", "json": "json"}.get(name.rpartition(".")[2], "jsonl")
        chosen = Layout(**{"format": format, **layout})
        if columns is None:
            plan = proposal(guests, chosen, beginning_of(opener(task.file_id), chosen).names)
        else:
            plan = Plan(layout=chosen, columns=tuple(columns))
        release(task, spec_of(guests, plan))
        return task

    return start


@pytest.fixture
def run_import(begin_import):
    """The same, worked off."""

    def run(*args, **options) -> BackgroundTask:
        task = begin_import(*args, **options)
        while work(owner="test"):
            pass
        task.refresh_from_db()
        return task

    return run


def people() -> dict[str, dict]:
    """Attributes by identity."""
    roots = {one.pk: one.attributes for one in Profile.objects.filter(merged_into=None)}
    return {str(one): roots[one.profile_id] for one in Identity.objects.all() if one.profile_id in roots}


def bad(task: BackgroundTask) -> dict[int, str]:
    return dict(task.lines.order_by("number").values_list("number", "reason"))

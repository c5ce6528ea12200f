"""Records come from files, too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from datasources.models import Profile, Record, Schema
from datasources.platform.profiles.importing.layout import Layout
from datasources.platform.profiles.importing.preparing import (
    beginning_of,
    importable_schemas,
    opener,
    prepare,
    proposal,
    spec_of,
)
from journeyorch.access.models import Sandbox
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from journeyorch.background.tasks import release

PRODUCT = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "title": {"type": "string"}, "price": {"type": "number"}},
}


@pytest.fixture
def products(db: None) -> Schema:
    prod = Sandbox.objects.get(name="prod")
    return Schema.objects.create(
        sandbox=prod, name="Products", kind="record", document=PRODUCT, primary_identity="sku"
    )


def run_import(schema: Schema, text: str) -> BackgroundTask:
    task = prepare(schema, "products.csv", [text.encode()], by=None, most=10**6)
    assert task.file_id is not None
    names = beginning_of(opener(task.file_id), Layout()).names
    release(task, spec_of(schema, proposal(schema, Layout(), names)))
    while work(owner="test"):
        pass
    task.refresh_from_db()
    return task


def test_records_of_a_file_are_stored_by_their_primary_identity(products: Schema) -> None:
    task = run_import(
        products, "sku,title,price\ntea,Tea,3\ncup,Cup,4.5\n,Nothing,1\ntea,Green tea,\nx,,much\n"
    )

    assert (task.state, task.result) == ("done", {"records": 3})
    reasons = dict(task.lines.values_list("number", "reason"))
    assert reasons[4] == "Its primary identity, sku, holds no text."
    assert reasons.keys() == {4, 6}
    stored = {record.key: record.data for record in Record.objects.all()}
    assert stored == {
        "tea": {"sku": "tea", "title": "Green tea"},
        "cup": {"sku": "cup", "title": "Cup", "price": 4.5},
    }
    assert not Profile.objects.exists()


def test_what_was_received_since_the_import_began_stays(products: Schema) -> None:
    task = run_import(products, "sku,title\ntea,Tea\n")
    Record.objects.update(
        data={"sku": "tea", "title": "New"}, received_at=task.created_at + timedelta(hours=1)
    )

    run_import(products, "sku,title\ntea,Tea\n")

    assert Record.objects.get().data["title"] == "New"


def test_files_go_into_schemas_that_something_can_be_found_by(products: Schema) -> None:
    sandbox = products.sandbox
    Schema.objects.create(sandbox=sandbox, name="Loose", kind="record", document=PRODUCT)
    Schema.objects.create(sandbox=sandbox, name="Events", kind="event", document=PRODUCT)
    Schema.objects.create(sandbox=sandbox, name="People", kind="profile", document=PRODUCT)

    assert [one.name for one in importable_schemas([sandbox])] == ["People", "Products"]

"""Importing: all of it or nothing, whatever somebody uploads."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from datasources.models import Component, CustomField, Schema
from datasources.platform.schemas.composing import CannotCompose, library_of, recompose
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.validate import Validator
from datasources.platform.schemas.xdm import files
from datasources.platform.schemas.xdm.bundle import CannotBundle, bundled
from datasources.platform.schemas.xdm.files import Read, TooMuch, read_file, read_path
from datasources.platform.schemas.xdm.importing import import_files, plan_import
from datasources.platform.schemas.xdm.reading import EVENT
from journeyorch.access.models import Sandbox

GEO = "https://ns.adobe.com/xdm/common/geo"


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return Sandbox.objects.get(name="prod")


def group(uri: str = "urn:stay", **properties: Any) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-06/schema#",
        "$id": uri,
        "title": "Stay",
        "type": "object",
        "meta:intendedToExtend": [EVENT],
        "definitions": {"stay": {"properties": {"xdm:stay": {"type": "object", "properties": properties}}}},
        "allOf": [{"$ref": "#/definitions/stay"}],
    }


def reads(*documents: Any) -> list[Read]:
    return [Read(f"{number}.json", document) for number, document in enumerate(documents)]


ROOM = group(**{"xdm:room": {"type": "string", "title": "Room"}, "xdm:place": {"$ref": GEO}})


def composed(sandbox: Sandbox, *groups: str) -> Schema:
    schema = Schema(sandbox=sandbox, name="Stays", kind="event", groups=list(groups), document={})
    recompose(schema)
    schema.save()
    return schema


def test_an_imported_group_is_composed_with_a_built_in_one(sandbox: Sandbox) -> None:
    assert [part.uri for part in import_files(sandbox, reads(ROOM)).created] == ["urn:stay"]
    schema = composed(sandbox, "orchestration", "urn:stay")

    found = {field.path: field.type for field in fields_of(schema.document)}
    assert found["stay.room"] == found["_experience.campaign.orchestration.eventID"] == "string"
    assert found["stay.place._schema.latitude"] == "decimal", (
        "the built-in geo stands in for the published one"
    )
    event = {"_id": "1", "timestamp": "2026-01-01T00:00:00Z", "stay": {"room": 5}}
    assert [each.pointer for each in Validator(schema.document).violations(event)] == ["#/stay/room"]


def test_what_is_there_already_is_told_from_what_is_new(sandbox: Sandbox) -> None:
    import_files(sandbox, reads(ROOM, {"an": "example"}))
    changed = group(**{"xdm:room": {"type": "string"}})
    plan = plan_import(sandbox, reads(changed, group("urn:other"), {"an": "example"}))

    assert [part.uri for part in plan.changed] == ["urn:stay"]
    assert [part.uri for part in plan.created] == ["urn:other"]
    assert (plan.ignored, plan_import(sandbox, reads(ROOM)).unchanged) == (1, 1)
    assert not plan_import(sandbox, reads(ROOM)).possible


def test_schemas_follow_a_piece_that_changes(sandbox: Sandbox) -> None:
    import_files(sandbox, reads(ROOM))
    schema = composed(sandbox, "urn:stay")
    generation = Sandbox.objects.get(pk=sandbox.pk).generation
    more = group(
        **{"xdm:room": {"type": "string"}, "xdm:place": {"$ref": GEO}, "xdm:nights": {"type": "integer"}}
    )
    assert import_files(sandbox, reads(more)).possible

    schema.refresh_from_db()
    assert "stay.nights" in {field.path for field in fields_of(schema.document)}
    assert Sandbox.objects.get(pk=sandbox.pk).generation > generation


def test_a_schema_does_not_lose_fields_by_an_import(sandbox: Sandbox) -> None:
    import_files(sandbox, reads(ROOM))
    composed(sandbox, "urn:stay")
    plan = import_files(sandbox, reads(group(), group("urn:fine")))

    assert [trouble.where for trouble in plan.conflicts] == ["Stays"]
    assert "would lose" in plan.conflicts[0].why
    assert not plan.possible
    assert Component.objects.count() == 1, "nothing is half written"


def test_two_files_with_one_name_must_say_the_same(sandbox: Sandbox) -> None:
    assert import_files(sandbox, reads(ROOM, ROOM)).possible
    plan = import_files(sandbox, reads(group("urn:two"), group("urn:two", a={"type": "string"})))
    assert "also that of 0.json" in plan.conflicts[0].why


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (group(a={"type": "nonsense"}), "not a usable JSON Schema"),
        (group(a={"type": "string", "pattern": "("}), "not a usable JSON Schema"),
        (group(a={"type": "string", "minimum": "x"}), "not a usable JSON Schema"),
    ],
)
def test_what_is_no_schema_keeps_everything_out(sandbox: Sandbox, document: Any, why: str) -> None:
    plan = import_files(sandbox, reads(group("urn:fine"), document))
    assert why in plan.problems[0].why
    assert not Component.objects.exists()


def test_what_refers_to_something_unknown_waits_for_it(sandbox: Sandbox) -> None:
    lacking = group(**{"xdm:ref": {"$ref": "urn:later"}})
    assert "urn:later" in import_files(sandbox, reads(lacking)).incomplete[0].why
    later = {"$id": "urn:later", "type": "string"}
    assert not import_files(sandbox, reads(later, lacking)).incomplete
    assert "stay.ref" in {field.path for field in fields_of(composed(sandbox, "urn:stay").document)}


def test_descriptors_give_friendly_names_and_identities(sandbox: Sandbox) -> None:
    about = {"xdm:sourceSchema": "urn:stay", "xdm:sourceProperty": "/xdm:stay/xdm:room"}
    friendly = {**about, "@type": "xdm:alternateDisplayInfo", "xdm:title": {"en_us": "Door"}}
    identity = {**about, "@type": "xdm:descriptorIdentity", "xdm:namespace": "CRMID", "xdm:isPrimary": False}
    import_files(sandbox, reads(ROOM))
    schema = composed(sandbox, "urn:stay")
    import_files(sandbox, reads([friendly, identity]))

    schema.refresh_from_db()
    room = next(field for field in fields_of(schema.document) if field.path == "stay.room")
    assert (room.label, room.namespace) == ("Door (room)", "CRMID")


def test_descriptors_of_a_schema_written_by_hand(sandbox: Sandbox) -> None:
    document = {"$id": "urn:own", "type": "object", "properties": {"number": {"type": "string"}}}
    schema = Schema.objects.create(sandbox=sandbox, name="Own", kind="event", document=document)
    descriptor = {"@type": "xdm:descriptorIdentity", "xdm:sourceSchema": "urn:own", "xdm:isPrimary": True}
    import_files(sandbox, reads({**descriptor, "xdm:sourceProperty": "/number", "xdm:namespace": "CRMID"}))

    schema.refresh_from_db()
    assert (schema.primary_identity, schema.primary_namespace) == ("number", "CRMID")


def test_custom_fields_stand_under_the_tenant(sandbox: Sandbox) -> None:
    schema = composed(sandbox)
    schema.tenant = "acme"
    for values in (
        {"path": "number", "required": True, "namespace": "CRMID", "primary": True},
        {"path": "stays", "type": "objects", "title": "Stays"},
        {"path": "stays.stars", "type": "integer", "choices": "1\n2\n3"},
    ):
        CustomField.objects.create(schema=schema, **values)
    recompose(schema)

    event = {"_id": "1", "timestamp": "2026-01-01T00:00:00Z"}
    validator = Validator(schema.document)
    assert [each.message for each in validator.violations(event)] == ["required key [_acme] not found"]
    event["_acme"] = {"number": "7", "stays": [{"stars": 4}]}  # type: ignore[assignment]
    assert [each.pointer for each in validator.violations(event)] == ["#/_acme/stays/0/stars"]
    assert (schema.primary_identity, schema.primary_namespace) == ("_acme.number", "CRMID")


def test_a_long_chain_of_references_ends(sandbox: Sandbox) -> None:
    """Each piece refers to the next; so many are no problem, more are refused."""
    chain = [
        {"$id": f"urn:chain/{number}", "type": "object", "allOf": [{"$ref": f"urn:chain/{number + 1}"}]}
        for number in range(200)
    ]
    plan = import_files(sandbox, reads(*chain, {"$id": "urn:chain/200", "type": "object"}))
    assert (plan.problems, len(plan.created)) == ([], 201)

    library = {f"urn:{number}": {"$ref": f"urn:{number + 1}"} for number in range(5_000)}
    with pytest.raises(CannotBundle, match="more than 3000"):
        bundled(library, "urn:0")


def test_references_that_multiply_are_no_bomb(sandbox: Sandbox) -> None:
    """Ten levels of ten references each to the next level are ten definitions, and too many fields."""
    levels = [
        {
            "$id": f"urn:level/{number}",
            "meta:intendedToExtend": [],
            "properties": {f"f{each}": {"$ref": f"urn:level/{number + 1}"} for each in range(10)},
        }
        for number in range(10)
    ]
    assert import_files(sandbox, reads(*levels, {"$id": "urn:level/10", "type": "string"})).possible
    assert len(bundled(library_of(sandbox.pk), "urn:level/0")[0]["$defs"]) == 11
    with pytest.raises(CannotCompose, match="more than 10000 fields"):
        composed(sandbox, "urn:level/0")


# --- Files, zips and folders ------------------------------------------------------------------------


def zipped(*entries: tuple[str, bytes | str]) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    buffer.seek(0)
    return buffer


def test_a_zip_is_read_entry_by_entry() -> None:
    text = json.dumps(ROOM)
    entries = [("a/room.json", text), ("readme.md", "#"), ("__MACOSX/a.json", "x"), (".git/b.json", "x")]
    assert [read.name for read in read_file("all.zip", zipped(*entries))] == ["a/room.json"]


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    (big,) = read_file("x.zip", zipped(("big.json", b"0" * (5 * files.MIB))))
    assert "larger than 1 MiB" in big.problem
    monkeypatch.setattr(files, "MAX_ALL", 2 * files.MIB)
    with pytest.raises(TooMuch, match="MiB of JSON"):
        read_file("x.zip", zipped(*((f"{number}.json", b" " * files.MIB) for number in range(4))))
    monkeypatch.setattr(files, "MAX_FILES", 2)
    with pytest.raises(TooMuch, match="JSON files"):
        read_file("x.zip", zipped(*((f"{number}.json", "{}") for number in range(3))))
    monkeypatch.setattr(files, "MAX_ENTRIES", 2)
    with pytest.raises(TooMuch, match="more than 2 files"):
        read_file("x.zip", zipped(*((f"{number}.txt", "") for number in range(3))))


@pytest.mark.parametrize("name", ["../up.json", "/etc/x.json", "a/../../b.json", "..\\up.json", "C:\\x.json"])
def test_a_zip_with_paths_that_lead_out_is_refused(name: str) -> None:
    with pytest.raises(TooMuch, match="leads out"):
        read_file("x.zip", zipped(("fine.json", "{}"), (name, "{}")))


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 100, zipped(("a.json", "{}")).getvalue()[:-8]]
)
def test_a_damaged_zip_is_refused(data: bytes) -> None:
    with pytest.raises(TooMuch, match="damaged"):
        read_file("x.zip", io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON at line 1"),
        (b'{"a": NaN}', "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[" * 300 + b"]" * 300, "nested too deeply"),
        (b'"' + b"x" * files.MIB + b'"', "larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(sandbox: Sandbox, data: bytes, problem: str) -> None:
    (read,) = read_file("odd.json", io.BytesIO(data))
    assert problem in read.problem
    plan = import_files(sandbox, [read, *reads(ROOM)])
    assert [trouble.where for trouble in plan.problems] == ["odd.json"]
    assert not Component.objects.exists()


def test_a_folder_is_read_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    inside = tmp_path / "folder" / "deeper"
    inside.mkdir(parents=True)
    (inside / "room.json").write_text(json.dumps(ROOM))
    (inside / "note.txt").write_text("{}")
    (inside / "link.json").symlink_to(outside)
    (inside / "circle").symlink_to(tmp_path / "folder")

    assert [read.name for read in read_path(tmp_path / "folder")] == ["deeper/room.json"]


def test_the_command_imports_and_says_what_it_did(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "room.json").write_text(json.dumps(ROOM))
    call_command("import_schemas", str(tmp_path), "--check")
    assert not Component.objects.exists()
    call_command("import_schemas", str(tmp_path))
    assert Component.objects.get().uri == "urn:stay"
    assert "1 created" in capsys.readouterr().out

    (tmp_path / "odd.json").write_text("{")
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_schemas", str(tmp_path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_schemas", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="no sandbox"):
        call_command("import_schemas", str(tmp_path), "--sandbox=nowhere")


def test_the_published_files_are_imported_as_they_are(sandbox: Sandbox, shared_data: Path) -> None:
    plan = import_files(sandbox, read_path(shared_data / "xdm"))
    assert (plan.problems, plan.conflicts) == ([], [])
    assert Component.objects.count() == 420

    commerce = "https://ns.adobe.com/xdm/context/experienceevent-commerce"
    schema = Schema(sandbox=sandbox, name="Shop", kind="event", base=EVENT, groups=[commerce], document={})
    recompose(schema)
    schema.save()
    assert "commerce.order.payments.paymentAmount" in {field.path for field in fields_of(schema.document)}
    assert not plan_import(sandbox, read_path(shared_data / "xdm")).parts

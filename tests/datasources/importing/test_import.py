"""Imports of profiles: like records that were received, whole lines only, and going on where they were."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from datasources.models import Identity, Profile, Segment, SegmentMembership
from datasources.platform.profiles.attributes import origin_of
from datasources.platform.profiles.changes import Stale
from datasources.platform.profiles.importing import work as importing
from datasources.platform.profiles.importing.mapping import Column
from datasources.platform.profiles.privacy import subject_of
from datasources.platform.profiles.updates import set_attributes
from journeyorch import bulk
from journeyorch.background.models import BackgroundTask, StoredFile
from journeyorch.background.running import work
from journeyorch.privacy.work import begin_erasure

from .conftest import COLUMNS, bad, people

State = BackgroundTask.State
HEAD = "id,mail,first,visits\n"


def test_people_are_made_with_identities_attributes_and_where_they_came_from(run_import):
    task = run_import(HEAD + "1,Zoe@Example.com,Zoe,3\n2,,Ann,\n", columns=COLUMNS)
    assert (task.state, task.bad_lines, task.result, task.percent) == (State.DONE, 0, {"records": 2}, 100)
    zoe = {"person": {"name": {"firstName": "Zoe"}}, "visits": 3}
    ann = {"person": {"name": {"firstName": "Ann"}}}
    assert people() == {"CRMID:1": zoe, "Email:zoe@example.com": zoe, "CRMID:2": ann}
    origin = origin_of(Identity.objects.get(value="1").profile.attribute_times["visits"])
    assert (origin.source, origin.at, origin.order) == (f"import:{task.pk}", task.created_at, 2)
    assert not StoredFile.objects.exists()


def test_bad_lines_are_left_out_whole_with_the_reason_and_never_the_value(run_import):
    lines = [
        "1,,Zoe,3",
        "2,,Zoe,three",
        "3,,Zoe,-3",
        "4,,A name of more than twenty letters,1",
        ",,Nobody,1",
        "5,,Zoe",
        "6,,\x01Zoe,1",
        "7,,Zoe,4",
    ]
    task = run_import(HEAD + "\n".join(lines), columns=COLUMNS)
    assert set(people()) == {"CRMID:1", "CRMID:6", "CRMID:7"}
    assert task.bad_lines == 5
    found = bad(task)
    assert found[3] == "Column “visits”: the value is no integer as visits needs it."
    assert "#/visits" in found[4]
    assert "#/person/name/firstName" in found[5]
    assert "names nobody" in found[6]
    assert found[7] == "The number of its values is 3 instead of 4."
    assert not any("three" in reason or "letters" in reason for reason in found.values())


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+49 30 1", "-1", "007", " blank "])
def test_text_stays_text_also_what_spreadsheets_would_compute(run_import, text):
    run_import(f'{HEAD}1,,"{text}",\n', columns=COLUMNS)
    assert people()["CRMID:1"]["person"]["name"]["firstName"] == text


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("visits", " 12 ", 12),
        ("score", "1.5", 1.5),
        ("score", "1e2", 100.0),
        ("score", "3", 3),
        ("member", "TRUE", True),
        ("member", "false", False),
        ("tags", '["a", "b"]', ["a", "b"]),
        ("person.birthDate", "2000-02-29", "2000-02-29"),
        ("visits", "1.0", None),
        ("visits", "9" * 20, None),
        ("visits", "١", None),
        ("score", "1e999", None),
        ("score", "NaN", None),
        ("score", "1,5", None),
        ("member", "yes", None),
        ("tags", "a", None),
        ("tags", "[1]", None),
        ("person.birthDate", "2001-02-29", None),
    ],
)
def test_a_columns_text_is_read_as_the_schema_says_exactly_or_not_at_all(run_import, path, text, value):
    columns = [Column(name="id", namespace="CRMID"), Column(name="x", path=path)]
    quoted = text.replace('"', '""')
    run_import(f'id,x\n1,"{quoted}"\n', columns=columns)
    found = people().get("CRMID:1")
    for name in path.split("."):
        found = None if found is None else found[name]
    assert found == value
    assert type(found) is type(value)


def test_identities_of_one_line_are_one_person(run_import):
    run_import(HEAD + "1,,Zoe,\n", columns=COLUMNS)
    run_import(HEAD + "1,zoe@example.com,,5\n", columns=COLUMNS)
    assert people()["Email:zoe@example.com"] == {"person": {"name": {"firstName": "Zoe"}}, "visits": 5}
    assert Profile.objects.count() == 1


def test_the_later_line_of_the_same_person_wins(run_import):
    run_import(HEAD + "1,,First,1\n1,,Last,2\n", columns=COLUMNS)
    assert people()["CRMID:1"] == {"person": {"name": {"firstName": "Last"}}, "visits": 2}


def test_what_came_after_the_import_began_stays(run_import, begin_import):
    run_import(HEAD + "1,,Old,1\n", columns=COLUMNS)
    begin_import(HEAD + "1,,Imported,2\n", columns=COLUMNS)
    set_attributes(Profile.objects.get(), {"visits": 9}, bulk.database_now())
    while work(owner="test"):
        pass
    assert people()["CRMID:1"] == {"person": {"name": {"firstName": "Imported"}}, "visits": 9}


def test_who_was_erased_meanwhile_does_not_come_back(begin_import, guests):
    task = begin_import(HEAD + "1,,Zoe,1\n2,ann@example.com,Ann,2\n3,,Bea,3\n", columns=COLUMNS)
    for pair in (("CRMID", "1"), ("Email", "Ann@Example.com")):
        begin_erasure(subject_of(guests.sandbox_id, pair), by=None)
    BackgroundTask.objects.exclude(pk=task.pk).update(not_before=task.not_before + timedelta(hours=1))
    while work(owner="test"):
        pass
    assert set(people()) == {"CRMID:3"}
    assert bad(task) == dict.fromkeys((2, 3), "The person was erased after the import had begun.")


def test_it_goes_on_where_it_was_and_does_nothing_twice(begin_import, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 10)
    monkeypatch.setattr(importing, "_AT_MOST", 1e9)
    lines = "".join(f"{n},,Zoe,{n if n % 7 else 'x'}\n" for n in range(1, 36))
    task = begin_import(HEAD + lines, columns=COLUMNS)
    work(owner="one")
    assert len(people()) == 9
    crash, real = [True], importing.write

    def write(changes):
        real(changes)
        if crash.pop():
            raise OperationalError("killed")

    monkeypatch.setattr(importing, "write", write)
    with pytest.raises(OperationalError):
        work(owner="one")
    monkeypatch.setattr(importing, "write", real)
    BackgroundTask.objects.update(owner="")
    while work(owner="two"):
        pass
    task.refresh_from_db()
    assert task.result == {"records": 30}
    assert task.bad_lines == len(bad(task)) == 5
    assert len(people()) == Profile.objects.count() == 30


def test_a_batch_that_others_were_quicker_than_is_decided_anew_at_last_with_locks(begin_import, monkeypatch):
    task = begin_import(HEAD + "1,,Zoe,2\n2,,Ann,1\n", columns=COLUMNS)
    load, real, locks = importing.load_feed, importing.write, []

    def load_feed(*args, lock, **options):
        locks.append(lock)
        return load(*args, lock=lock, **options)

    def write(changes):
        real(changes)
        if not locks[-1]:
            raise Stale

    monkeypatch.setattr(importing, "load_feed", load_feed)
    monkeypatch.setattr(importing, "write", write)
    work(owner="one")
    task.refresh_from_db()
    assert locks == [False, False, True]
    assert task.result == {"records": 2}
    assert {name: one["visits"] for name, one in people().items()} == {"CRMID:1": 2, "CRMID:2": 1}


def test_json_is_taken_as_it_is(run_import):
    record = {"visits": 4, "identityMap": {"CRMID": [{"id": "1", "primary": True}], "ECID": [{"id": "c"}]}}
    task = run_import(json.dumps([record, {"visits": "4"}, {"visits": 5}]), name="guests.json")
    assert people() == {"CRMID:1": {"visits": 4}, "ECID:c": {"visits": 4}}
    assert task.bad_lines == 2


def test_json_is_mapped_by_names_with_dots(run_import):
    columns = [
        Column(name="ids.crm", namespace="CRMID"),
        Column(name="n", path="visits"),
        Column(name="t", path="tags"),
    ]
    run_import(
        '{"ids": {"crm": 7}, "n": 4, "t": ["a"]}\n{"ids": {"crm": 8}, "n": "4"}',
        name="g.jsonl",
        columns=columns,
    )
    assert people() == {"CRMID:7": {"visits": 4, "tags": ["a"]}}


def test_columns_are_proposed_by_their_names(run_import):
    run_import("CRMID;firstName;Visits;other\n1;Zoe;3;x\n", delimiter=";")
    assert people() == {"CRMID:1": {"person": {"name": {"firstName": "Zoe"}}, "visits": 3}}


def test_a_schema_that_is_gone_ends_it_with_the_reason(begin_import, guests):
    task = begin_import(HEAD + "1,,Zoe,1\n", columns=COLUMNS)
    guests.delete()
    work(owner="one")
    task.refresh_from_db()
    assert (task.state, people()) == (State.FAILED, {})
    assert "Begin the import anew" in task.message


def test_the_command_imports_and_lists_what_was_left_out(guests, tmp_path):
    file, mapping = tmp_path / "guests.csv", tmp_path / "mapping.json"
    file.write_text("id,n\n1,3\n2,x\n")
    columns = [{"name": "id", "namespace": "CRMID", "primary": True}, {"name": "n", "path": "visits"}]
    mapping.write_text(json.dumps({"columns": columns}))
    out, err = StringIO(), StringIO()
    call_command("import_profiles", file, schema="Guests", mapping=mapping, stdout=out, stderr=err)
    assert people() == {"CRMID:1": {"visits": 3}}
    assert "1 records were imported." in out.getvalue()
    assert err.getvalue().startswith("line 3: Column “n”")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"schema": "Unheard"}, "There is no schema Unheard"),
        ({"schema": "Guests", "sandbox": "unheard"}, "There is no sandbox"),
        (
            {"schema": "Guests", "mapping": {"columns": [{"name": "id", "path": "unheard"}]}},
            "no field unheard",
        ),
        ({"schema": "Guests", "mapping": {"columns": [{"nam": "id"}]}}, "The mapping cannot be used"),
        ({"schema": "Guests", "format": "json"}, "no list of objects"),
    ],
)
def test_the_command_refuses_what_makes_no_sense_and_keeps_nothing(guests, tmp_path, options, text):
    file = tmp_path / "guests.csv"
    file.write_text("id\n1\n")
    if "mapping" in options:
        path = tmp_path / "mapping.json"
        path.write_text(json.dumps(options["mapping"]))
        options = {**options, "mapping": path}
    with pytest.raises(CommandError, match=text):
        call_command("import_profiles", file, **options)
    assert not BackgroundTask.objects.exists()
    assert not StoredFile.objects.exists()


def test_imported_people_come_into_segments(run_import, guests):
    condition = "#{ExperiencePlatform.ProfileFieldGroup.visits} > 2"
    segment = Segment.objects.create(sandbox=guests.sandbox, name="Regulars", expression=condition)
    run_import(HEAD + "1,,Zoe,3\n2,,Ann,1\n", columns=COLUMNS)
    member = SegmentMembership.objects.get(segment=segment, status="realized")
    assert member.profile == Identity.objects.get(value="1").profile

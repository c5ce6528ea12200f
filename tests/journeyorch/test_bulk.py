"""Bulk SQL: what is written in bulk is what the ORM reads, on both databases."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.bulk.sql import lookup_arrays


class Sample(models.Model):
    """A table with every type of the hot path; made for these tests, no migration knows it."""

    owner = models.BigIntegerField()
    name = models.CharField(max_length=200)
    small = models.SmallIntegerField(null=True)
    flag = models.BooleanField(null=True)
    key = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    ratio = models.FloatField(null=True)
    data = models.JSONField(null=True)

    class Meta:
        app_label = "bulk_tests"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="bulk_sample_unique")]


TABLE = Sample._meta.db_table
ID, OWNER, NAME = Column("id", "bigint"), Column("owner", "bigint"), Column("name", "text")
SMALL, FLAG, KEY = Column("small", "smallint"), Column("flag", "boolean"), Column("key", "uuid")
AT, DAY, RATIO, DATA = (
    Column("at", "timestamptz"),
    Column("day", "date"),
    Column("ratio", "float8"),
    Column("data", "jsonb"),
)
ALL = [OWNER, NAME, SMALL, FLAG, KEY, AT, DAY, RATIO, DATA]

NOON = datetime(2026, 2, 28, 12, 0, 0, 123456, tzinfo=UTC)
EXACT = NOON.replace(microsecond=0)
FULL = (
    2**63 - 1,
    "Zoë 🚲 \"'; --",
    -32768,
    True,
    uuid.UUID(int=7),
    NOON,
    date(2024, 2, 29),
    0.1,
    '{"a": [1, null]}',
)
EMPTY = (-(2**63), "", None, None, None, None, None, None, None)
EVEN = (1, "even", 0, False, uuid.UUID(int=0), EXACT, date(9999, 12, 31), -1e300, "null")


@pytest.fixture(scope="module", autouse=True)
def table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Sample)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Sample)
        connection.close()


pytestmark = pytest.mark.django_db

only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def names(count: int) -> list[tuple[int, str]]:
    return [(number, f"n{number}") for number in range(count)]


# --- Insert ---------------------------------------------------------------------------------------


def test_the_orm_reads_what_was_inserted():
    assert bulk.insert(TABLE, ALL, [FULL, EMPTY]) == 2
    full, empty = Sample.objects.order_by("id")
    assert (full.owner, full.name, full.small, full.flag, full.key, full.at, full.day, full.ratio) == FULL[
        :-1
    ]
    assert full.data == {"a": [1, None]}
    assert [getattr(empty, column.name) for column in ALL] == list(EMPTY)


def test_rows_of_the_orm_and_of_bulk_are_stored_alike():
    values = dict(zip((column.name for column in ALL), EVEN, strict=True)) | {"data": {"a": 1}, "owner": 2}
    Sample.objects.create(**values)
    bulk.insert(TABLE, ALL, [(3, *EVEN[1:-1], '{"a": 1}')])
    with connection.cursor() as cursor:
        columns = ", ".join(f'CAST("{column.name}" AS text)' for column in ALL[1:])
        cursor.execute(f'SELECT {columns} FROM "{TABLE}"')
        by_orm, by_bulk = cursor.fetchall()
    assert by_orm == by_bulk


def test_a_time_with_another_offset_is_stored_as_the_same_instant():
    bulk.insert(
        TABLE, [OWNER, NAME, AT], [(1, "x", EXACT.astimezone(timezone(timedelta(hours=5, minutes=30))))]
    )
    assert Sample.objects.get().at == EXACT


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
        datetime(2000, 2, 29, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_times_and_days_keep_their_value_over_all_of_history(at):
    bulk.insert(TABLE, [OWNER, NAME, AT, DAY], [(1, "x", at, at.date())])
    row = Sample.objects.get()
    assert (row.at, row.day) == (at, at.date())
    assert bulk.lookup(TABLE, [OWNER], [(1,)], [AT, DAY]) == [(0, at, at.date())]


def test_ids_follow_the_order_of_the_rows():
    bulk.insert(TABLE, [OWNER, NAME], [(5, "b"), (3, "c"), (9, "a")])
    assert list(Sample.objects.order_by("id").values_list("name", flat=True)) == ["b", "c", "a"]


def test_nothing_to_do_is_done_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert bulk.insert(TABLE, ALL, []) == 0
        assert bulk.update(TABLE, [ID], [NAME], []) == 0
        assert bulk.delete(TABLE, ID, []) == 0
        assert bulk.lookup(TABLE, [ID], [], [NAME]) == []
        assert bulk.by_ids(TABLE, ID, [], [NAME]) == []


def test_thousands_of_rows_in_one_go():
    assert bulk.insert(TABLE, [OWNER, NAME], names(5000)) == 5000
    assert bulk.lookup(TABLE, [OWNER, NAME], names(5000), [OWNER]) == [(n, n) for n in range(5000)]
    assert bulk.update(TABLE, [OWNER, NAME], [SMALL], [(*row, 7) for row in names(5000)]) == 5000
    assert Sample.objects.filter(small=7).count() == 5000
    assert bulk.delete(TABLE, OWNER, range(4999)) == 4999


def test_a_conflict_that_does_nothing_is_not_counted():
    bulk.insert(TABLE, [OWNER, NAME], [(1, "a")])
    rows = [(1, "a"), (1, "b"), (1, "b"), (1, "c")]
    assert bulk.insert(TABLE, [OWNER, NAME], rows, on_conflict="DO NOTHING") == 2
    assert Sample.objects.count() == 3


def test_a_conflict_may_add_to_what_is_there():
    rows = [(1, "a", 5), (1, "b", 5)]
    upsert = '("owner", "name") DO UPDATE SET "small" = t."small" + excluded."small"'
    for _ in range(3):
        assert bulk.insert(TABLE, [OWNER, NAME, SMALL], rows, on_conflict=upsert) == 2
    assert set(Sample.objects.values_list("name", "small")) == {("a", 15), ("b", 15)}


def test_a_broken_constraint_is_an_integrity_error():
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(TABLE, [OWNER, NAME], [(1, "a"), (1, "a")])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(TABLE, [OWNER, NAME], [(1, None)])
    assert not Sample.objects.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (NAME, "a\x00b"),
        (NAME, "\ud800"),
        (DATA, '{"a": "\x00"}'),
        (SMALL, 2**63),
        (SMALL, -(2**80)),
        (AT, datetime(2026, 1, 1)),  # noqa: DTZ001 - naive on purpose
    ],
)
def test_what_a_column_cannot_hold_is_a_data_error(column, value):
    columns = [OWNER, column] if column is NAME else [OWNER, NAME, column]
    row = (1, value) if column is NAME else (1, "x", value)
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert(TABLE, columns, [row])
    assert not Sample.objects.exists()


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="3 values"):
        bulk.insert(TABLE, [OWNER, NAME], [(1, "a", 3)])
    with pytest.raises(ValueError, match=r"values|argument"):
        bulk.insert(TABLE, [OWNER, NAME], [(1, "a"), (1,)])


@pytest.mark.parametrize(
    "text",
    ["'; DROP TABLE bulk_tests_sample; --", "{a,b}", '"', "\\", "%s %b %(x)s", "NULL", "null", "?", "$1"],
)
def test_text_is_never_read_as_sql(text):
    bulk.insert(TABLE, [OWNER, NAME], [(1, text), (2, "other")])
    assert bulk.lookup(TABLE, [NAME], [(text,)], [OWNER, NAME]) == [(0, 1, text)]
    assert bulk.update(TABLE, [NAME], [SMALL], [(text, 1)]) == 1
    assert bulk.delete(TABLE, NAME, [text]) == 1
    assert Sample.objects.get().name == "other"


# --- Update ---------------------------------------------------------------------------------------


def test_only_rows_whose_guard_holds_are_updated():
    bulk.insert(TABLE, [OWNER, NAME, SMALL], [(1, "a", 1), (2, "b", 2), (3, "c", 3)])
    rows = [(1, 1, 11, "A"), (2, 99, 12, "B"), (3, 3, 13, "C"), (4, 1, 14, "D")]
    assert bulk.update(TABLE, [OWNER, SMALL], [SMALL, NAME], rows) == 2
    assert set(Sample.objects.values_list("owner", "small", "name")) == {
        (1, 11, "A"),
        (2, 2, "b"),
        (3, 13, "C"),
    }


@pytest.mark.parametrize("in_order", [False, True])
def test_every_type_can_be_updated_and_set_to_null(in_order):
    bulk.insert(TABLE, [OWNER, NAME], [(1, "a"), (2, "b")])
    values = [FULL[1:], EMPTY[1:]]
    rows = [(2, *values[1]), (1, *values[0])]
    assert bulk.update(TABLE, [OWNER], ALL[1:], rows, in_order=in_order) == 2
    full, empty = Sample.objects.order_by("owner")
    assert (full.name, full.key, full.at, full.data) == (FULL[1], FULL[4], NOON, {"a": [1, None]})
    assert [empty.small, empty.flag, empty.key, empty.at, empty.data] == [None] * 5


@pytest.mark.parametrize("in_order", [False, True])
def test_a_capped_counter_never_passes_its_limit(in_order):
    bulk.insert(TABLE, [OWNER, NAME, SMALL], [(1, "a", 8), (2, "b", 9)])
    taken = Column("small", "smallint", "t.small + v.small")
    where = "t.small + v.small <= 10"
    assert bulk.update(TABLE, [OWNER], [taken], [(1, 2), (2, 2)], where=where, in_order=in_order) == 1
    assert list(Sample.objects.order_by("owner").values_list("small", flat=True)) == [10, 9]


def test_a_percent_sign_in_a_fragment_is_an_operator():
    bulk.insert(TABLE, [OWNER, NAME, SMALL], [(1, "a", 4), (2, "b", 5)])
    assert bulk.update(TABLE, [OWNER], [NAME], [(1, "x"), (2, "y")], where="t.small % 2 = 1") == 1
    assert bulk.lookup(TABLE, [OWNER], [(1,), (2,)], [NAME], condition="t.small % 2 = 1") == [(1, "y")]


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_updates_in_order_do_not_wait_for_each_other_in_a_ring():
    bulk.insert(TABLE, [OWNER, NAME, SMALL], [(n, "a", 0) for n in range(200)])
    errors = []
    more = Column("small", "smallint", "t.small + v.small")

    def work(owners):
        try:
            for _ in range(20):
                with transaction.atomic():
                    bulk.update(TABLE, [OWNER], [more], [(n, 1) for n in owners], in_order=True)
        except Exception as error:  # noqa: BLE001 - shown by the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(order,)) for order in (range(200), range(199, -1, -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(Sample.objects.values_list("small", flat=True)) == {40}


# --- Several together -----------------------------------------------------------------------------


def test_writes_go_together(monkeypatch):
    bulk.insert(TABLE, [OWNER, NAME, SMALL], [(1, "a", 1), (2, "b", 2), (3, "c", 3)])
    sent, fetch = [], bulk._fetch
    monkeypatch.setattr(bulk, "_fetch", lambda *statement: sent.append(statement) or fetch(*statement))
    writes = bulk.Writes()
    writes.insert(TABLE, ALL, [(4, *FULL[1:]), (5, *EMPTY[1:])], on_conflict="DO NOTHING")
    writes.insert(TABLE, ALL, [])
    writes.update(TABLE, [OWNER, SMALL], [NAME], [(1, 1, "A"), (2, 99, "B")], every=False)
    writes.delete(TABLE, OWNER, [3])
    writes.run()
    rows = list(Sample.objects.order_by("owner").values_list("owner", "name", "at"))
    assert rows == [(1, "A", None), (2, "b", None), (4, FULL[1], NOON), (5, "", None)]
    assert len(sent) == (1 if connection.vendor == "postgresql" else 0)


def test_nothing_to_write_needs_no_statement(monkeypatch):
    monkeypatch.setattr(bulk, "_fetch", None)
    bulk.Writes().run()


def test_a_row_that_had_to_be_there_is_missed():
    bulk.insert(TABLE, [OWNER, NAME], [(1, "a")])
    updates, deletions = bulk.Writes(), bulk.Writes()
    updates.update(TABLE, [OWNER], [NAME], [(1, "b"), (9, "c")], every=True)
    with pytest.raises(bulk.Missed, match=TABLE):
        updates.run()
    deletions.delete(TABLE, OWNER, [1, 9])
    with pytest.raises(bulk.Missed, match=TABLE):
        deletions.run()


# --- Look-ups -------------------------------------------------------------------------------------


def test_values_come_back_as_python_has_them():
    bulk.insert(TABLE, ALL, [FULL, EMPTY])
    assert bulk.lookup(TABLE, [OWNER], [(EMPTY[0],), (FULL[0],)], ALL) == [(0, *EMPTY), (1, *FULL)]
    (row,) = bulk.lookup(TABLE, [OWNER], [(FULL[0],)], [AT, FLAG])
    assert row[1].utcoffset() == timedelta(0)
    assert row[2] is True


def test_every_type_can_be_a_key():
    bulk.insert(TABLE, ALL, [FULL, EMPTY])
    for column, value in zip(ALL[:-2], FULL[:-2], strict=True):
        assert bulk.lookup(TABLE, [column], [(value,)], [NAME]) == [(0, FULL[1])], column


def test_an_input_finds_its_rows_up_to_the_limit_in_the_order_asked_for():
    bulk.insert(TABLE, [OWNER, NAME, SMALL], [(o, f"{o}-{s}", s) for o in (1, 2) for s in range(5)])
    found = bulk.lookup(TABLE, [OWNER], [(2,), (9,), (1,), (2,)], [SMALL], order_by="t.small DESC", limit=2)
    assert found == [(0, 4), (0, 3), (2, 4), (2, 3), (3, 4), (3, 3)]
    assert len(bulk.lookup(TABLE, [OWNER], [(1,), (2,)], [SMALL], limit=None)) == 10


def test_a_condition_may_compare_with_values_given():
    bulk.insert(TABLE, [OWNER, NAME, AT], [(1, str(n), EXACT + timedelta(days=n)) for n in range(4)])
    inputs = [(1, EXACT + timedelta(days=2)), (1, EXACT + timedelta(days=3))]
    since = Column("since", "timestamptz")
    found = bulk.lookup(
        TABLE,
        [OWNER],
        inputs,
        [NAME],
        given=[since],
        condition="t.at >= v.since",
        order_by="t.at",
        limit=None,
    )
    assert found == [(0, "2"), (0, "3"), (1, "3")]


def test_rows_may_be_locked_while_they_are_read():
    bulk.insert(TABLE, [OWNER, NAME], [(1, "a"), (2, "b")])
    with transaction.atomic():
        assert bulk.lookup(TABLE, [OWNER], [(1,), (2,), (3,)], [NAME], lock=True) == [(0, "a"), (1, "b")]


def test_a_null_key_finds_nothing():
    bulk.insert(TABLE, [OWNER, NAME], [(1, "a")])
    assert bulk.lookup(TABLE, [SMALL], [(None,)], [NAME]) == []


def test_rows_by_their_ids_in_that_order():
    ids = bulk.new_ids(TABLE, 3)
    bulk.insert(TABLE, [ID, OWNER, NAME], [(id, 1, f"n{id}") for id in ids])
    wanted = [ids[2], 10**15, ids[0]]
    assert bulk.by_ids(TABLE, ID, wanted, [ID, NAME]) == [(ids[2], f"n{ids[2]}"), (ids[0], f"n{ids[0]}")]


def test_new_ids_are_never_given_twice():
    with transaction.atomic():
        first = bulk.new_ids(TABLE, 3)
        bulk.insert(TABLE, [ID, OWNER, NAME], [(id, id, "a") for id in first])
    later = Sample.objects.create(owner=1, name="b").pk
    second = bulk.new_ids(TABLE, 2)
    assert bulk.new_ids(TABLE, 0) == []
    assert len({*first, later, *second}) == 6
    assert second[0] > later > first[-1]


@only_postgresql
def test_a_look_up_probes_the_index_on_a_table_without_statistics():
    bulk.insert(TABLE, [OWNER, NAME], names(3000))
    statement = lookup_arrays(TABLE, (OWNER, NAME), (), (ID,), "", "", 1, False)
    plan = "\n".join(
        row[0] for row in bulk._fetch(f"EXPLAIN {statement}", bulk._arrays([OWNER, NAME], names(500)))
    )
    assert "bulk_sample_unique" in plan
    assert "Seq Scan" not in plan


def test_the_database_clock_is_aware_and_goes_on_within_a_transaction():
    first, second = bulk.database_now(), bulk.database_now()
    assert first.utcoffset() == timedelta(0)
    assert first <= second

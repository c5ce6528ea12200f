"""On PostgreSQL: the tables that live and die by the wave are cleaned early and often (architecture.md, Tables).

With the defaults a table of a few thousand short-lived rows is only vacuumed when a fifth of it is dead, and
by then every look at the head of the queue, and every report over the sums, has read through the dead ones.

And what their indexes compare is compared as bytes.
"""

from django.db import migrations

from journeyorch.plain_order import compare_as_bytes

_QUEUES = ("laneinput", "lane", "routerlease", "call")
# Rows that are added and soon folded.
_SUMS = ("stepcount", "steperrorcount", "steptimecount", "messagecount", "messagetraitcount", "fetchcount")
_CLEAN_EARLY = (
    "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, "
    "autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05, "
    "autovacuum_vacuum_cost_delay = 0"
)
# Room on each page, so that a new version of a row stands beside the old one and no index changes.
_UPDATED_IN_PLACE = ("lane", "routerlease", "stepcount", "steperrorcount", "steptimecount", "fetchcount")
_PERSON = ("namespace", "person_id")
_COMPARED = {
    "Instance": _PERSON,
    "Entrance": _PERSON,
    "LaneInput": (*_PERSON, "detail"),
    "Call": ("endpoint",),
    "StepCount": ("activity", "path"),
    "StepErrorCount": ("activity", "path", "code"),
    "StepTimeCount": ("activity",),
    "FetchCount": ("activity", "field_group", "code"),
    "MessageCount": ("activity", "status", "code"),
    "MessageTraitCount": ("activity", "status", "code", "trait", "value"),
    "ProfileCap": ("activity",),
}


def set_storage(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in (*_QUEUES, *_SUMS):
        schema_editor.execute(f"ALTER TABLE journeys_{table} SET ({_CLEAN_EARLY})")
    for table in _UPDATED_IN_PLACE:
        schema_editor.execute(f"ALTER TABLE journeys_{table} SET (fillfactor = 50)")


class Migration(migrations.Migration):
    dependencies = [("journeys", "0001_initial")]
    operations = [
        migrations.RunPython(set_storage, migrations.RunPython.noop),
        compare_as_bytes("journeys", _COMPARED),
    ]

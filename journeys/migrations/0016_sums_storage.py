"""On PostgreSQL: the hourly sums beside those of steps are stored as those are (0002_queue_tables)."""

from django.db import migrations

_UPDATED_IN_PLACE = ("journeys_steperrorcount", "journeys_steptimecount")
# Rows that are added and soon folded: cleaned before a report reads through the dead ones.
_FOLDED = (*_UPDATED_IN_PLACE, "journeys_messagecount")
_CLEAN_EARLY = (
    "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, "
    "autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05, "
    "autovacuum_vacuum_cost_delay = 0"
)


def set_storage(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in _FOLDED:
        schema_editor.execute(f"ALTER TABLE {table} SET ({_CLEAN_EARLY})")
    for table in _UPDATED_IN_PLACE:
        schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")


class Migration(migrations.Migration):
    dependencies = [("journeys", "0015_alerts")]
    operations = [migrations.RunPython(set_storage, migrations.RunPython.noop)]

"""On PostgreSQL: room on the pages of entrances and calls, so that a new version of a row stands beside the
old one.

An entrance is written again when its person leaves the journey, a call when it is begun. Without room for it
each of their indexes gets an entry as well, and writing an entrance cost the database more than twice as much.
"""

from django.db import migrations


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE journeys_entrance SET (fillfactor = 70)")
        # Calls are larger, and what else becomes of them changes an index anyway.
        schema_editor.execute("ALTER TABLE journeys_call SET (fillfactor = 85)")


class Migration(migrations.Migration):
    dependencies = [("journeys", "0004_tags")]
    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]

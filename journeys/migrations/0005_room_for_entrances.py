"""On PostgreSQL: room on the pages of entrances, so that a new version of a row stands beside the old one.

An entrance is written again when its person leaves the journey. Without room for it both its indexes get an
entry as well, which made writing it cost the database more than twice as much.
"""

from django.db import migrations


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE journeys_entrance SET (fillfactor = 70)")


class Migration(migrations.Migration):
    dependencies = [("journeys", "0004_tags")]
    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]

"""The sandbox ``prod`` exists from the start (architecture.md, Access)."""

from django.db import migrations


def create_prod(apps, schema_editor):
    apps.get_model("access", "Sandbox").objects.get_or_create(
        name="prod", defaults={"title": "Production", "kind": "production", "time_zone": "UTC"}
    )


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(create_prod, migrations.RunPython.noop)]

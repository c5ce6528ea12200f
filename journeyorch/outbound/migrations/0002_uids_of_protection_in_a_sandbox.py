import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """Caps and throttles have their ids in a sandbox: export files bring them into others."""

    dependencies = [("outbound", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="cappingconfig",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterField(
            model_name="throttlingconfig",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddConstraint(
            model_name="cappingconfig",
            constraint=models.UniqueConstraint(fields=("sandbox", "uid"), name="capping_uid_unique"),
        ),
        migrations.AddConstraint(
            model_name="throttlingconfig",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted", False)),
                fields=("sandbox", "uid"),
                name="throttling_uid_unique",
            ),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="InletAllowance",
            fields=[
                (
                    "inlet",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="events.inlet",
                    ),
                ),
                ("second", models.BigIntegerField()),
                ("taken", models.IntegerField()),
            ],
        ),
    ]

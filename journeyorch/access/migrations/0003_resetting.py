from django.db import migrations, models


class Migration(migrations.Migration):
    """A sandbox can be reset, by whoever is allowed to."""

    dependencies = [("access", "0002_prod_sandbox")]

    operations = [
        migrations.AlterModelOptions(
            name="sandbox",
            options={
                "permissions": [("reset_sandbox", "Can reset sandboxes")],
                "verbose_name": "sandbox",
                "verbose_name_plural": "sandboxes",
            },
        ),
        migrations.AddField(
            model_name="sandbox",
            name="reset_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]

from django.db import migrations, models

from journeyorch.outbound.auth import AuthProblem, origin_of, seal_config


def seal_keys(apps, schema_editor):
    instances = apps.get_model("actions.CampaignInstance").objects.all()
    for instance in instances:
        submitted = {"type": "api_key", "name": "X-Api-Key", "value": instance.api_key}
        try:
            instance.key = seal_config(submitted, stored={}, origin=origin_of(instance.url))
        except AuthProblem:
            continue  # it could not be sent; whoever opens the instance's page is asked for it
        instance.save(update_fields=["key"])


class Migration(migrations.Migration):
    """Keys of Campaign Standard are sealed, as all secrets are.

    The column of before stays for processes of the release before, and the next release removes it.
    """

    dependencies = [("actions", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="campaigninstance",
            name="key",
            field=models.JSONField(editable=False, null=True, verbose_name="API key"),
        ),
        migrations.RunPython(seal_keys, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="campaigninstance",
            name="api_key",
            field=models.CharField(max_length=200, db_default="", verbose_name="API key"),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="campaigninstance", name="api_key")]
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='CapWindow',
            fields=[
                ('endpoint', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('at_ms', models.BigIntegerField()),
                ('taken', models.IntegerField()),
            ],
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasources', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='fetchcache',
            name='data',
            field=models.TextField(),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journeys', '0003_what_is_kept'),
    ]

    operations = [
        migrations.AddField(
            model_name='journey',
            name='tags',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='tags'),
        ),
    ]

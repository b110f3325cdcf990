import core.search
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


def write_found_by(apps, schema_editor):
    for person in apps.get_model("accounts", "User").objects.iterator():
        person.found_by = core.search.search_text(person.name_zh, person.name_en, person.username)
        person.save(update_fields=["found_by"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('core', '0001_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='found_by',
            field=models.TextField(default='', editable=False),
        ),
        migrations.AddField(
            model_name='user',
            name='grams',
            field=models.GeneratedField(db_persist=True, expression=core.search.Grams(models.F('found_by')), output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
        ),
        migrations.AddIndex(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(fields=['grams'], name='user_grams'),
        ),
        migrations.RunPython(write_found_by, migrations.RunPython.noop),
    ]

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0012_copies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel('Notice', 'News'),
        migrations.RenameIndex('news', new_name='news_open', old_name='notice_open'),
        migrations.RemoveConstraint('news', 'notice_once'),
        migrations.RemoveConstraint('news', 'notice_mailed_is_closed'),
        migrations.AlterField(
            model_name='news',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='news', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='news',
            name='mail',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='news', to='core.mail'),
        ),
        migrations.AddConstraint(
            model_name='news',
            constraint=models.UniqueConstraint(fields=('person', 'cause'), name='news_once'),
        ),
        migrations.AddConstraint(
            model_name='news',
            constraint=models.CheckConstraint(condition=models.Q(('mail__isnull', True), ('closed_at__isnull', False), _connector='OR'), name='news_mailed_is_closed'),
        ),
    ]

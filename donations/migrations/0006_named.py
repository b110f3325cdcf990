"""Which records of donations name movements of the ledger."""

from django.db import migrations

from ledger.sql import named


class Migration(migrations.Migration):
    dependencies = [("donations", "0005_within_agreed"), ("ledger", "0008_named")]
    operations = [
        named("gift", "donations_gift", "posted"),
        named("bound_gift", "donations_gift", "posted"),
    ]

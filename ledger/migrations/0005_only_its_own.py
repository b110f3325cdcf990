"""Each function moves only what its name says: a payment a line's money, a correction its cause's."""

from django.db import migrations

from ledger.sql import again, run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_plans")]
    operations = [again("checks"), again("post"), run("days")]

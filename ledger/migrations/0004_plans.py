"""Queries of the ledger are planned once a session, and always by index."""

from django.db import migrations

from ledger.sql import again


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_fund_kind")]
    operations = [again("ranges"), again("checks"), again("trace"), again("post"), again("fault")]

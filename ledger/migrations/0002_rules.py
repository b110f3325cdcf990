"""The rules of the ledger, its functions, and the view of faults: see ledger/sql."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from ledger.sql import run


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0001_ledger")]
    operations = [
        BtreeGistExtension(),
        run("ranges"),
        run("checks"),
        run("trace"),
        run("post"),
        run("rules"),
        run("fault"),
    ]

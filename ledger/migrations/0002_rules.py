"""The rules of the ledger, its functions, and the view of faults: see ledger/sql."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from ledger.sql import run


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0001_ledger")]
    operations = [
        BtreeGistExtension(),
        run("0002_ranges"),
        run("0002_rules"),
        run("0002_checks"),
        run("0002_trace"),
        run("0002_post"),
        run("0002_fault"),
    ]

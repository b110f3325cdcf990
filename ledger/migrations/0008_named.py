"""Movements are named by records that were decided on, and periods closed by a decision."""

from django.db import migrations

from ledger.sql import run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_closings")]
    operations = [run("named"), run("closing")]

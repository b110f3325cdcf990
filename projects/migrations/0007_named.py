"""Which records of projects name movements of the ledger."""

from django.db import migrations

from ledger.sql import named


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_surplus_movement"), ("ledger", "0008_named")]
    operations = [
        named("appropriation", "projects_appropriation", "posted"),
        named("allocation", "projects_allocation", "posted"),
        named("payment", "projects_payment", "paid"),
        named("surplus", "projects_surplus", "posted"),
        named("withdrawal", "projects_surplus", "posted"),
    ]

"""The numbers with which an office begins; an administrator sets its own."""

from django.db import migrations

# kind of alarm: to be watched, serious, severe from; window in days; percent below a threshold
NUMBERS = {
    "idle_money": (6, 12, 24, None, None),
    "hop_late": (30, 60, 90, None, None),
    "paid_early": (None, 1, 30, None, None),
    "split": (2, 3, 5, 30, 10),
    "photo_twice": (None, 2, 3, None, None),
    "plan_unpublished": (21, 42, 90, None, None),
    "result_unpublished": (30, 90, 180, None, None),
    "over_budget": (0, 5, 10, None, None),
    "progress_late": (100, 190, 365, None, None),
    "money_ahead": (40, 60, 80, None, None),
}


def begin(apps, schema_editor):
    rules = apps.get_model("projects", "AlarmRule")
    for key, (notice, serious, severe, window, percent) in NUMBERS.items():
        rules.objects.get_or_create(
            key=key,
            defaults={
                "notice_from": notice,
                "serious_from": serious,
                "severe_from": severe,
                "window_days": window,
                "percent": percent,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("projects", "0010_alarms")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]

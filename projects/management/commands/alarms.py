"""`alarms`: raises and clears the alarms of all projects now, as the nightly job does."""

from django.core.management.base import BaseCommand

from projects import alarms
from projects.models import Alarm


class Command(BaseCommand):
    help = "Raises and clears the alarms of all projects, as it is done every night."

    def handle(self, *args, **options):
        raised, cleared = alarms.refresh()
        standing = Alarm.objects.standing().count()
        self.stdout.write(f"{raised} raised or changed, {cleared} cleared, {standing} standing")

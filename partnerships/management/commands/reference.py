"""`reference`: loads divisions, offices, organisations and twinnings; again changes nothing."""

from django.core.management.base import BaseCommand

from partnerships.reference import load


class Command(BaseCommand):
    help = "Loads the reference data: divisions, offices, organisations and twinnings."

    def handle(self, *args, **options):
        for kind, count in load().items():
            self.stdout.write(f"{count:>6}  {kind}")

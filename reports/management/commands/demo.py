"""`demo`: loads the reference year 2010 as demonstration data; where it is loaded, nothing."""

import time
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone, translation

from accounts.roles import BY_NAME
from projects.models import Project
from reports.demo import year_2010
from reports.demo.alarms import write_alarms
from reports.demo.later import write_later
from reports.demo.load import is_loaded, load_year, show_piece
from reports.demo.pending import write_pending
from reports.demo.people import ACCOUNTS, PASSWORD, write_people
from reports.demo.scale import load_scale
from reports.demo.talk import write_talk

LOCK = 2010  # two runs at once wait for each other


class Command(BaseCommand):
    help = (
        "Loads the reference year 2010: published totals, invented single records. "
        "Where it is loaded already, nothing is changed."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--scale",
            type=int,
            default=0,
            metavar="N",
            help="adds N times the year's gifts as invented gifts of 2011, in funds of their own",
        )
        parser.add_argument(
            "--accounts", action="store_true", help="prints the demonstration accounts and stops"
        )

    def handle(self, *args, **options):
        if options["accounts"]:
            return self._accounts()
        if options["scale"] < 0:
            raise CommandError("--scale counts from 1.")
        if not settings.DEMO:
            raise CommandError("DEMO=0: demonstration accounts have no place on this installation.")
        self.started = time.monotonic()
        with transaction.atomic(), translation.override("en"):
            self._load(options["scale"])
        return None

    def _load(self, scale: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if is_loaded():
            self._tell("the year 2010 is loaded already; nothing changed")
        else:
            self._load_year(timezone.localdate())
        if scale:
            load_scale(scale, self._tell)

    def _load_year(self, today: date) -> None:
        if Project.objects.filter(year=year_2010.YEAR, is_demo=False).exists():
            raise CommandError(
                "This database holds projects of 2010 that are not demonstration data; "
                "load the demonstration into a database of its own."
            )
        call_command("reference", verbosity=0, stdout=self.stdout)
        self._tell("loaded the reference data")
        cast = write_people()
        loaded = load_year(cast, self._tell)
        waiting = write_pending(cast, loaded, today=today)
        waiting += write_later(cast, loaded, today=today)
        write_talk(cast, today=today)
        self._tell(f"raised {write_alarms(cast, loaded, today=today)} alarms")
        self._tell(f"wrote {waiting} records that wait in the queues")
        self._gift_to_follow()
        self.stdout.write("The accounts: manage.py demo --accounts")

    def _tell(self, line: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.started:6.1f} s  {line}")

    def _accounts(self) -> None:
        rows = [("account", "password", "name", "", "role", "office")]
        for account in ACCOUNTS:
            word = str(BY_NAME[account.role].word)
            names = (account.name_zh, account.name_en)
            rows.append((account.username, PASSWORD, *names, word, account.office or "–"))
        widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
        for row in rows:
            cells = (cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
        self._gift_to_follow()

    def _gift_to_follow(self) -> None:
        if gift := show_piece():
            self.stdout.write(
                "\nA gift to follow at /portal/: receipt"
                f" {self.style.SUCCESS(gift.receipt_number)}, check code"
                f" {self.style.SUCCESS(gift.check_code)}"
            )


def _width(text: str) -> int:
    """The columns a text takes in a terminal, where a Chinese character takes two."""
    return sum(2 if character >= "⺀" else 1 for character in text)

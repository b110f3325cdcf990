"""Many projects with their decisions and funding lines, to read lists of.

Rule: what a list reads is there as in daily work; how it came there is left out, so the owner
switches the triggers off while the rows are written. Nothing here is measured for writing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import StringIO
from random import Random

from django.core.management import call_command
from django.db import connection

from accounts.models import Office
from core.lifecycle import WORKFLOWS
from core.models import Division
from core.search import initials_of, normal, pinyin_of
from ledger.models import Fund
from partnerships.models import Twinning
from projects.models import Project
from reports.demo import contents, words
from reports.demo.people import write_people

BATCH, FUNDS = 2_000, 120
FIRST_YEAR, YEARS = 1996, 15
KINDS = (*contents.VILLAGES, *contents.INDUSTRIES, *contents.DRINKING_WATER)
TABLES = ("projects_project", "projects_fundingline", "core_decision", "ledger_pool")

# Two pools a line, what lies there and what was paid; a project in three has a second line.
LINES = """
WITH wanted AS (
    SELECT p.id AS project, f.id AS fund, row_number() OVER (ORDER BY p.id, n) AS place,
           (p.agreed_amount * 100)::bigint / (1 + n) AS fen, (p.id %% 5)::bigint AS part
      FROM projects_project p CROSS JOIN generate_series(0, 1) AS n
      JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM ledger_fund
             WHERE key LIKE 'bench-%%') f ON f.place = (p.id + n * 7) %% %s
     WHERE p.status = ANY (%s) AND (n = 0 OR p.id %% 3 = 0)
), start AS (SELECT max(id) AS id FROM ledger_pool), pools AS (
    INSERT INTO ledger_pool (id, kind, gone_id, received, spent, free, last)
    SELECT start.id + 2 * place - 1, 'gone', NULL, fen * part / 5, 0,
           int8multirange(int8range(0, fen * part / 5)), '{}'::int8multirange FROM wanted, start
    UNION ALL
    SELECT start.id + 2 * place, 'line', start.id + 2 * place - 1, fen, fen * part / 5,
           int8multirange(int8range(fen * part / 5, fen)), '{}' FROM wanted, start
)
INSERT INTO projects_fundingline (project_id, fund_id, pool_id)
SELECT project, fund, start.id + 2 * place FROM wanted, start
"""
DECISIONS = """
INSERT INTO core_decision (workflow, record_id, move, from_status, to_status, decided_by_id,
                           decided_at, note, content_hash)
SELECT 'project', id, %s, %s, %s, CASE WHEN %s THEN created_by_id ELSE %s END, status_at, '', ''
  FROM projects_project WHERE status = ANY (%s) AND is_demo
"""


pinyin, initials = cache(pinyin_of), cache(initials_of)


def searched(parts: tuple[str, ...], *others: str) -> str:
    """What `search_text` would say of a name made of parts that recur."""
    name = "".join(parts)
    sound = "".join(map(pinyin, parts)).replace(" ", "")
    return " | ".join([normal(name), sound, "".join(map(initials, parts)), *map(normal, others)])


@contextmanager
def triggers_off() -> Iterator[None]:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


class Cases:
    """The filled tables: the reference places and offices, the people, so many projects."""

    def __init__(self, count: int):
        self.rnd = Random(count)
        self.count = count
        call_command("reference", verbosity=0, stdout=StringIO())
        self.people = write_people()
        self.workflow = WORKFLOWS["project"]
        line = self.workflow.main_line
        self.ended = line[line.index("completed") :]
        self.pairs = self._pairs()
        self.towns: dict[int, list[Division]] = {}
        for town in Division.objects.filter(level=Division.Level.TOWN):
            self.towns.setdefault(town.parent_id, []).append(town)

    @staticmethod
    def _pairs() -> list[tuple[Office, Office]]:
        """Each receiving county with the side that supports it, the city's own office otherwise."""
        city = Office.objects.get(parent=None, side=Office.Side.SUPPORTING)
        known = dict(Twinning.objects.values_list("receiver", "supporter"))
        offices = {o.pk: o for o in Office.objects.select_related("division")}
        counties = [o for o in offices.values() if o.side == "receiving" and o.kind == "county"]
        return [(county, offices.get(known.get(county.pk), city)) for county in counties]

    def fill(self) -> None:
        self._funds()
        with triggers_off():
            self._projects()
            with connection.cursor() as cursor:
                cursor.execute(LINES, [FUNDS, list(Project.STANDING)])
                self._decisions(cursor)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _funds(self) -> None:
        for place in range(FUNDS):
            Fund.objects.create(
                key=f"bench-{place}",
                kind=Fund.Kind.PUBLIC,
                name_zh=f"县级帮扶资金{place}",
                custodian=self.pairs[place % len(self.pairs)][1],
                opened_on=date(FIRST_YEAR, 1, 1),
                created_by=self.people["officer"],
                is_demo=True,
            )

    def _projects(self) -> None:
        names = [chinese for chinese, _english in words.village_names()]
        for first in range(0, self.count, BATCH):
            batch = [self._project(place, names) for place in range(first, first + BATCH)]
            Project.objects.bulk_create(batch[: self.count - first])

    def _project(self, place: int, villages: list[str]) -> Project:
        rnd = self.rnd
        receiver, supporter = rnd.choice(self.pairs)
        content, year = rnd.choice(KINDS), FIRST_YEAR + place * YEARS // self.count
        town = rnd.choice(self.towns.get(receiver.division_id) or [None])
        parts = (town.name_zh if town else "", rnd.choice(villages), content.name_zh)
        name = "".join(parts)
        english = f"{content.name_en}, {town.name_en if town else receiver.division.name_en}"
        number = f"P-{year}-{place:06d}"
        moment = datetime(year, 2, 1, 8, tzinfo=UTC) + timedelta(minutes=rnd.randrange(450_000))
        status = self._status(year)
        return Project(
            number=number,
            name_zh=name,
            name_en=english[:200],
            pinyin=" ".join(filter(None, map(pinyin, parts))),
            found_by=searched(parts, english, number),
            kind="social" if status == "agreed" else rnd.choice(["government", "social"]),
            level=rnd.choice(["city", "county", "bureau"]),
            types=list(content.types),
            is_integrated=rnd.random() < 0.1,
            is_drought_relief=rnd.random() < 0.02,
            year=year,
            office=receiver,
            supporter=supporter,
            county_id=receiver.division_id,
            town=town,
            agreed_amount=Decimal(rnd.randrange(20, 900)) * 1000,
            status=status,
            status_at=moment,
            completed_on=moment.date() if status in self.ended else None,
            created_by=self.people.reporters[receiver.division.code],
            created_at=moment,
            is_demo=True,
        )

    def _status(self, year: int) -> str:
        """What is old is over; of the last years everything is on its way."""
        line, rest = self.workflow.main_line, [s.value for s in self.workflow.states]
        chance = self.rnd.random()
        if chance < 0.05:
            return self.rnd.choice([value for value in rest if value not in line])
        old = FIRST_YEAR + YEARS - 1 - year
        return line[-1] if old > 2 and chance < 0.9 else self.rnd.choice(line)

    def _decisions(self, cursor) -> None:
        """The way of each project along the main line up to its state."""
        line = self.workflow.main_line
        for place, target in enumerate(line[1:], 1):
            source = line[place - 1]
            move = next(m for m in self.workflow.moves if source in m.source and m.target == target)
            own = not move.not_by
            by = self.people["approver"].pk
            cursor.execute(DECISIONS, [move.name, source, target, own, by, list(line[place:])])

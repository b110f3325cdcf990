"""The courses and seconded batches of the year as records: entered by one, confirmed by another.

Rule: sizes, hosts and places that the yearbook names stand in `year_2010`; only days are invented.
"""

from datetime import timedelta
from random import Random

from accounts.models import Office
from core.models import Division
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.shares import moment, workday
from reports.demo.year_2010 import BATCHES, COURSES, TWINNINGS_DAY, YEAR
from training.models import Course, Secondment


def write_courses(
    rng: Random, cast: Cast, journal: Journal, offices: dict[str, Office]
) -> list[Course]:
    places = {place.code: place for place in Division.objects.valid_on(TWINNINGS_DAY)}
    facts = sorted(COURSES, key=lambda fact: fact.starts_on)
    records = []
    for number, fact in zip(numbers(f"C-{YEAR}", len(facts), 4), facts, strict=True):
        ends_on = fact.starts_on + timedelta(days=fact.days - 1)
        records.append(
            Course(
                number=number,
                kind=fact.kind,
                name_zh=fact.name_zh,
                name_en=fact.name_en,
                office=offices[fact.office],
                co_host=offices.get(fact.co_host),
                division=places[fact.division],
                place=fact.place,
                starts_on=fact.starts_on,
                ends_on=ends_on,
                people_count=fact.people,
                people_qualifier=fact.qualifier,
                person_times_count=None if fact.is_named else fact.people * fact.days,
                **_entered(rng, cast, ends_on),
            )
        )
    return _confirmed(rng, cast, journal, records)


def write_batches(
    rng: Random, cast: Cast, journal: Journal, offices: dict[str, Office]
) -> list[Secondment]:
    facts = sorted(BATCHES, key=lambda fact: fact.starts_on)
    records = [
        Secondment(
            number=number,
            name_zh=fact.name_zh,
            name_en=fact.name_en,
            office=offices[fact.office],
            direction=Secondment.Direction.TO_NINGBO,
            rank=fact.rank,
            starts_on=fact.starts_on,
            ends_on=fact.ends_on,
            people_count=fact.people,
            **_entered(rng, cast, fact.starts_on),
        )
        for number, fact in zip(numbers(f"S-{YEAR}", len(facts), 4), facts, strict=True)
    ]
    return _confirmed(rng, cast, journal, records)


def _entered(rng: Random, cast: Cast, after) -> dict:
    at = moment(rng, workday(after + timedelta(days=3)))
    return {"created_by": cast["officer"], "created_at": at, "status_at": at, "is_demo": True}


def _confirmed(rng: Random, cast: Cast, journal: Journal, records: list) -> list:
    for place, record in enumerate(write(records)):
        confirmed_on = workday(record.created_at.date() + timedelta(days=4))
        journal.add(record, Step("confirm", cast.approver(place), moment(rng, confirmed_on)))
    return records

"""Large invented data: many gifts of the year after, in funds and programmes of their own.

Rule: nothing of it counts in 2010. Gifts are posted in batches and confirmed like any other.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accounts.models import Office, User
from donations.models import CODE_LENGTH, CODE_LETTERS, Donor, Gift, Programme
from donations.money import receipt_numbers
from ledger import money as ledger
from ledger.models import Fund
from reports.demo import words, year_2010
from reports.demo.fill import CHARITY
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.shares import moment

YEAR = 2011
BATCH = 5_000
PROGRAMMES = 4
GIFTS_OF_THE_YEAR = 2_000
GIFTS_A_DONOR = 5


def load_scale(times: int, tell: Callable[[str], None]) -> None:
    """Adds `times` 2,000 gifts; where such gifts are already, only those that are missing."""
    programmes = _programmes()
    there = Gift.objects.filter(programme__in=programmes).count()
    wanted = times * GIFTS_OF_THE_YEAR
    if there >= wanted:
        tell(f"{there} gifts of {YEAR} are loaded already; nothing changed")
        return
    rng = Random(year_2010.SEED + there)
    while there < wanted:
        count = min(BATCH, wanted - there)
        _batch(rng, programmes[there // BATCH % PROGRAMMES], there, count)
        there += count
        tell(f"posted {there} of {wanted} gifts of {YEAR}")


def _programmes() -> list[Programme]:
    found = Programme.objects.filter(key__startswith="scale-", is_demo=True).order_by("key")
    return list(found) or [_programme(place + 1) for place in range(PROGRAMMES)]


def _programme(place: int) -> Programme:
    names = {"name_zh": f"演示大数据{place}", "name_en": f"Large demonstration {place}"}
    fund = Fund.objects.create(
        key=f"scale-{place}",
        kind=Fund.Kind.DONATED,
        custodian=Office.objects.get(key=CHARITY),
        opened_on=date(YEAR, 1, 4),
        created_by=User.objects.get(username="officer"),
        is_demo=True,
        **names,
    )
    return Programme.objects.create(
        key=fund.key,
        kind=Programme.Kind.PROGRAMME,
        fund=fund,
        about_zh="大量虚构捐赠，用于试验速度",
        about_en="Many invented gifts, to try the speed",
        is_public=False,
        is_demo=True,
        **names,
    )


def _batch(rng: Random, programme: Programme, there: int, count: int) -> None:
    """Some thousand gifts of one programme: donors, ledger, records, decisions."""
    clerk, finance = (User.objects.get(username=name) for name in ("clerk", "finance"))
    charity, journal = programme.fund.custodian, Journal()
    donors = _donors(rng, -(-count // GIFTS_A_DONOR), charity, clerk)
    first = date(YEAR, 1, 10)
    days = sorted(first + timedelta(days=rng.randrange(340)) for _gift in range(count))
    receipts = receipt_numbers(YEAR, count)
    amounts = [Decimal(rng.choice(words.SMALL_GIFTS)) for _gift in range(count)]
    movements = ledger.receive_many(
        programme.fund.pool,
        [(amount, f"gift:{receipt}") for amount, receipt in zip(amounts, receipts, strict=True)],
        kind="gift",
        on=days,
        by=finance,
    )
    names = numbers(f"G-{YEAR}", count, Gift.number_digits)
    gifts = [
        Gift(
            number=names[place],
            receipt_number=receipts[place],
            movement_id=movements[place],
            donor=rng.choice(donors),
            programme=programme,
            custodian=charity,
            amount=amounts[place],
            received_on=days[place],
            bank_reference=f"DEMO-{YEAR}-{there + place + 1:08d}",
            check_code="".join(rng.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH)),
            created_by=clerk,
            created_at=moment(rng, days[place]),
            is_demo=True,
        )
        for place in range(count)
    ]
    for gift in write(gifts):
        at = moment(rng, gift.received_on + timedelta(days=1))
        journal.add(
            gift, Step("confirm", finance, at), Step("post", finance, at + timedelta(seconds=1))
        )
    journal.write()


def _donors(rng: Random, count: int, charity: Office, clerk: User) -> list[Donor]:
    return write(
        [
            Donor(
                number=number,
                kind=Donor.Kind.PERSON,
                name_zh=f"演示·{rng.choice(words.SURNAMES)}某{number[2:]}",
                name_en=f"Demo donor {number[2:]}",
                custodian=charity,
                created_by=clerk,
                is_demo=True,
            )
            for number in numbers("D", count, 6)
        ]
    )

"""Who gave what and when in 2010: donors, gifts and goods, made up to add up.

Rule: each programme's gifts add up to its `received`; the gifts before the one that the README
follows add up so that it ends where the appeal's allocations end.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from donations.models import CODE_LENGTH, CODE_LETTERS
from reports.demo import words, year_2010
from reports.demo.shares import split, within, workday
from reports.demo.year_2010 import DonatedFund

FEN = 100
LAST_DAY = date(2010, 12, 20)
ZHU_GIFTS = (
    (date(2010, 1, 18), 8_000_000),
    (date(2010, 3, 15), 6_800_000),
    (date(2010, 5, 20), 5_000_000),
    (date(2010, 7, 12), 4_000_000),
    (date(2010, 9, 6), 3_000_000),
)
# Gifts of the donors whom the yearbook names; the amounts and days are invented.
NAMED_GIFTS = {
    "drought-appeal": (
        (year_2010.NAMED_DONORS[0], date(2010, 3, 8), 500_000),
        (year_2010.NAMED_DONORS[1], date(2010, 3, 10), 200_000),
        (year_2010.NAMED_DONORS[2], date(2010, 3, 12), 150_000),
    ),
    "warm-lunch": ((year_2010.NAMED_DONORS[1], date(2010, 4, 26), 60_000),),
    "student-assistance": ((year_2010.NAMED_DONORS[2], date(2010, 6, 7), 100_000),),
}
ENTERPRISES = 90


@dataclass(eq=False)
class Giver:
    """A donor. `organisation` is the key of one that the yearbook names."""

    kind: str
    name_zh: str
    name_en: str
    organisation: str = ""
    consent_on: date | None = None


@dataclass(eq=False)
class Given:
    """A gift of money in fen. `bound_to` is the place of a project among the bound ones."""

    giver: Giver
    programme: str
    amount: int
    day: date
    method: str = "bank"
    message: str = ""
    check_code: str = ""
    bound_to: int | None = None
    is_show_piece: bool = False


@dataclass(eq=False)
class Goods:
    """Goods given: what, how many, and their value in whole yuan where they were valued."""

    giver: Giver
    programme: str
    day: date
    goods: tuple[str, str, str]
    quantity: int
    value: int | None


class Crowd:
    """The donors so far; some give again."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.people: list[Giver] = []
        self.enterprises: list[Giver] = []
        self.named: dict[str, Giver] = {}

    def citizen(self, day: date) -> Giver:
        if self.people and self.rng.random() < 0.18:
            return self.rng.choice(self.people)
        number, dice = len(self.people) + 1, self.rng.random()
        kind, zh, en = "person", f"{self.rng.choice(words.SURNAMES)}某", "donor"
        if dice < 0.03:
            kind, zh, en = "anonymous", "匿名捐赠人", "anonymous donor"
        elif dice < 0.08:
            kind, zh, en = "group", "某校某班", "class of pupils"
        consent = day if kind != "anonymous" and self.rng.random() < 0.15 else None
        giver = Giver(kind, f"演示·{zh}{number:04d}", f"Demo {en} {number:04d}", "", consent)
        self.people.append(giver)
        return giver

    def enterprise(self, day: date) -> Giver:
        if len(self.enterprises) < ENTERPRISES:
            number = len(self.enterprises) + 1
            consent = day if self.rng.random() < 0.6 else None
            names = f"演示企业{number:03d}", f"Demo enterprise {number:03d}"
            self.enterprises.append(Giver("enterprise", *names, "", consent))
            return self.enterprises[-1]
        return self.rng.choice(self.enterprises)

    def organisation(self, key: str, day: date) -> Giver:
        """A religious body that the yearbook names as a donor."""
        return self.named.setdefault(key, Giver("religious", "", "", key, day))

    def everybody(self) -> list[Giver]:
        """All of them, in the order in which they are written."""
        return [*self.named.values(), *self.enterprises, *self.people]


def plan_gifts(rng: Random, crowd: Crowd, *, bound: list[tuple[str, int]]) -> list[Given]:
    """Every gift of the year, in the order of its receipts.

    `bound` are the programmes and whole yuan of the projects that gifts are bound to.
    """
    crowd.named["zhu"] = Giver("person", *year_2010.ZHU, "", ZHU_GIFTS[0][0])
    gifts = [
        Given(crowd.named["zhu"], "zhu-yinglong", amount * FEN, day) for day, amount in ZHU_GIFTS
    ]
    for fund in year_2010.DONATED[1:]:
        gifts += _appeal(rng, crowd, fund) if fund.is_drought_relief else _year(rng, crowd, fund)
    for place, (programme, amount) in enumerate(bound):
        gifts += _bound(rng, crowd, programme, amount, place)
    for gift in gifts:
        gift.check_code = "".join(rng.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))
        gift.method = _method(rng, gift)
        gift.message = rng.choice(words.MESSAGES) if rng.random() < 0.08 else ""
    return sorted(gifts, key=lambda gift: (gift.day, gift.is_show_piece))


def _year(rng: Random, crowd: Crowd, fund: DonatedFund) -> list[Given]:
    days = (date(2010, 1, 5), LAST_DAY)
    return _gifts(rng, crowd, fund.key, fund.received, fund.gift_count, days, early=2.4)


def _appeal(rng: Random, crowd: Crowd, fund: DonatedFund) -> list[Given]:
    """The appeal's gifts: before the show gift, that gift, and after it."""
    in_use = year_2010.SHOW_GIFT_IN_PIPE + year_2010.SHOW_GIFT_IN_CELLARS
    before = year_2010.SOCIAL_SHARES[fund.key].amount - in_use
    after = fund.received - before - year_2010.SHOW_GIFT
    first, last = year_2010.APPEAL_DAYS
    show = year_2010.SHOW_DAY
    giver = Giver("person", "演示·陈某", "Demo donor Chen")
    crowd.people.append(giver)
    later_count = fund.gift_count // 6
    return [
        *_gifts(
            rng,
            crowd,
            fund.key,
            before,
            fund.gift_count - 1 - later_count,
            (first, show),
            early=0.6,
        ),
        Given(giver, fund.key, year_2010.SHOW_GIFT * FEN, show, is_show_piece=True),
        *_gifts(rng, crowd, fund.key, after, later_count, (date(2010, 3, 19), last), early=2.2),
    ]


def _gifts(
    rng: Random,
    crowd: Crowd,
    programme: str,
    amount: int,
    count: int,
    days: tuple[date, date],
    *,
    early: float,
) -> list[Given]:
    """`count` gifts that add up to `amount` yuan: many small ones of citizens, some large ones."""
    named = [
        Given(crowd.organisation(key, day), programme, yuan * FEN, day)
        for key, day, yuan in NAMED_GIFTS.get(programme, ())
        if days[0] <= day <= days[1]
    ]
    large = max(count // 14, min(count // 2, 10))
    small = [_small(rng) for _gift in range(count - large - len(named))]
    rest = amount * FEN - sum(small) - sum(gift.amount for gift in named)
    amounts = [*small, *split(rng, rest, large, step=100 * FEN, spread=0.8)]
    gifts = []
    for place, part in enumerate(amounts):
        day = within(rng, *days, early=early)
        giver = crowd.citizen(day) if place < len(small) else crowd.enterprise(day)
        gifts.append(Given(giver, programme, part, day))
    return [*named, *gifts]


def _small(rng: Random) -> int:
    amount = rng.choice(words.SMALL_GIFTS) * FEN
    return amount + rng.randint(1, 9_999) if rng.random() < 0.05 else amount


def _method(rng: Random, gift: Given) -> str:
    if gift.amount >= 10_000 * FEN or rng.random() < 0.6:
        return "bank"
    return rng.choice(("cash", "postal", "organisation"))


def _bound(rng: Random, crowd: Crowd, programme: str, amount: int, place: int) -> list[Given]:
    """Gifts that their givers bound to one project, four for each."""
    gifts = []
    for part in split(rng, amount * FEN, 4, step=500 * FEN):
        day = workday(within(rng, date(2010, 2, 1), date(2010, 5, 28)))
        gifts.append(Given(crowd.citizen(day), programme, part, day, bound_to=place))
    return gifts


# -- goods ----------------------------------------------------------------------------------------


def plan_goods(rng: Random, crowd: Crowd) -> list[Goods]:
    """Valued goods for the appeal, and goods without a value for the care packages."""
    goods = []
    values = split(rng, year_2010.RELIEF_GOODS.amount, year_2010.RELIEF_GOODS.count, step=100)
    for place, value in enumerate(values):
        *what, each = year_2010.GOODS[place % len(year_2010.GOODS)]
        day = workday(within(rng, date(2010, 2, 20), date(2010, 6, 30), early=1.5))
        giver = crowd.enterprise(day) if place % 3 else crowd.citizen(day)
        count = max(1, value // each)
        goods.append(Goods(giver, "drought-appeal", day, tuple(what), count, value))
    for *what, quantity in year_2010.UNVALUED_GOODS:
        day = workday(within(rng, date(2010, 9, 1), date(2010, 11, 30)))
        goods.append(Goods(crowd.enterprise(day), "care-package", day, tuple(what), quantity, None))
    return sorted(goods, key=lambda given: given.day)

"""Donors, gifts and goods as records: posted to the ledger, entered and confirmed by two people.

Rule: receipts count in the order in which gifts came, and the ledger takes them in that order.
"""

from datetime import timedelta

from accounts.models import Office
from core.money import yuan
from donations.models import Donor, Gift, GoodsGift, Programme
from donations.money import receipt_numbers
from ledger import money as ledger
from partnerships.models import Organisation
from reports.demo.fill import CHARITY
from reports.demo.flow import YEAR, Flow
from reports.demo.giving import Crowd, Given, Giver, Goods
from reports.demo.journal import Step, numbers, write
from reports.demo.people import Cast
from reports.demo.shares import moment, workday


def write_donors(cast: Cast, crowd: Crowd, offices: dict[str, Office]) -> dict[Giver, Donor]:
    known = {organisation.key: organisation for organisation in Organisation.objects.all()}
    givers = crowd.everybody()
    first, donors = numbers("D", len(givers), 6), {}
    for number, giver in zip(first, givers, strict=True):
        organisation = known.get(giver.organisation)
        donors[giver] = Donor(
            number=number,
            kind=giver.kind,
            name_zh=organisation.name_zh if organisation else giver.name_zh,
            name_en=organisation.name_en if organisation else giver.name_en,
            organisation=organisation,
            custodian=offices[CHARITY],
            has_name_consent=giver.consent_on is not None,
            consent_on=giver.consent_on,
            created_by=cast["clerk"],
            is_demo=True,
        )
    write(list(donors.values()))
    return donors


def write_gifts(
    flow: Flow, gifts: list[Given], donors: dict[Giver, Donor], programmes: dict[str, Programme]
) -> None:
    """Posts the gifts and writes them with their decisions."""
    receipts = receipt_numbers(YEAR, len(gifts))
    names = numbers(f"G-{YEAR}", len(gifts), Gift.number_digits)
    records = {}
    for place, given in enumerate(gifts):
        record = _gift(flow, place, given, donors[given.giver], programmes[given.programme])
        record.number, record.receipt_number = names[place], receipts[place]
        records[given] = record
    _post(flow, gifts, records)
    write(list(records.values()))
    for given, record in records.items():
        at = moment(flow.rng, workday(given.day + timedelta(days=1)))
        finance = flow.cast["finance"]
        flow.journal.add(
            record, Step("confirm", finance, at), Step("post", finance, at + timedelta(seconds=1))
        )


def _gift(flow: Flow, place: int, given: Given, donor: Donor, programme: Programme) -> Gift:
    at = moment(flow.rng, given.day)
    bound = {plan.bound_to: project for plan, project in flow.projects.items()}
    return Gift(
        donor=donor,
        programme=programme,
        project=None if given.bound_to is None else bound[given.bound_to],
        custodian=donor.custodian,
        amount=yuan(given.amount),
        received_on=given.day,
        method=given.method,
        bank_reference=f"DEMO-{YEAR}-{place + 1:06d}" if given.method == "bank" else "",
        message=given.message,
        check_code=given.check_code,
        created_by=flow.cast.clerk(place),
        created_at=at,
        status_at=at,
        is_demo=True,
    )


def _post(flow: Flow, gifts: list[Given], records: dict[Given, Gift]) -> None:
    """One statement for each fund, and one for each project that gifts are bound to."""
    plans = {plan.bound_to: plan for plan in flow.projects if plan.bound_to is not None}
    piles: dict[tuple, list[Gift]] = {}
    for given in gifts:
        piles.setdefault((given.programme, given.bound_to), []).append(records[given])
    for (programme, bound_to), pile in piles.items():
        is_bound = bound_to is not None
        pool = flow.line(plans[bound_to]).pool if is_bound else flow.funds[programme].pool
        movements = ledger.receive_many(
            pool,
            [(gift.amount, f"gift:{gift.receipt_number}") for gift in pile],
            kind="bound_gift" if is_bound else "gift",
            on=[gift.received_on for gift in pile],
            by=flow.cast["finance"],
        )
        for gift, movement in zip(pile, movements, strict=True):
            gift.movement_id = movement


def write_goods(
    flow: Flow, goods: list[Goods], donors: dict[Giver, Donor], programmes: dict[str, Programme]
) -> None:
    names, records = numbers(f"K-{YEAR}", len(goods), GoodsGift.number_digits), []
    bases = ("invoice", "market", "appraisal")
    for place, given in enumerate(goods):
        donor, at = donors[given.giver], moment(flow.rng, given.day)
        goods_zh, goods_en, unit = given.goods
        records.append(
            GoodsGift(
                number=names[place],
                donor=donor,
                programme=programmes[given.programme],
                custodian=donor.custodian,
                received_on=given.day,
                goods_zh=goods_zh,
                goods_en=goods_en,
                unit=unit,
                quantity=given.quantity,
                basis=bases[place % 3] if given.value else "not_valued",
                value_amount=given.value,
                created_by=flow.cast.clerk(place),
                created_at=at,
                status_at=at,
                is_demo=True,
            )
        )
    for record in write(records):
        at = moment(flow.rng, workday(record.received_on + timedelta(days=1)))
        flow.journal.add(record, Step("confirm", flow.cast["finance"], at))

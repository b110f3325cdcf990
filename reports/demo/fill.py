"""The funds of the year: one a programme, one a supporting budget, and the relief grants.

Rule: a donated fund lies with the charity, a public one with the office whose budget it is.
"""

from collections.abc import Iterable
from datetime import date

from accounts.models import Office
from donations.models import Programme
from ledger.models import Fund
from reports.demo import year_2010
from reports.demo.people import Cast

CHARITY = "nb-charity"
OPENED_ON = date(2010, 1, 4)


def write_funds(cast: Cast, offices: dict[str, Office], sources: Iterable[str]) -> dict[str, Fund]:
    """Opens the funds and answers them by key; `sources` are the keys of the paying offices."""
    funds = [_donated(fund, offices[CHARITY]) for fund in year_2010.DONATED]
    funds += [_budget(offices[key]) for key in sorted(set(sources))]
    funds.append(_relief(offices["nb"]))
    for fund in funds:
        fund.opened_on, fund.created_by, fund.is_demo = OPENED_ON, cast["officer"], True
        fund.save()
    return {fund.key: fund for fund in funds}


def _donated(fund: year_2010.DonatedFund, charity: Office) -> Fund:
    return Fund(
        key=fund.key,
        kind=Fund.Kind.DONATED,
        name_zh=fund.name_zh,
        name_en=fund.name_en,
        purpose_zh=fund.about_zh,
        purpose_en=fund.about_en,
        project_types=list(fund.project_types),
        spend_by=fund.spend_by,
        custodian=charity,
    )


def _budget(office: Office) -> Fund:
    return Fund(
        key=f"budget-{office.key}",
        kind=Fund.Kind.PUBLIC,
        name_zh=f"{office.name_zh} 2010 年帮扶资金",
        name_en=f"Budget 2010 of {office.name_en}",
        purpose_zh="年度对口帮扶项目",
        purpose_en="Projects of the yearly agreement",
        custodian=office,
    )


def _relief(office: Office) -> Fund:
    return Fund(
        key=year_2010.GRANT_FUND,
        kind=Fund.Kind.PUBLIC,
        name_zh="抗旱救灾补助资金",
        name_en="Drought relief grants",
        purpose_zh="补助黔东南、黔西南两州抗旱",
        purpose_en="Grants to both prefectures in the drought",
        project_types=["water", "relief"],
        custodian=office,
    )


def write_programmes(funds: dict[str, Fund]) -> dict[str, Programme]:
    programmes = {}
    for fund in year_2010.DONATED:
        starts_on, ends_on = year_2010.APPEAL_DAYS if fund.is_drought_relief else (None, None)
        programmes[fund.key] = Programme.objects.create(
            key=fund.key,
            kind=fund.kind,
            fund=funds[fund.key],
            name_zh=fund.name_zh,
            name_en=fund.name_en,
            about_zh=fund.about_zh,
            about_en=fund.about_en,
            starts_on=starts_on,
            ends_on=ends_on,
            is_drought_relief=fund.is_drought_relief,
            is_demo=True,
        )
    return programmes

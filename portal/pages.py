"""What the other public pages show: the first page, projects and programmes with their money.

Rule: only projects that stand and money that is posted are shown; a giver's name comes from
`Donor.public_name` and from nowhere else.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse

from core.lists import COUNT_CAP
from core.money import yuan
from donations.models import Gift, GoodsGift, Programme
from portal.art import Pictures, pictures_of
from projects.models import FundingLine, Project
from reports.counties import counties_of
from reports.figures import FIGURES
from reports.tallies import ZHU_KEY, Year

GIFTS_SHOWN = 6
FINISHED_SHOWN = 2


@dataclass(frozen=True)
class Finished:
    project: Project
    pictures: Pictures


def published_gifts() -> QuerySet[Gift]:
    """Posted gifts of programmes that are shown, with what a row shows; the latest first."""
    return (
        Gift.objects.posted()
        .filter(programme__is_public=True)
        .select_related("donor", "programme")
        .order_by("-received_on", "-id")
    )


def public_projects() -> QuerySet[Project]:
    return Project.objects.for_public_display().select_related(
        "county__parent", "town", "village", "supporter"
    )


def home(year: int) -> dict[str, Any]:
    """The first page, in a number of queries that no record changes."""
    records = Year(year)
    finished = public_projects().filter(completed_on__isnull=False).with_money()
    latest = list(finished.order_by("-completed_on", "-id")[:FINISHED_SHOWN])
    pictures = pictures_of(latest)
    return {
        "year": year,
        "all": FIGURES["A1"].of(records),
        "social": FIGURES["A3"].of(records),
        "government": FIGURES["A2"].of(records),
        "counties": counties_of(records),
        "programmes": list(Programme.objects.for_public_display().with_money().order_by("id")),
        "finished": [Finished(project, pictures[project.pk]) for project in latest],
        "gifts": list(published_gifts()[:GIFTS_SHOWN]),
    }


def links_of(year: int) -> dict[str, str]:
    """The public pages that show the records behind a figure, by its key."""
    projects = f"{reverse('portal:project-list')}?year={year}"
    links = {
        "A1": projects,
        "A2": f"{projects}&kind=government",
        "A3": f"{projects}&kind=social",
    }
    public = Programme.objects.for_public_display().filter(key=ZHU_KEY)
    if public.exists():
        links["G1"] = reverse("portal:programme-detail", args=[ZHU_KEY])
    return links


def money_of(projects: QuerySet[Project]) -> dict[str, Any]:
    """What a set of projects comes to: count, agreed, and what has been paid and is held."""
    agreed = projects.order_by().aggregate(count=Count("pk"), agreed=Sum("agreed_amount"))
    lines = FundingLine.objects.filter(project__in=projects.order_by().values("pk"))
    money = lines.order_by().aggregate(
        paid=Sum(F("pool__gone__received") - F("pool__gone__spent")),
        held=Sum(F("pool__received") - F("pool__spent")),
    )
    whole = agreed["agreed"] or Decimal(0)
    paid, held = yuan(money["paid"] or 0), yuan(money["held"] or 0)
    return {
        "count": agreed["count"],
        "agreed": whole,
        "paid": paid,
        "held": held,
        "open": max(whole - paid - held, Decimal(0)),
    }


def funding_of(project: Project) -> list[dict[str, Any]]:
    """Where a project's money comes from, fund by fund: received, paid and held."""
    lines = FundingLine.objects.filter(project=project).select_related("fund", "pool__gone")
    rows = []
    for line in lines.order_by("id"):
        paid = yuan(line.pool.gone.received - line.pool.gone.spent)
        held = yuan(line.pool.received - line.pool.spent)
        rows.append({"fund": line.fund, "received": paid + held, "paid": paid, "held": held})
    return rows


def sum_of_gifts(gifts: QuerySet[Gift]) -> dict[str, Any]:
    """How many gifts a filter finds, and what they come to; nothing for more than can be summed
    while a reader waits."""
    some = gifts.order_by()[: COUNT_CAP + 1].values("amount")
    found = some.aggregate(rows=Count("amount"), sum=Sum("amount"))
    if found["rows"] > COUNT_CAP:
        return {}
    return {"count": found["rows"], "amount": found["sum"] or Decimal(0)}


def goods_of(programme: Programme) -> QuerySet[GoodsGift]:
    """The latest goods confirmed for a programme, with their givers."""
    goods = GoodsGift.objects.confirmed().filter(programme=programme).select_related("donor")
    return goods.order_by("-received_on", "-id")[:GIFTS_SHOWN]


def projects_of(programme: Programme) -> QuerySet[Project]:
    return public_projects().filter(lines__fund=programme.fund_id)

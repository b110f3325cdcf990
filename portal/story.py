"""What the page of one gift tells: the sentence, the river, the cards, the table, what happened.

Rule: every amount is the ledger's, every list adds up to the gift, and nothing in it says who any
other giver is.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from core.formatting import number
from core.money import money_text
from core.punctuation import listed
from donations.journey import FundPart, Journey, PaidPart, ProjectPart, journey_of
from donations.models import Gift
from ledger.models import Movement
from ledger.trace import Step
from portal.art import Pictures, pictures_of
from portal.river import Arm, Drawing, Mouth, Reach, flat, tall
from projects.models import Project
from reports.counties import short_name

LARGEST = 5
MOUTHS = 4


@dataclass(frozen=True)
class Card:
    """A project as its giver sees it; amounts in yuan, `percent` of the agreed amount."""

    project: Project
    amount: Decimal
    percent: str
    pictures: Pictures


@dataclass(frozen=True)
class Line:
    """A row of the table of payments."""

    on: date
    project: Project
    purpose: str
    voucher: str
    amount: Decimal


@dataclass(frozen=True)
class Event:
    """Something that happened to the money on its way back or sideways."""

    on: date
    text: str


@dataclass
class Story:
    gift: Gift
    journey: Journey
    claim: SafeString
    flat: Drawing
    tall: Drawing
    cards: list[Card]
    lines: list[Line]
    events: list[Event]
    before_count: int
    more_count: int = 0
    spend_by: date | None = None

    @property
    def has_drawing(self) -> bool:
        return any(card.pictures.has_drawing for card in self.cards)

    @property
    def columns(self) -> list[tuple[int, str]]:
        """Heads of the wide river's columns, with their places."""
        words = (
            pgettext("column of the river", "Gift"),
            pgettext("column of the river", "Fund"),
            pgettext("column of the river", "Projects"),
            pgettext("column of the river", "Payments"),
        )
        return list(zip((0, 226, 478, 770), words, strict=True))


def story_of(gift: Gift) -> Story:
    """The story of a posted gift, in as many queries for one project as for thirty."""
    journey = journey_of(gift)
    parts = journey.projects
    money = Project.objects.filter(pk__in={part.project.pk for part in parts}).with_money()
    projects = {project.pk: project for project in money.select_related("county", "town")}
    largest = [projects[part.project.pk] for part in parts[:LARGEST]]
    pictures = pictures_of(largest)
    reaches = _reaches(journey)
    title, line = _("Your gift"), money_text(journey.total)
    day = date_format(journey.received_on, "DATE_FORMAT")
    short_day = date_format(journey.received_on, "SHORT_DATE_FORMAT")
    return Story(
        gift=gift,
        journey=journey,
        claim=_claim(journey),
        flat=flat(journey.total, title, f"{line} · {short_day}", reaches),
        tall=tall(journey.total, f"{title} {line}", day, reaches),
        cards=[
            _card(part, project, pictures[project.pk])
            for part, project in zip(parts, largest, strict=False)
        ],
        lines=[_line(part, project) for part, project in _payments(parts)],
        events=_events(journey.steps),
        before_count=_gifts_before(gift),
        more_count=max(len(parts) - LARGEST, 0),
        spend_by=min((part.fund.spend_by for part in _with_rest(journey)), default=None),
    )


def _with_rest(journey: Journey) -> list[FundPart]:
    return [part for part in journey.funds if part.unspent and part.fund.spend_by]


def _gifts_before(gift: Gift) -> int:
    """How many gifts stand before this one in its fund's line."""
    movement = gift.movement
    return Movement.objects.filter(
        target=movement.target_id, in_start__lt=movement.in_start, source__isnull=True
    ).count()


# -- the sentence ---------------------------------------------------------------------------------


def _claim(journey: Journey) -> SafeString:
    """“Of your ¥10,000.00, ¥7,070.00 has paid for 2 projects in Ceheng; …”, amounts marked up."""
    paid_for = [part for part in journey.projects if part.paid]
    clauses = []
    if journey.paid:
        clauses.append(_clause("c1", journey.paid, _paid_for(paid_for)))
    if journey.promised:
        clauses.append(
            _clause("c2", journey.promised, _("{amount} is promised to a project and not yet paid"))
        )
    if journey.unspent:
        clauses.append(_clause("c3", journey.unspent, _("{amount} is not used yet")))
    if journey.refunded:
        clauses.append(_clause("c4", journey.refunded, _("{amount} went back to you")))
    if len(clauses) == 1:
        return format_html(_("Your {clause}."), clause=clauses[0])
    joined = format_html_join(pgettext("between clauses", "; "), "{}", ((c,) for c in clauses))
    total = format_html("<strong>{}</strong>", money_text(journey.total))
    return format_html(_("Of your {total}, {clauses}."), total=total, clauses=joined)


def _clause(css: str, amount: Decimal, words: str) -> SafeString:
    marked = format_html('<strong class="{}">{}</strong>', css, money_text(amount))
    return format_html(words, amount=marked)


def _paid_for(parts: list[ProjectPart]) -> str:
    counties = list(dict.fromkeys(short_name(part.project.county) for part in parts))
    projects = len({part.project.pk for part in parts})
    if len(counties) > 3:
        words = ngettext(
            "{{amount}} has paid for {projects} project in {counties} counties",
            "{{amount}} has paid for {projects} projects in {counties} counties",
            projects,
        )
        return words.format(projects=projects, counties=len(counties))
    words = ngettext(
        "{{amount}} has paid for {projects} project in {counties}",
        "{{amount}} has paid for {projects} projects in {counties}",
        projects,
    )
    places = _listed(counties).replace("{", "").replace("}", "")
    return words.format(projects=projects, counties=places)


def _listed(names: list[str]) -> str:
    """“Ceheng, Qinglong and Leishan”."""
    *first, last = names
    if not first:
        return last
    return _("{first} and {last}").format(first=listed(first), last=last)


# -- the river ------------------------------------------------------------------------------------


def _reaches(journey: Journey) -> list[Reach]:
    largest = {id(part) for part in journey.projects[:LARGEST]}
    reaches = [_reach(part, largest) for part in journey.funds]
    if journey.refunded:
        back = Arm(
            journey.refunded,
            money_text(journey.refunded),
            _("Back to you"),
            _back_line(journey),
            "back",
        )
        reaches = _with_refund(reaches, back)
    return reaches


def _with_refund(reaches: list[Reach], back: Arm) -> list[Reach]:
    """The refund as the last arm; a gift that went back whole has no fund to show."""
    if not reaches:
        return [Reach(back.amount, back.amount_text, _("Taken in"), "", (back,))]
    last = reaches[-1]
    amount = last.amount + back.amount
    return [
        *reaches[:-1],
        Reach(amount, money_text(amount), last.title, last.line, (*last.arms, back)),
    ]


def _back_line(journey: Journey) -> str:
    days = {date_format(part.refunded_on, "DATE_FORMAT") for part in journey.refunds}
    return " · ".join([money_text(journey.refunded), *sorted(days)][:2])


def _reach(part: FundPart, largest: set[int]) -> Reach:
    projects = sorted(part.projects, key=lambda one: -one.amount)
    arms = [_arm(one) for one in projects if id(one) in largest]
    others = [one for one in projects if id(one) not in largest]
    if others:
        arms.append(_others_arm(others))
    if part.unspent:
        amount = money_text(part.unspent)
        line = _("{amount}, not yet assigned").format(amount=amount)
        arms.append(Arm(part.unspent, amount, _("Still in the fund"), line, "free"))
    line = _("fund {number}").format(number=part.fund.number)
    return Reach(part.amount, money_text(part.amount), part.fund.name, line, tuple(arms))


def _arm(part: ProjectPart) -> Arm:
    amount = money_text(part.amount)
    shown, hidden = part.payments[:MOUTHS], part.payments[MOUTHS:]
    mouths = [_payment_mouth(one) for one in shown]
    if hidden:
        paid = sum((one.amount for one in hidden), Decimal(0))
        words = ngettext("{count} more payment", "{count} more payments", len(hidden))
        mouths.append(Mouth(paid, money_text(paid), words.format(count=len(hidden)), "paid"))
    if part.promised:
        mouths.append(_waiting_mouth(part.promised))
    name, county = part.project.name, short_name(part.project.county)
    title = name if county in name else f"{county} · {name}"
    return Arm(part.amount, amount, title, amount, "", tuple(mouths))


def _others_arm(parts: list[ProjectPart]) -> Arm:
    total = sum((part.amount for part in parts), Decimal(0))
    paid = sum((part.paid for part in parts), Decimal(0))
    mouths = []
    if paid:
        count = sum(len(part.payments) for part in parts)
        words = ngettext("{count} payment", "{count} payments", count).format(count=count)
        mouths.append(Mouth(paid, money_text(paid), words, "paid"))
    if total > paid:
        mouths.append(_waiting_mouth(total - paid))
    title = ngettext("{count} more project", "{count} more projects", len(parts))
    amount = money_text(total)
    return Arm(total, amount, title.format(count=len(parts)), amount, "", tuple(mouths))


def _payment_mouth(part: PaidPart) -> Mouth:
    day = date_format(part.paid_on, "SHORT_DATE_FORMAT")
    line = _("{day}, voucher {voucher}").format(day=day, voucher=part.voucher)
    brief_line = f"{day} · {part.voucher}"
    return Mouth(part.amount, money_text(part.amount), line, "paid", brief_line)


def _waiting_mouth(amount: Decimal) -> Mouth:
    return Mouth(amount, money_text(amount), _("not yet paid"), "wait")


# -- cards and table ------------------------------------------------------------------------------


def _card(part: ProjectPart, project: Project, pictures: Pictures) -> Card:
    percent = part.share * 100
    text = number(percent, places=2) if percent >= Decimal("0.01") else _("less than 0.01")
    return Card(project, part.amount, text, pictures)


def _payments(parts: list[ProjectPart]) -> list[tuple[PaidPart, Project]]:
    found = [(one, part.project) for part in parts for one in part.payments]
    return sorted(found, key=lambda pair: (pair[0].paid_on, pair[0].number))


def _line(part: PaidPart, project: Project) -> Line:
    payment = part.payment
    chinese = (get_language() or "").startswith("zh")
    purpose = payment.purpose_zh if chinese else payment.purpose_en or payment.purpose_zh
    return Line(part.paid_on, project, purpose, part.voucher, part.amount)


# -- what happened --------------------------------------------------------------------------------


def _events(steps: list[Step]) -> list[Event]:
    """Money that came back, moved or stepped in, one sentence a movement, in the order of days."""
    kinds = Movement.Kind
    words = {
        kinds.REVERSAL: _(
            "A payment was reversed; {amount} of your gift came back to its project."
        ),
        kinds.SURPLUS: _("A project needed less; {amount} of your gift returned to the fund."),
        kinds.WITHDRAWAL: _(
            "A project could not use it; {amount} of your gift returned to the fund."
        ),
        kinds.MOVE: _("{amount} of your gift was moved to another purpose."),
        kinds.RETURN: _("A refund did not arrive; {amount} came back to the fund."),
        kinds.REFUND: _("{amount} went back to you."),
        kinds.BOUNCE: _("{amount} of your gift did not arrive and was taken out again."),
    }
    amounts: dict[tuple[date, int, str], Decimal] = defaultdict(Decimal)
    for step in steps:
        if step.kind in words:
            amounts[step.posted_on, step.movement_id, words[step.kind]] += step.amount
        if step.stepped_in_by_id and step.stepped_in_on:
            said = _("{amount} of your gift took the place of another gift that fell away.")
            amounts[step.stepped_in_on, step.stepped_in_by_id, said] += step.amount
    return [
        Event(on, said.format(amount=money_text(amount)))
        for (on, _movement, said), amount in sorted(amounts.items())
    ]

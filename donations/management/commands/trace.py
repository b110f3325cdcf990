"""`manage.py trace NUMBER [--json]`: a gift to its payments, a payment to its givers, to the fen.

NUMBER is a receipt number (NB-2010-004217), a gift's own number (G-2010-000001), a payment's number
(Z-2010-00001) or voucher. Exit status 1 and one sentence for a number that nobody has.

With --json one object is printed. Amounts are yuan as strings with two decimals, days ISO 8601.
Of a gift:

    {"kind": "gift", "number", "receipt_number", "status", "received_on", "amount",
     "paid", "promised", "unspent", "refunded", "sum",
     "funds": [{"number", "name", "amount", "unspent", "spend_by",
        "projects": [{"number", "name", "county", "set_aside_on", "stepped_in_on", "amount", "paid",
           "promised", "share",
           "payments": [{"number", "voucher", "paid_on", "purpose", "amount", "share"}]}]}],
     "returns": [{"project", "fund", "returned_on", "amount"}],
     "refunds": [{"voucher", "refunded_on", "amount"}]}

`sum` is what lies at all places together and equals `amount`; both are given so that anybody can
compare them. `returns` is what a project did not need and gave back to its fund; it is part of no
sum, for it lies in the fund again or has gone on from there. `share` is the part of the project's
agreed amount, or of the payment, in per cent with two decimals. A gift that is not posted has no
places, and its sum is 0.00. Of a payment:

    {"kind": "payment", "number", "voucher", "status", "paid_on", "amount", "project", "fund",
     "county", "reversed", "sum",
     "givers": [{"kind": "gift" | "appropriation", "number", "receipt_number" | "document",
        "received_on", "amount"}]}

where sum + reversed = amount for a payment that is paid.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from core.formatting import yuan_text
from donations.givers import Named, givers_of_payment
from donations.journey import FundPart, Journey, PaidPart, ProjectPart, journey_of
from donations.models import Gift
from projects.models import Payment

NOTHING = Decimal("0.00")


class Command(BaseCommand):
    help = "Traces a gift to its payments, or a payment to its givers."

    def add_arguments(self, parser) -> None:
        parser.add_argument("number", help="of a gift, receipt, payment or voucher")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args, number: str, **options) -> None:
        number = number.strip()
        told = trace_of(number)
        if told is None:
            raise CommandError(f"There is no gift, receipt, payment or voucher {number}.")
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            lines = gift_lines(told) if told["kind"] == "gift" else payment_lines(told)
            self.stdout.write("\n".join(lines))


def trace_of(number: str) -> dict[str, Any] | None:
    """What is known of a number, in the shape of --json; None for a number nobody has."""
    if "\x00" in number:
        return None
    gift = Gift.objects.for_list().filter(Q(receipt_number=number) | Q(number=number)).first()
    if gift:
        return gift_trace(gift)
    payment = (
        Payment.objects.filter(Q(number=number) | Q(voucher=number))
        .select_related("line__project__county", "line__fund")
        .order_by("pk")
        .first()
    )
    return payment_trace(payment) if payment else None


# -- of a gift ------------------------------------------------------------------------------------


def gift_trace(gift: Gift) -> dict[str, Any]:
    journey = (
        journey_of(gift)
        if gift.movement_id
        else Journey(total=NOTHING, received_on=gift.received_on, funds=[], refunds=[])
    )
    return {
        "kind": "gift",
        "number": gift.number,
        "receipt_number": gift.receipt_number,
        "status": gift.status,
        "received_on": gift.received_on.isoformat(),
        "amount": _yuan(gift.amount),
        "paid": _yuan(journey.paid),
        "promised": _yuan(journey.promised),
        "unspent": _yuan(journey.unspent),
        "refunded": _yuan(journey.refunded),
        "sum": _yuan(journey.paid + journey.promised + journey.unspent + journey.refunded),
        "funds": [_fund(part) for part in journey.funds],
        "returns": [
            {
                "project": part.project.number,
                "fund": part.fund.number,
                "returned_on": part.returned_on.isoformat(),
                "amount": _yuan(part.amount),
            }
            for part in journey.returns
        ],
        "refunds": [
            {
                "voucher": part.voucher,
                "refunded_on": part.refunded_on.isoformat(),
                "amount": _yuan(part.amount),
            }
            for part in journey.refunds
        ],
    }


def _fund(part: FundPart) -> dict[str, Any]:
    return {
        "number": part.fund.number,
        "name": part.fund.name,
        "amount": _yuan(part.amount),
        "unspent": _yuan(part.unspent),
        "spend_by": part.fund.spend_by.isoformat() if part.fund.spend_by else None,
        "projects": [_project(project) for project in part.projects],
    }


def _project(part: ProjectPart) -> dict[str, Any]:
    return {
        "number": part.project.number,
        "name": part.project.name,
        "county": part.project.county.name,
        "set_aside_on": part.set_aside_on.isoformat(),
        "stepped_in_on": part.stepped_in_on.isoformat() if part.stepped_in_on else None,
        "amount": _yuan(part.amount),
        "paid": _yuan(part.paid),
        "promised": _yuan(part.promised),
        "share": _per_cent(part.share),
        "payments": [_paid(paid) for paid in part.payments],
    }


def _paid(part: PaidPart) -> dict[str, Any]:
    return {
        "number": part.number,
        "voucher": part.voucher,
        "paid_on": part.paid_on.isoformat(),
        "purpose": part.purpose,
        "amount": _yuan(part.amount),
        "share": _per_cent(part.share),
    }


def gift_lines(told: dict[str, Any]) -> Iterator[str]:
    """The trace of a gift as text, an amount a line, and the sums."""
    yield f"{told['receipt_number'] or told['number']}  gift of {told['received_on']}"
    yield _line("Amount", told["amount"])
    for fund in told["funds"]:
        yield f"{fund['number']}  {fund['name']}"
        for project in fund["projects"]:
            yield f"  {project['number']}  {project['name']}, {project['county']}"
            for paid in project["payments"]:
                yield _line(
                    f"    paid {paid['paid_on']}, voucher {paid['voucher']}", paid["amount"]
                )
            if Decimal(project["promised"]):
                yield _line("    set aside, not paid yet", project["promised"])
        if Decimal(fund["unspent"]):
            yield _line("  not set aside yet", fund["unspent"])
    for back in told["returns"]:
        words = f"({back['amount']} went back to the fund {back['returned_on']}"
        yield f"  {words} from {back['project']}; it is counted where it lies now)"
    for refund in told["refunds"]:
        yield _line(f"Went back {refund['refunded_on']}, {refund['voucher']}", refund["amount"])
    if told["status"] != Gift.Status.POSTED:
        yield "Not in the ledger yet."
    yield _line("Sum", told["sum"])


# -- of a payment ---------------------------------------------------------------------------------


def payment_trace(payment: Payment) -> dict[str, Any]:
    givers = givers_of_payment(payment)
    return {
        "kind": "payment",
        "number": payment.number,
        "voucher": payment.voucher,
        "status": payment.status,
        "paid_on": payment.paid_on.isoformat() if payment.paid_on else None,
        "amount": _yuan(payment.amount),
        "project": payment.line.project.number,
        "fund": payment.line.fund.number,
        "county": payment.line.project.county.name,
        "reversed": _yuan(givers.reversed),
        "sum": _yuan(givers.total),
        "givers": [_giver(row) for row in givers.named(givers.entries)],
    }


def _giver(row: Named) -> dict[str, Any]:
    if row.gift:
        record: Any = row.gift
        what = {"kind": "gift", "number": record.number, "receipt_number": record.receipt_number}
    else:
        record = row.appropriation
        what = {
            "kind": "appropriation",
            "number": record.number if record else None,
            "document": record.document if record else None,
        }
    day = record.received_on.isoformat() if record else None
    return what | {"received_on": day, "amount": _yuan(row.amount)}


def payment_lines(told: dict[str, Any]) -> Iterator[str]:
    """The givers of a payment as text, and the sums."""
    voucher = f"voucher {told['voucher']}, {told['paid_on']}" if told["voucher"] else "no voucher"
    yield f"{told['number']}  {voucher}"
    yield f"{told['project']}, {told['county']}, from {told['fund']}"
    yield _line("Amount", told["amount"])
    for giver in told["givers"]:
        name = giver.get("receipt_number") or giver.get("document") or giver["number"] or "–"
        yield _line(f"  {giver['kind']} {name}, {giver['received_on'] or '–'}", giver["amount"])
    if Decimal(told["reversed"]):
        yield _line("Came back since", told["reversed"])
    if not told["givers"] and told["status"] != Payment.Status.PAID:
        yield "Not paid yet."
    yield _line("Sum of the givers", told["sum"])


# -- writing --------------------------------------------------------------------------------------


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _per_cent(share: Decimal) -> str:
    return f"{share * 100:.2f}"


def _line(label: str, amount: str) -> str:
    return f"{label:<60} {yuan_text(Decimal(amount)):>18}"

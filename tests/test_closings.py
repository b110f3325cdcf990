"""The closing of periods: proposed by one, carried out by another, and then for good."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.workflow import perform
from ledger.models import Period, PeriodClosing

FEBRUARY = {"starts_on": "2010年2月1日", "ends_on": "2010-02-28", "note": "与银行对账无误"}


def errors_of(response) -> str:
    return " ".join(text for texts in response.context["form"].errors.values() for text in texts)


def test_a_finance_officer_proposes_and_another_one_closes(make, cast, client_of):
    client = client_of(cast.finance)
    answer = client.post("/closings/new/", FEBRUARY)
    closing = PeriodClosing.objects.get()
    assert answer.url == f"/closings/{closing.pk}/" and closing.number == "L-2010-0001"
    move = f"/closings/{closing.pk}/move/close/"
    assert client.post(move, {"note": ""}).status_code == 403
    assert "Close the period" in client_of(cast.finance2).get("/").content.decode()
    assert client_of(cast.finance2).post(move, {"note": ""}).status_code == 302
    period = Period.objects.get()
    assert (period.starts_on, period.ends_on) == (date(2010, 2, 1), date(2010, 2, 28))
    assert period.closed_by == cast.finance2
    late = make.gift(received_on=date(2010, 2, 3))
    with pytest.raises(ValidationError, match="period is closed"):
        perform(late, "confirm", by=cast.finance)


def test_the_approver_closes_as_well_and_nobody_else(make, cast):
    closing = make.period_closing()
    for person in (cast.officer, cast.clerk, cast.auditor):
        with pytest.raises(PermissionDenied):
            perform(closing, "close", by=person)
    assert perform(closing, "close", by=cast.approver).status == "closed"


def test_whoever_has_changed_the_days_does_not_close_them(make, cast, client_of):
    closing = make.period_closing()
    changed = FEBRUARY | {"ends_on": "2010-02-27"}
    client = client_of(cast.finance2)
    assert client.post(f"/closings/{closing.pk}/edit/", changed).status_code == 302
    assert client.post(f"/closings/{closing.pk}/move/close/", {"note": ""}).status_code == 403


def test_what_is_declined_stays_open(make, cast, client_of):
    closing = make.period_closing()
    address = f"/closings/{closing.pk}/move/decline/"
    client = client_of(cast.approver)
    assert client.post(address, {"note": ""}).status_code == 422
    assert client.post(address, {"note": "还差一笔银行回单"}).status_code == 302
    assert not Period.objects.exists()
    assert make.posted_gift(received_on=date(2010, 2, 3)).status == "posted"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_on": "2010-01-31"}, "cannot be before the first"),
        ({"starts_on": "2010-03-15", "ends_on": "2010-04-15"}, "in a closed period already"),
        ({"ends_on": "2999-12-31"}, "cannot be after today"),
        ({"ends_on": ""}, "required"),
        ({"starts_on": "Monday"}, "such as 2010-07-12"),
    ],
)
def test_wrong_days_are_refused_in_words(changes, words, make, cast, client_of):
    make.closed_period(starts_on=date(2010, 3, 1), ends_on=date(2010, 3, 31))
    answer = client_of(cast.finance).post("/closings/new/", FEBRUARY | changes)
    assert answer.status_code == 422 and words in errors_of(answer)


def test_today_is_not_over(db):
    today = PeriodClosing(starts_on=date(2010, 1, 1), ends_on=timezone.localdate())
    with pytest.raises(ValidationError, match="after its last day"):
        today.check_days()


def test_days_closed_meanwhile_are_told_beside_the_move(make, cast, client_of):
    closing = make.period_closing()
    make.closed_period(starts_on=date(2010, 2, 15), ends_on=date(2010, 3, 31))
    client = client_of(cast.approver)
    answer = client.post(f"/closings/{closing.pk}/move/close/", {"note": ""})
    assert answer.status_code == 409 and "in a closed period already" in errors_of(answer)
    decline = f"/closings/{closing.pk}/move/decline/"
    assert client.post(decline, {"note": "已另行结账"}).status_code == 302


def test_a_closed_period_does_not_open_again(make, cast, client_of):
    closing = make.closed_period()
    client = client_of(cast.finance)
    assert "edit" not in client.get(f"/closings/{closing.pk}/").content.decode()
    assert client.post(f"/closings/{closing.pk}/edit/", FEBRUARY).status_code == 422
    with pytest.raises(ValidationError):
        perform(closing, "decline", by=cast.approver, note="重开")


def test_the_next_closing_begins_where_the_last_ended(make, cast, client_of):
    client = client_of(cast.finance)
    assert client.get("/closings/new/").context["form"].initial == {}
    make.closed_period()
    assert client.get("/closings/new/").context["form"].initial == {"starts_on": date(2010, 3, 1)}


def test_the_page_says_what_was_posted_on_these_days(make, cast, client_of):
    closing = make.period_closing(ends_on=date(2010, 4, 30))
    page = client_of(cast.finance2).get(f"/closings/{closing.pk}/")
    assert page.context["posted"] == [] and "Nothing was posted" in page.content.decode()
    make.paid_payment(make.line(amount="1000.00"), "400.00")
    page = client_of(cast.finance2).get(f"/closings/{closing.pk}/")
    sums = {entry.word: (entry.count, str(entry.amount)) for entry in page.context["posted"]}
    assert sums == {"allocation": (1, "1000.00"), "payment": (1, "400.00")}
    assert "1,000.00" in page.content.decode()


def test_thirty_closings_cost_the_queries_of_three(make, cast, client_of):
    client = client_of(cast.finance2)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/closings/").status_code == 200
        return len(caught)

    for _closing in range(3):
        make.period_closing()
    queries()
    few = queries()
    for _closing in range(27):
        make.period_closing()
    assert queries() == few


def test_a_closing_is_found_by_number_and_state(make, cast, client_of):
    closing, other = make.closed_period(), make.period_closing(starts_on=date(2010, 1, 1))
    client = client_of(cast.auditor)
    page = client.get(f"/closings/?q={closing.number.lower()}").content.decode()
    assert closing.number in page and other.number not in page
    page = client.get("/closings/?state=proposed").content.decode()
    assert other.number in page and closing.number not in page

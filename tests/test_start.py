"""The start page: what waits for me with its age, and whom what I moved waits for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.formatting import LATE_DAYS, OVER_DAYS
from core.models import Decision
from core.templatetags.look import many
from core.workflow import perform


def start(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_whoever_has_nothing_to_do_is_told_so(cast, client_of):
    page = start(client_of(cast.approver))
    assert "Nothing waits for you" in page
    assert "New work appears here when somebody submits it." in page
    assert "Nothing of yours is with anybody else" in page


def test_what_waits_is_listed_the_oldest_first(make, cast, client_of):
    project, allocation = make.agreed_project(), make.allocation()
    answer = client_of(cast.approver).get("/")
    tasks = answer.context["tasks"]
    assert [task.record for task in tasks] == [project, allocation]
    assert answer.context["waiting_count"] == 2
    page = answer.content.decode()
    assert "2 things to do" in page
    assert f"Approve project: {project}" in page
    assert f"Approve allocation: {allocation.summary}" in page.replace("&amp;", "&")
    assert allocation.number in page and "¥1,000.00" in page
    assert f'href="/allocations/{allocation.pk}/"' in page


def test_what_i_submitted_does_not_wait_for_me(make, cast, client_of):
    project = make.submitted_project()
    cast.reporter.groups.set(cast.officer.groups.all())
    answer = client_of(cast.reporter).get("/")
    assert answer.context["tasks"] == []
    assert answer.context["mine"][0][0] == project
    assert "the supporting side" in answer.content.decode()


def test_an_office_is_asked_only_for_its_own_projects(make, cast, client_of):
    make.approved_project()
    assert "Report start of work" in start(client_of(cast.reporter2))
    assert client_of(cast.officer).get("/").context["tasks"] == []
    assert "Nothing waits for you" in start(client_of(cast.stranger))


@pytest.mark.parametrize(
    ("days", "tone"), [(0, '"age"'), (LATE_DAYS + 1, '"age late"'), (OVER_DAYS + 1, '"age over"')]
)
def test_the_age_is_coloured_by_its_days(make, cast, client_of, days, tone):
    project = make.project(is_demo=True)
    Decision(
        workflow="project",
        record_id=project.pk,
        move="submit",
        from_status="draft",
        to_status="proposed",
        decided_by=cast.reporter,
        decided_at=timezone.now() - timedelta(days=days),
    ).save()
    assert f"class={tone}" in start(client_of(cast.officer))


def test_a_request_goes_from_desk_to_desk(make, cast, client_of):
    payment = make.payment()
    assert "Approve payment" in start(client_of(cast.approver))
    perform(payment, "approve", by=cast.approver)
    answer = client_of(cast.approver).get("/")
    assert answer.context["tasks"] == []
    assert "the finance officer: Record as paid" in answer.content.decode()
    assert "Record as paid: " in start(client_of(cast.finance))


def test_thirty_tasks_cost_the_queries_of_three(make, cast, client_of):
    line = make.line(amount="90000.00")
    client = client_of(cast.approver)
    fund, project = line.fund, line.project

    def work(count: int) -> None:
        for _i in range(count):
            make.agreed_project()
            make.payment(line=line)
            make.allocation(fund=fund, project=project)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            start(client)
        return len(caught)

    work(1)
    start(client)
    few = queries()
    work(9)
    assert queries() == few


def test_the_start_page_asks_for_a_login(client):
    answer = client.get("/")
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")


def test_what_waits_is_counted_so_far_and_no_further():
    assert [many(count) for count in (0, 999, 1000)] == ["0", "999", "999+"]

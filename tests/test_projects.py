"""The life cycle of projects and of their money, on the page, in the admin and by SQL alike."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from core.models import Decision
from core.refusals import key_of
from core.workflow import perform
from ledger.models import Movement
from projects.books import accounts_of, origin_of
from projects.models import Allocation, FundingLine, Payment, Project, Village

ADMIN = "/admin/projects/"


def run(sql: str, *parameters) -> str:
    """Runs a statement as the web's role; answers the key of the refusal, "" if it went through."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
    except DatabaseError as error:
        return key_of(error)[0] or type(error).__name__
    return ""


def act(client, record, move: str, note: str = ""):
    """Chooses a record in the admin's list and runs one action on it."""
    data = {"action": move, "_selected_action": record.pk, "note": note}
    return client.post(f"{ADMIN}{record._meta.model_name}/", data, follow=True)


def decide_by_sql(record, move: str, target: str, user) -> str:
    columns = "workflow, record_id, move, from_status, to_status, decided_by_id, note, content_hash"
    return run(
        f"INSERT INTO core_decision ({columns}) VALUES (%s, %s, %s, %s, %s, %s, '', '')",
        record.workflow_name,
        record.pk,
        move,
        record.status,
        target,
        user.pk,
    )


# -- the way of a project -------------------------------------------------------------------------


def test_a_project_goes_from_draft_to_completed_by_its_people(make, cast, client_of):
    project = make.agreed_project()
    for who, move, status, typed in (
        (cast.reviewer, "approve", "agreed", {}),
        (cast.approver, "approve", "approved", {"approved_on": "2010-04-01"}),
        (cast.reporter, "start", "under_way", {"started_on": "2010-04-02"}),
    ):
        answer = client_of(who).post(f"/projects/{project.pk}/move/{move}/", typed)
        assert answer.status_code == 302
        project.refresh_from_db()
        assert project.status == status
    assert str(project.started_on) == "2010-04-02"


def test_what_a_move_asks_for_is_asked_beside_its_field(make, cast, client_of):
    project = make.approved_project()
    path = f"/projects/{project.pk}/move/start/"
    assert 'name="started_on"' in client_of(cast.reporter).get(path).content.decode()
    answer = client_of(cast.reporter).post(path, {"started_on": ""})
    assert answer.status_code == 422
    project.refresh_from_db()
    assert project.status == "approved" and project.started_on is None


def test_a_returned_project_is_mended_and_submitted_again(make, cast, client_of):
    project = make.submitted_project()
    path = f"/projects/{project.pk}/"
    empty = client_of(cast.reviewer).post(f"{path}move/return/", {"note": " "})
    assert empty.status_code == 422
    client_of(cast.reviewer).post(f"{path}move/return/", {"note": "请补充牲畜数量。"})
    shown = client_of(cast.reporter).get(path).content.decode()
    assert "请补充牲畜数量。" in shown and f"{path}edit/" in shown
    Project.objects.filter(pk=project.pk).update(people_count=1286)
    client_of(cast.reporter).post(f"{path}move/submit/")
    project.refresh_from_db()
    assert (project.status, project.people_count) == ("proposed", 1286)
    moves = Decision.objects.of(project).values_list("move", flat=True)
    assert list(moves) == ["submit", "return", "submit"]


def test_a_project_without_its_need_is_not_submitted(make, cast, client_of):
    project = make.project(need="", content_zh="")
    answer = client_of(cast.reporter).post(f"/projects/{project.pk}/move/submit/")
    assert answer.status_code == 409
    assert "Not yet: fill in why it is needed" in answer.content.decode()
    page = client_of(cast.reporter).get(f"/projects/{project.pk}/").content.decode()
    assert f'<a href="/projects/{project.pk}/edit/">Edit</a></small>' in page
    form = client_of(cast.reporter).get("/projects/new/").content.decode()
    assert form.count("(needed to submit)") == 3


def test_a_project_with_money_is_not_cancelled(make, cast):
    project = make.allocation(project=make.approved_project()).project
    with pytest.raises(ValidationError, match="set aside"):
        perform(project, "cancel", by=cast.reporter, note="不建了")


def test_a_project_is_not_completed_before_its_quantities_are_told(make, cast):
    with pytest.raises(ValidationError, match="1 planned quantity has no quantity done"):
        perform(make.project_under_way(), "complete", by=cast.reporter)


def test_a_project_is_not_settled_while_a_payment_waits(make, cast):
    project = make.accepted_project()
    make.payment(line=make.line(project=project))
    with pytest.raises(ValidationError, match="1 payment, allocation or surplus still waits"):
        perform(project, "settle", by=cast.finance)


def test_a_government_project_has_level_and_supporter(make):
    loose = make.project(kind="government", supporter=None)
    with pytest.raises(ValidationError) as caught:
        loose.clean()
    assert set(caught.value.error_dict) == {"level", "supporter"}


def test_a_government_project_without_a_level_is_not_submitted(make, cast):
    project = make.project(kind="government")
    with pytest.raises(ValidationError, match="fill in level of the budget"):
        perform(project, "submit", by=cast.reporter)
    assert decide_by_sql(project, "submit", "proposed", cast.reporter) == "IntegrityError"


# -- own work -------------------------------------------------------------------------------------


def test_who_submitted_does_not_approve_on_the_page(make, cast, client_of):
    project = make.agreed_project()
    cast.reporter.groups.set(cast.reviewer.groups.all())
    answer = client_of(cast.reporter).post(f"/projects/{project.pk}/move/approve/")
    assert answer.status_code == 403
    assert "You submitted this yourself" in answer.content.decode()
    project.refresh_from_db()
    assert project.status == "agreed"


def test_who_submitted_does_not_approve_in_the_admin(make, cast, client_of):
    project = make.submitted_project()
    cast.reporter.groups.set(cast.officer.groups.all())
    make.surveyed_project()
    answer = act(client_of(cast.reporter), project, "survey")
    assert "another person must decide it" in answer.content.decode()
    project.refresh_from_db()
    assert project.status == "proposed"


def test_who_submitted_does_not_approve_by_sql(make, cast):
    project = make.agreed_project()
    assert decide_by_sql(project, "approve", "approved", cast.reporter) == "own_work"


def test_three_people_request_approve_and_pay(make, cast, client_of):
    payment = make.payment()
    cast.officer.groups.add(*cast.approver.groups.all(), *cast.finance.groups.all())
    cast.approver.groups.add(*cast.finance.groups.all())
    path = f"/payments/{payment.pk}/move/"
    assert client_of(cast.officer).post(f"{path}approve/").status_code == 403
    assert client_of(cast.approver).post(f"{path}approve/").status_code == 302
    payment.refresh_from_db()
    typed = {"voucher": "0426-1", "paid_on": "2010-04-26"}
    assert client_of(cast.officer).post(f"{path}pay/", typed).status_code == 403
    assert client_of(cast.approver).post(f"{path}pay/", typed).status_code == 403
    assert decide_by_sql(payment, "pay", "paid", cast.approver) == "own_work"
    assert client_of(cast.finance).post(f"{path}pay/", {"voucher": ""}).status_code == 422
    assert client_of(cast.finance).post(f"{path}pay/", typed).status_code == 302
    payment.refresh_from_db()
    assert (
        payment.status == "paid"
        and payment.voucher == "0426-1"
        and payment.movement.amount == 40000
    )


# -- frozen content -------------------------------------------------------------------------------


def test_submitted_content_is_frozen_on_the_page(make, cast, client_of):
    project = make.submitted_project()
    client = client_of(cast.reporter)
    page = client.get(f"/projects/{project.pk}/")
    assert page.context["edit_url"] is None
    answer = client.post(f"/projects/{project.pk}/edit/", {"name_zh": "改名"})
    assert answer.status_code == 422
    assert "cannot be changed" in answer.content.decode()


def test_submitted_content_is_frozen_in_the_admin(make, cast, client_of):
    project = make.submitted_project()
    client = client_of(cast.reporter)
    path = f"{ADMIN}project/{project.pk}/change/"
    assert 'name="name_zh"' not in client.get(path).content.decode()
    assert client.post(path, {"name_zh": "改名"}).status_code == 403
    project.refresh_from_db()
    assert project.name_zh != "改名"


@pytest.mark.parametrize("column", ["name_zh = '改名'", "agreed_amount = 1", "types = '{road}'"])
def test_submitted_content_is_frozen_by_sql(make, column):
    project = make.submitted_project()
    assert run(f"UPDATE projects_project SET {column} WHERE id = {project.pk}") == "frozen"


def test_a_status_is_not_written_by_hand(make, cast, client_of):
    project = make.project()
    sql = f"UPDATE projects_project SET status = 'approved' WHERE id = {project.pk}"
    assert run(sql) == "status_without_decision"
    client_of(cast.reporter).post(
        f"{ADMIN}project/{project.pk}/change/", {"status": "approved"}, follow=True
    )
    project.refresh_from_db()
    assert project.status == "draft"


def test_a_project_is_never_deleted(make, cast, client_of):
    project = make.project()
    assert run(f"DELETE FROM projects_project WHERE id = {project.pk}") == "never_deleted"
    path = f"{ADMIN}project/{project.pk}/delete/"
    assert client_of(cast.reporter).post(path, {"post": "yes"}).status_code == 403


def test_a_posted_payment_keeps_its_amount(make):
    payment = make.paid_payment()
    sql = f"UPDATE projects_payment SET amount = 1 WHERE id = {payment.pk}"
    assert run(sql) == "frozen"


# -- money ----------------------------------------------------------------------------------------


def test_an_allocation_and_a_payment_stand_in_the_ledger(make, cast):
    payment = make.paid_payment()
    line = FundingLine.objects.select_related("pool").get(pk=payment.line_id)
    assert (line.received_amount, line.paid_amount, line.free_amount) == (
        Decimal("1000.00"),
        Decimal("400.00"),
        Decimal("600.00"),
    )
    project = Project.objects.with_money().get(pk=line.project_id)
    assert project.held_amount == Decimal("600.00")
    assert project.open_amount == Decimal("696500.00")
    (account,) = accounts_of(project)
    assert [entry.status for entry in (*account.allocations, *account.payments)] == [
        "posted",
        "paid",
    ]
    assert account.bound_amount == 0


def test_a_payment_names_the_gifts_that_it_used(make, cast):
    fund = make.fund()
    programme = make.programme(fund=fund)
    for amount in ("300.00", "500.00"):
        make.posted_gift(amount, programme=programme)
    line = make.line(amount="800.00", fund=fund)
    payment = make.payment(line=line, amount="400.00")
    assert origin_of(payment) is None
    asked = {"voucher": "0426-9", "paid_on": date(2010, 4, 26)}
    approved = perform(payment, "approve", by=cast.approver)
    paid = perform(approved, "pay", by=cast.finance, asked=asked)
    origin = origin_of(paid)
    assert (origin.gift_count, origin.gift_amount) == (2, Decimal("400.00"))
    assert origin.appropriations == []


def test_a_payment_names_the_appropriation_that_it_used(make, cast, client_of):
    appropriation = perform(make.appropriation(), "confirm", by=cast.finance)
    line = make.line(amount="1000.00", fund=appropriation.fund)
    payment = make.paid_payment(line=line, amount="250.00")
    page = client_of(cast.officer).get(f"/payments/{payment.pk}/").content.decode()
    assert appropriation.document in page and "¥250.00" in page


def test_a_line_is_not_overdrawn(make, cast, client_of):
    payment = make.payment(amount="1000.01")
    answer = client_of(cast.approver).post(f"/payments/{payment.pk}/move/approve/")
    assert answer.status_code == 409
    assert "The line holds ¥1,000.00; a payment of ¥1,000.01" in answer.content.decode()


def test_two_payments_together_do_not_overdraw_a_line(make, cast, client_of):
    line = make.line(amount="1000.00")
    make.approved_payment(line, "600.00")
    second = make.payment(line, "600.00")
    answer = client_of(cast.approver).post(f"/payments/{second.pk}/move/approve/")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The line holds ¥1,000.00, of which ¥600.00 is approved for other payments" in page


def test_an_allocation_beyond_the_agreed_amount_is_refused(make, cast, client_of):
    allocation = make.allocation(make.filled_fund("700000.00"), amount="697500.01")
    answer = client_of(cast.approver).post(f"/allocations/{allocation.pk}/move/approve/")
    assert answer.status_code == 409
    assert "may still receive ¥697,500.00" in answer.content.decode()


def test_a_fund_pays_only_for_its_purpose(make, cast, client_of):
    allocation = make.allocation(fund=make.filled_fund(project_types=["school"]))
    answer = client_of(cast.approver).post(f"/allocations/{allocation.pk}/move/approve/")
    assert answer.status_code == 409 and "purpose of the fund" in answer.content.decode()


def test_no_money_goes_to_a_project_that_is_not_approved(make, cast, client_of):
    allocation = make.allocation(project=make.submitted_project())
    answer = client_of(cast.approver).post(f"/allocations/{allocation.pk}/move/approve/")
    assert answer.status_code == 409 and "not approved yet" in answer.content.decode()


def test_a_declined_allocation_moves_no_money(make, cast, client_of):
    allocation = make.allocation()
    before = Movement.objects.count()
    client_of(cast.approver).post(f"/allocations/{allocation.pk}/move/decline/", {"note": "重复了"})
    allocation.refresh_from_db()
    assert allocation.status == "declined" and Movement.objects.count() == before


def test_an_appropriation_is_confirmed_by_another_person(make, cast, client_of):
    appropriation = make.appropriation()
    cast.officer.groups.add(*cast.finance.groups.all())
    path = f"/appropriations/{appropriation.pk}/move/confirm/"
    assert client_of(cast.officer).post(path).status_code == 403
    assert client_of(cast.finance).post(path).status_code == 302
    appropriation.fund.pool.refresh_from_db()
    assert appropriation.fund.pool.received == 200000000


# -- scope ----------------------------------------------------------------------------------------


def test_offices_see_their_own_and_their_partners_projects(make, cast):
    project = make.project()
    for user in (cast.reporter, cast.reviewer, cast.officer, cast.approver, cast.auditor):
        assert Project.objects.visible_to(user).filter(pk=project.pk).exists(), user
    assert not Project.objects.visible_to(cast.stranger).exists()
    assert not Project.objects.visible_to(cast.donor).exists()
    assert Project.objects.editable_by(cast.reviewer).exists()
    assert not Project.objects.editable_by(cast.officer).exists()


def test_the_custodian_of_the_fund_edits_what_is_asked_of_it(make, cast):
    allocation, payment = make.allocation(), make.payment()
    for rows in (Allocation.objects, Payment.objects):
        assert rows.editable_by(cast.officer).exists()
        assert not rows.editable_by(cast.reporter).exists()
        assert rows.visible_to(cast.reporter).exists()
        assert not rows.visible_to(cast.stranger).exists()
    assert {allocation.created_by, payment.created_by} == {cast.officer}


def test_only_the_keeping_office_reports_its_project(make, cast, client_of):
    project = make.approved_project()
    with pytest.raises(PermissionDenied, match="keeps the record"):
        perform(project, "start", by=cast.officer)
    page = client_of(cast.officer).get("/projects/?waiting=me")
    assert list(page.context["records"]) == []
    page = client_of(cast.reporter2).get("/projects/?waiting=me")
    assert [record.pk for record in page.context["records"]] == [project.pk]


# -- the admin ------------------------------------------------------------------------------------


def test_the_admin_shows_the_rows_of_the_scope_only(make, cast, client_of):
    project = make.project()
    path = f"{ADMIN}project/"
    assert project.number in client_of(cast.reporter).get(path).content.decode()
    assert project.number not in client_of(cast.stranger).get(path).content.decode()
    answer = client_of(cast.stranger).get(f"{path}{project.pk}/change/")
    assert answer.status_code == 302  # the admin's way to say: there is none


def test_a_move_in_the_admin_is_the_same_move(make, cast, client_of):
    project = make.submitted_project()
    answer = act(client_of(cast.approver), project, "return")
    assert "Give the reason" in answer.content.decode()
    act(client_of(cast.approver), project, "return", "补材料")
    project.refresh_from_db()
    assert project.status == "returned"
    assert Decision.objects.of(project).last().decided_by == cast.approver


def test_a_move_that_asks_for_facts_leads_from_the_admin_to_its_page(make, cast, client_of):
    project = make.approved_project()
    answer = act(client_of(cast.reporter), project, "start")
    assert answer.request["PATH_INFO"] == f"/projects/{project.pk}/move/start/"


def test_an_overdraft_in_the_admin_is_refused_in_the_same_words(make, cast, client_of):
    payment = make.payment(amount="1000.01")
    answer = act(client_of(cast.approver), payment, "approve")
    assert "The line holds ¥1,000.00" in answer.content.decode()


@pytest.mark.parametrize("model", ["project", "allocation", "payment", "appropriation"])
def test_the_admin_asks_for_nothing_that_the_database_fills_in(cast, client_of, model):
    page = client_of(cast.officer).get(f"{ADMIN}{model}/add/")
    assert page.status_code == 200 and "DatabaseDefault" not in page.content.decode()


@pytest.mark.parametrize("model", ["project", "allocation", "payment", "appropriation"])
def test_the_admin_deletes_nothing(make, cast, client_of, model):
    record = getattr(make, model)()
    for user in (cast.reporter, cast.officer, cast.approver):
        answer = client_of(user).post(f"{ADMIN}{model}/{record.pk}/delete/", {"post": "yes"})
        assert answer.status_code in (302, 403)
    assert type(record).objects.filter(pk=record.pk).exists()


def test_villages_are_named_by_officers_and_lines_are_read_only(make, cast, client_of):
    village = Village.objects.create(county=make.place(), name_zh="板街村")
    line = make.line()
    officer, reporter = client_of(cast.officer), client_of(cast.reporter)
    path = f"{ADMIN}village/{village.pk}/change/"
    assert reporter.post(path, {"name_zh": "板街新村"}).status_code == 403
    assert officer.post(path, {"name_zh": "板街新村", "name_en": "Banjie"}).status_code == 302
    village.refresh_from_db()
    assert village.name_zh == "板街新村" and village.pinyin == "ban jie xin cun"
    assert officer.get(f"{ADMIN}fundingline/").status_code == 200
    assert officer.post(f"{ADMIN}fundingline/{line.pk}/change/", {}).status_code == 403

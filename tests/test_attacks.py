"""What somebody with a SQL prompt of the web's role, a forged form or two windows cannot do."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.models import Office
from core.models import Counter, Decision
from core.workflow import perform
from donations.models import Gift
from ledger import money as ledger
from portal.limits import BY_ADDRESS
from projects.models import Payment, Project
from tests.test_decisions import insert_decision, refused


def run(sql: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def value(sql: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


# -- names of the session's own -------------------------------------------------------------------

FORGED_JSON = """
CREATE TYPE pg_temp.jsonb AS (v pg_catalog.jsonb);
CREATE FUNCTION pg_temp.read(pg_temp.jsonb) RETURNS pg_catalog.jsonb LANGUAGE sql AS
    $$ SELECT ($1).v || '{"created_by_id": -1, "people_count": 1}' $$;
CREATE CAST (pg_temp.jsonb AS pg_catalog.jsonb) WITH FUNCTION pg_temp.read(pg_temp.jsonb)
    AS IMPLICIT;
"""


def test_a_type_of_the_session_does_not_forge_what_the_triggers_read(make, cast):
    """A temporary type that is called jsonb is not taken for the real one."""
    course = make.course(created_by=cast.approver)
    run("DISCARD PLANS")
    run(FORGED_JSON)
    refused("own_work", insert_decision(course, "confirm", "confirmed", cast.approver))
    run(insert_decision(course, "confirm", "confirmed", cast.approver2))
    assert Decision.objects.of(course).get().content["people_count"] == 87


def test_every_trigger_looks_for_names_in_the_tables_of_the_owner_first(db):
    """The session's own names come last, so that none stands in the place of a real one."""
    open_ = value(
        "SELECT array_agg(DISTINCT p.proname::text) FROM pg_proc p"
        " JOIN pg_trigger t ON t.tgfoid = p.oid AND NOT t.tgisinternal"
        " WHERE NOT coalesce(p.proconfig, '{}') @> '{\"search_path=public, pg_temp\"}'"
    )
    assert open_ is None


def test_history_is_not_written_into_a_table_of_the_session(make):
    course = make.course()
    run("CREATE TEMP TABLE training_courseevent (LIKE public.training_courseevent)")
    run("UPDATE training_course SET people_count = 88 WHERE id = %s", course.pk)
    told = "SELECT count(*) FROM public.training_courseevent WHERE pgh_obj_id = %s"
    assert value(f"{told} AND people_count = 88", course.pk) == 1


# -- decisions ------------------------------------------------------------------------------------


def test_nobody_chooses_the_number_of_a_decision(make, cast):
    """The newest decision is the one that counts, so its number comes from the database."""
    course = make.course()
    sql = insert_decision(course, "confirm", "confirmed", cast.approver)
    run("SELECT nextval('core_decision_id_seq')")
    forged = sql.replace("(workflow,", "(id, workflow,").replace("VALUES (", "VALUES (99999999, ")
    refused("no_such_move", forged)


def test_nobody_dates_a_decision_back(make, cast):
    course = make.course()
    sql = insert_decision(course, "confirm", "confirmed", cast.approver)
    run(
        sql.replace("(workflow,", "(decided_at, workflow,").replace(
            "VALUES (", "VALUES ('2010-01-01', "
        )
    )
    assert Decision.objects.of(course).get().decided_at.year > 2010


@pytest.mark.parametrize(
    "change",
    [
        "status_at = '1999-01-01'",
        "created_at = '1999-01-01'",
        "is_demo = true",
        "id = id + 1000",
    ],
)
def test_when_and_what_a_record_is_stays_as_it_was_entered(make, change):
    """Also in a draft: its age in a queue and its mark as demonstration are not its content."""
    project = make.project()
    refused("frozen", f"UPDATE projects_project SET {change} WHERE id = %s", project.pk)


def test_the_day_of_completion_is_written_once(make, cast):
    project = make.completed_project()
    sql = "UPDATE projects_project SET completed_on = %s WHERE id = %s"
    refused("frozen", sql, "2010-01-01", project.pk)
    refused("frozen", sql, None, project.pk)


# -- money and its records ------------------------------------------------------------------------


def test_a_receipt_number_stays_with_its_gift(make):
    gift = make.posted_gift()
    sql = "UPDATE donations_gift SET receipt_number = %s WHERE id = %s"
    refused("frozen", sql, "NB-2010-999999", gift.pk)
    refused("frozen", sql, None, gift.pk)


@pytest.mark.usefixtures("without_records")
@pytest.mark.parametrize("kind", ["gift", "payment", "allocation", "appropriation"])
def test_a_record_names_no_movement_but_its_own(make, cast, kind):
    """A movement of the same amount that belongs to something else does not post a record."""
    record = getattr(make, kind)()
    other = ledger.receive(
        make.fund().pool,
        record.amount,
        kind="gift",
        voucher="gift:NB-2010-999999",
        on=date(2010, 3, 18),
        by=cast.finance,
    )
    table = record._meta.db_table
    refused("ledger_fault", f"UPDATE {table} SET movement_id = %s", other.pk)


@pytest.mark.usefixtures("without_records")
def test_a_gift_is_not_posted_with_the_movement_of_another_fund(make, cast):
    gift, receipt = make.gift(), "NB-2010-777777"
    other = ledger.receive(
        make.fund().pool,
        gift.amount,
        kind="gift",
        voucher=f"gift:{receipt}",
        on=gift.received_on,
        by=cast.finance,
    )
    sql = "UPDATE donations_gift SET receipt_number = %s, movement_id = %s WHERE id = %s"
    refused("ledger_fault", sql, receipt, other.pk, gift.pk)


@pytest.mark.parametrize("column", ["project_id", "fund_id", "pool_id"])
def test_the_money_of_a_project_is_not_given_to_another(make, column):
    line, other = make.line(), make.line()
    sql = f"UPDATE projects_fundingline SET {column} = %s WHERE id = %s"
    refused("frozen", sql, getattr(other, column), line.pk)


def test_a_programme_keeps_its_fund_from_the_first_gift_on(make):
    programme, fund = make.programme(), make.fund()
    sql = "UPDATE donations_programme SET fund_id = %s WHERE id = %s"
    run(sql, fund.pk, programme.pk)
    make.gift(programme=programme)
    refused("frozen", sql, make.fund().pk, programme.pk)


ENTERED = {
    "projects_fundingline": lambda make: make.line(),
    "donations_donor": lambda make: make.donor(),
    "donations_programme": lambda make: make.programme(),
    "partnerships_organisation": lambda make: make.organisation(),
    "partnerships_twinning": lambda make: make.cast.reporter.office.supported_by.get(),
    "accounts_user": lambda make: make.cast.donor,
    "accounts_office": lambda make: make.office("qdn-leishan"),
    "core_division": lambda make: make.place("522634"),
}


@pytest.mark.parametrize("table", sorted(ENTERED))
def test_what_others_rely_on_is_never_deleted(make, table):
    row = ENTERED[table](make)
    refused("never_deleted", f"DELETE FROM {table} WHERE id = %s", row.pk)


def test_a_series_of_numbers_never_goes_back(make):
    make.posted_gift()
    refused("append_only", "UPDATE core_counter SET last = 0 WHERE series = 'NB-2010'")
    refused("append_only", "UPDATE core_counter SET series = 'x' WHERE series = 'NB-2010'")
    refused("never_deleted", "DELETE FROM core_counter WHERE series = 'NB-2010'")
    assert Counter.take("NB-2010") == 2


def test_a_project_that_holds_a_bound_gift_is_not_cancelled(make, cast):
    project = make.approved_project()
    make.posted_gift(project=project)
    with pytest.raises(ValidationError, match="money has been set aside"):
        perform(project, "cancel", by=cast.reporter, note="改期")


# -- people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO auth_group (name) VALUES ('all')",
        "UPDATE auth_group_permissions SET group_id = group_id",
        "DELETE FROM auth_group_permissions",
        "INSERT INTO accounts_user_user_permissions (user_id, permission_id) VALUES (1, 1)",
        "UPDATE auth_permission SET codename = codename",
        "DELETE FROM django_admin_log",
        "DELETE FROM pghistory_context",
    ],
)
def test_the_web_cannot_rewrite_what_a_role_may_or_what_was_done(db, sql):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(sql)
    assert caught.value.__cause__.sqlstate == "42501"


# -- forms ----------------------------------------------------------------------------------------


def typed(make, **changes) -> dict:
    """A new project as the reporter's form sends it."""
    values = {
        "name_zh": "水窖",
        "kind": "social",
        "year": "2010",
        "types": ["water"],
        "county": make.place().pk,
        "office": make.office("qxn-ceheng").pk,
        "supporter": make.office("nb-jiangbei").pk,
        "agreed_amount": "1000",
        "agreed_amount_unit": "yuan",
        "people_qualifier": "exact",
    }
    return values | changes


def test_a_form_takes_nothing_that_it_does_not_ask_for(make, cast, client_of):
    forged = {
        "status": "approved",
        "number": "P-1999-0001",
        "created_by": cast.approver.pk,
        "is_demo": "on",
        "completed_on": "2010-01-01",
        "created_at": "1999-01-01",
    }
    answer = client_of(cast.reporter).post("/projects/new/", typed(make, **forged))
    project = Project.objects.get()
    assert answer.status_code == 302
    assert (project.status, project.created_by, project.is_demo) == ("draft", cast.reporter, False)
    assert project.completed_on is None and project.number.startswith("P-2010-")


@pytest.mark.parametrize(
    "changes", [{"office": "qdn-leishan"}, {"office": "nb"}, {"county": "522634"}]
)
def test_nobody_enters_a_project_for_a_foreign_office_or_county(make, cast, client_of, changes):
    keys = {
        name: (make.office(key) if name == "office" else make.place(key)).pk
        for name, key in changes.items()
    }
    answer = client_of(cast.reporter).post("/projects/new/", typed(make, **keys))
    assert answer.status_code == 422 and not Project.objects.exists()


def district_officer(make, cast):
    """An officer of one district of the city, whose scope is narrower than the city's."""
    cast.officer2.office = make.office("nb-jiangbei")
    cast.officer2.save()
    return cast.officer2


def test_nobody_sets_aside_the_money_of_a_foreign_fund(make, cast, client_of):
    fund, project = make.filled_fund(), make.project_under_way()
    data = {
        "project": project.number,
        "fund": fund.pk,
        "amount": "1",
        "allocated_on": "2010-04-01",
    }
    client = client_of(district_officer(make, cast))
    assert client.post("/allocations/new/", data).status_code == 422
    data["project"] = make.project(
        office=make.office("qdn-leishan"), created_by=cast.stranger
    ).number
    assert client_of(cast.officer).post("/allocations/new/", data).status_code == 422
    assert not project.allocations.exists()


def test_nobody_asks_for_a_payment_from_a_foreign_line(make, cast, client_of):
    line = make.line()
    data = {
        "project": line.project.number,
        "fund": line.fund_id,
        "amount": "1",
        "paid_on": "2010-04-26",
        "payee": "x",
        "voucher": "x",
        "purpose_zh": "x",
    }
    client = client_of(district_officer(make, cast))
    assert client.post("/payments/new/", data).status_code == 422
    assert not Payment.objects.exists()


def test_a_gift_takes_neither_the_donor_nor_the_programme_of_another_custodian(
    make, cast, client_of
):
    elsewhere = make.office("nb-jiangbei")
    data = {"amount": "10", "amount_unit": "yuan", "received_on": "2010-03-18", "method": "bank"}
    foreign = data | {"donor": make.donor(custodian=elsewhere).number}
    foreign |= {"programme": make.programme().pk}
    client = client_of(cast.clerk)
    assert client.post("/gifts/new/", foreign).status_code == 422
    foreign = data | {"donor": make.donor().number}
    foreign |= {"programme": make.programme(fund=make.fund(custodian=elsewhere)).pk}
    assert client.post("/gifts/new/", foreign).status_code == 422
    assert not Gift.objects.exists()


def test_a_pair_is_entered_and_changed_by_one_of_its_two_offices(make, cast, client_of):
    """A twinning opens the records of the two to each other, so nobody pairs strangers."""
    officer = district_officer(make, cast)
    data = {
        "supporter": make.office("nb").pk,
        "receiver": make.office("qdn").pk,
        "level": "prefecture",
        "valid_from": "1996-01-01",
        "precision": "year",
    }
    client = client_of(officer)
    assert client.post("/twinnings/new/", data).status_code == 422
    theirs = cast.reviewer.office.supported_by.get()
    assert client.post(f"/twinnings/{theirs.pk}/edit/", data).status_code == 403
    assert client_of(cast.officer).post("/twinnings/new/", data).status_code == 302


# -- the admin ------------------------------------------------------------------------------------


def test_the_admin_does_not_change_what_is_frozen(make, cast, client_of):
    project = make.submitted_project()
    address = f"/admin/projects/project/{project.pk}/change/"
    answer = client_of(cast.reporter).post(address, typed(make, name_zh="别的"))
    assert answer.status_code == 403
    project.refresh_from_db()
    assert project.name_zh != "别的"


def test_the_admin_s_action_on_all_rows_moves_only_what_the_person_may(make, cast, client_of):
    mine = make.submitted_project(created_by=cast.reporter)
    cast.reporter.groups.add(*cast.officer.groups.all())
    foreign = make.project(office=make.office("qdn-leishan"), created_by=cast.stranger)
    foreign = perform(foreign, "submit", by=cast.stranger)
    client_of(cast.reporter).post(
        "/admin/projects/project/",
        {
            "action": "survey",
            "select_across": "1",
            "_selected_action": [mine.pk, foreign.pk],
            "index": "0",
        },
    )
    assert {Project.objects.get(pk=one.pk).status for one in (mine, foreign)} == {"proposed"}


@pytest.mark.parametrize("key", ["Foo_Bar", "a_b", "x" * 40])
def test_an_office_with_an_odd_key_is_refused_in_words(make, cast, client_of, key):
    parent = make.office("nb-jiangbei")
    for step in range(5):
        parent = (
            Office.objects.create(
                key=f"{step}{'y' * 35}",
                parent=parent,
                kind="bureau",
                side="supporting",
                name_zh="局",
            )
            if len(key) == 40 and len(parent.path) < 160
            else parent
        )
    data = {
        "name_zh": "局",
        "key": key,
        "kind": "bureau",
        "side": "supporting",
        "parent": parent.pk,
    }
    answer = client_of(cast.sysadmin).post("/admin/accounts/office/add/", data)
    assert answer.status_code == 200 and answer.context["errors"]


def test_an_office_does_not_come_under_itself(make, cast, client_of):
    office = make.office("nb")
    data = {
        "name_zh": "局",
        "key": "nb",
        "kind": "municipal",
        "side": "supporting",
        "parent": make.office("nb-charity").pk,
    }
    address = f"/admin/accounts/office/{office.pk}/change/"
    answer = client_of(cast.sysadmin).post(address, data)
    assert answer.status_code == 200 and answer.context["errors"]


def test_the_offices_below_move_with_their_office(make, cast):
    """Or whoever reads by the old way would read what is no longer theirs."""
    office = make.office("qxn")
    office.key = "qianxinan"
    office.save()
    assert make.office("qxn-ceheng").path == "/qianxinan/qxn-ceheng/"


@pytest.mark.parametrize("field", ["groups", "is_staff", "is_active"])
def test_the_administrator_gives_no_role_to_the_own_account(make, cast, client_of, field):
    data = {"username": "sysadmin", "name_zh": "管", "is_staff": "on", "is_active": "on"}
    data["groups"] = [group.pk for group in cast.approver.groups.all()]
    data |= {"is_superuser": "on", "user_permissions": "1"}
    if field != "groups":
        data.pop(field)
    client_of(cast.sysadmin).post(f"/admin/accounts/user/{cast.sysadmin.pk}/change/", data)
    cast.sysadmin.refresh_from_db()
    assert cast.sysadmin.is_active and cast.sysadmin.is_staff and not cast.sysadmin.is_superuser
    assert [group.name for group in cast.sysadmin.groups.all()] == ["sysadmin"]


def test_no_proxy_keeps_a_page_of_somebody_who_has_signed_in(make, cast, client_of):
    answer = client_of(cast.clerk).get(make.gift().get_absolute_url())
    assert "private" in answer["Cache-Control"]


def test_another_forwarded_address_gives_no_further_tries(make, client):
    make.posted_gift()
    answers = [
        client.post(
            "/portal/find/",
            {"receipt_number": f"NB-2010-{place:06d}", "check_code": "AAAAAA"},
            HTTP_X_FORWARDED_FOR=f"10.0.0.{place}",
        ).status_code
        for place in range(BY_ADDRESS.tries + 1)
    ]
    assert answers[-1] == 429 and set(answers[:-1]) == {422}

"""What somebody with a SQL prompt of the web's role, a forged form or two windows cannot do."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from core.models import Counter, Decision
from core.workflow import perform
from ledger import money as ledger
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
    project = perform(make.project_under_way(), "complete", by=cast.reporter)
    sql = "UPDATE projects_project SET completed_on = %s WHERE id = %s"
    refused("frozen", sql, "2010-01-01", project.pk)
    refused("frozen", sql, None, project.pk)


# -- money and its records ------------------------------------------------------------------------


def test_a_receipt_number_stays_with_its_gift(make):
    gift = make.posted_gift()
    sql = "UPDATE donations_gift SET receipt_number = %s WHERE id = %s"
    refused("frozen", sql, "NB-2010-999999", gift.pk)
    refused("frozen", sql, None, gift.pk)


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

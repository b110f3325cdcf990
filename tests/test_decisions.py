"""A status moves only by a decision, and the database itself refuses every other way."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from core.lifecycle import WORKFLOWS
from core.models import Counter, Decision
from core.refusals import WORDS, key_of
from core.workflow import duty_of, offers, perform, waiting_for
from tests.walk import Walk


def refused(key: str, sql: str, *parameters) -> None:
    """Runs a statement as the web's role and asserts that the database refuses it by that rule."""
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    assert key_of(caught.value)[0] == key or key in str(caught.value)


def insert_decision(record, move, target, user, note="") -> str:
    """The row that somebody with a psql prompt would write."""
    columns = "workflow, record_id, move, from_status, to_status, decided_by_id, note, content_hash"
    values = (record.workflow_name, record.pk, move, record.status, target, user.pk, note, "")
    written = ", ".join(f"'{value}'" for value in values)
    return f"INSERT INTO core_decision ({columns}) VALUES ({written})"


def test_a_move_writes_one_decision_with_the_content_and_its_hash(make, cast):
    course = perform(make.course(), "confirm", by=cast.approver, note="对过签到表")
    decision = Decision.objects.of(course).get()
    assert course.status == "confirmed"
    assert (decision.move, decision.from_status, decision.to_status) == (
        "confirm",
        "recorded",
        "confirmed",
    )
    assert decision.decided_by == cast.approver and decision.note == "对过签到表"
    assert decision.content["people_count"] == 87 and "status" not in decision.content
    assert len(decision.content_hash) == 64
    assert course.status_at == decision.decided_at


def test_a_move_locks_the_record(make, cast, django_assert_num_queries):
    course = make.course()
    with transaction.atomic():
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        perform(course, "confirm", by=cast.approver)
        first = next(q["sql"] for q in connection.queries if "training_course" in q["sql"])
        connection.force_debug_cursor = False
    assert "FOR UPDATE" in first


def test_nobody_confirms_what_they_entered(make, cast):
    course = make.course(created_by=cast.approver)
    with pytest.raises(PermissionDenied, match="another person"):
        perform(course, "confirm", by=cast.approver)
    assert perform(course, "confirm", by=cast.approver2).status == "confirmed"


def test_the_database_refuses_own_work_written_by_hand(make, cast):
    course = make.course(created_by=cast.approver)
    refused("own_work", insert_decision(course, "confirm", "confirmed", cast.approver))


def test_who_submitted_once_cannot_approve_after_a_second_submission(make, cast):
    project = make.submitted_project()
    project = perform(project, "return", by=cast.reviewer, note="补村民意见")
    cast.reporter2.groups.add(*cast.officer.groups.all())
    project = perform(project, "submit", by=cast.reporter2)
    person = get_user_model().objects.get(pk=cast.reporter2.pk)
    project.surveys.create(
        surveyed_on=date(2010, 3, 1),
        office=person.office,
        people="演示",
        opinion="可行",
        created_by=person,
    )
    with pytest.raises(PermissionDenied, match="another person"):
        perform(project, "survey", by=person)
    refused("own_work", insert_decision(project, "survey", "surveyed", person))
    refused("own_work", insert_decision(project, "survey", "surveyed", cast.reporter))


def test_a_status_written_by_hand_is_refused(make):
    course = make.course()
    refused(
        "status_without_decision",
        "UPDATE training_course SET status = 'confirmed' WHERE id = %s",
        course.pk,
    )


def test_a_decision_of_another_record_does_not_open_the_door(make, cast):
    course, other = make.course(), make.course()
    with transaction.atomic():
        perform(other, "confirm", by=cast.approver)
        refused(
            "status_without_decision",
            "UPDATE training_course SET status = 'confirmed' WHERE id = %s",
            course.pk,
        )


def test_a_decision_opens_the_door_once(make, cast):
    project = make.submitted_project()
    with transaction.atomic():
        perform(project, "return", by=cast.reviewer, note="补材料")
        refused(
            "status_without_decision",
            "UPDATE projects_project SET status = 'proposed' WHERE id = %s",
            project.pk,
        )


def test_a_new_record_starts_in_its_first_state(make, cast):
    course = make.course()
    course.pk, course.number, course.status = None, "", "confirmed"
    with pytest.raises(DatabaseError, match="not_first_state"), transaction.atomic():
        course.save()


def test_a_move_that_the_table_does_not_know_is_refused_by_the_database(make, cast):
    project = make.project()
    refused("no_such_move", insert_decision(project, "approve", "approved", cast.approver))
    refused("no_such_move", insert_decision(project, "submit", "approved", cast.reporter))
    refused("no_such_move", insert_decision(project, "submit", "closed", cast.reporter))


def test_a_return_needs_its_reason_everywhere(make, cast):
    course = make.course()
    with pytest.raises(ValidationError):
        perform(course, "return", by=cast.approver)
    refused("needs_note", insert_decision(course, "return", "returned", cast.approver, note="  "))


def test_what_was_decided_on_is_frozen(make):
    course = make.confirmed_course()
    refused("frozen", "UPDATE training_course SET people_count = 99 WHERE id = %s", course.pk)
    refused("frozen", "UPDATE training_course SET number = 'X' WHERE id = %s", course.pk)


def test_who_entered_a_record_is_never_rewritten(make, cast):
    course = make.course()
    refused(
        "frozen",
        "UPDATE training_course SET created_by_id = %s WHERE id = %s",
        cast.approver2.pk,
        course.pk,
    )


def test_records_are_never_deleted(make):
    course = make.course()
    refused("never_deleted", "DELETE FROM training_course WHERE id = %s", course.pk)


def test_no_session_switches_the_triggers_off(make):
    """Neither by pgtrigger's own setting nor by a temporary table in the place of a real one."""
    course = make.confirmed_course()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(tgname)::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%'"
        )
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", cursor.fetchone())
        cursor.execute(
            "CREATE TEMP TABLE core_lifecycle AS SELECT workflow, table_name, initial,"
            " '{recorded,confirmed}'::varchar[] AS editable, free_columns"
            " FROM public.core_lifecycle"
        )
    refused("frozen", "UPDATE training_course SET people_count = 99 WHERE id = %s", course.pk)
    refused(
        "status_without_decision",
        "UPDATE training_course SET status = 'recorded' WHERE id = %s",
        course.pk,
    )
    refused("never_deleted", "DELETE FROM training_course WHERE id = %s", course.pk)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_decision SET note = 'x'",
        "DELETE FROM core_decision",
        "TRUNCATE core_decision",
        "UPDATE core_legalmove SET not_by = '{}'",
        "INSERT INTO core_lifecycle VALUES ('x', 'x', 'x', '{}', '{}')",
        "DELETE FROM core_legalmove",
        "ALTER TABLE training_course DISABLE TRIGGER ALL",
    ],
)
def test_the_web_cannot_touch_the_rules_or_the_book_of_decisions(make, sql):
    make.confirmed_course()
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert caught.value.__cause__.sqlstate == "42501"  # not allowed to this role


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_the_table_of_a_life_cycle_is_closed(name):
    workflow = WORKFLOWS[name]
    states = set(workflow.by_value)
    reached = {workflow.initial} | {move.target for move in workflow.moves}
    assert reached == states
    assert all(set(move.source) <= states for move in workflow.moves)
    assert set(workflow.editable) <= states and set(workflow.main_line) <= states
    choices = dict(workflow.model._meta.get_field("status").choices)
    assert {value: str(state.word) for value, state in workflow.by_value.items()} == choices
    earlier = {move.name for move in workflow.moves} | {"enter"}
    assert all(set(move.not_by) <= earlier for move in workflow.moves)
    assert all(not move.then or move.then in workflow.by_move for move in workflow.moves)


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_every_move_is_tried_from_every_state(name, make, cast):
    """The database takes a move from the states of the table and refuses it from all others."""
    workflow, somebody = WORKFLOWS[name], cast.stranger

    def look(record):
        for move in workflow.moves:
            if record.status not in move.source:
                refused("no_such_move", insert_decision(record, move.name, move.target, somebody))

    assert Walk(name, make, cast, look).seen == set(workflow.by_value)


def test_offers_say_why_a_move_is_not_possible_yet(make, cast):
    project = make.project(need="")
    offer = next(o for o in offers(project, cast.reporter) if o.move.name == "submit")
    assert not offer.allowed and "why it is needed" in offer.reason
    assert not offers(project, cast.auditor)


def test_what_waits_is_listed_for_those_who_may_and_not_for_those_who_submitted(make, cast):
    project = make.submitted_project()

    def queue(user):
        return [r for waiting in waiting_for(user) for r in waiting.records]

    assert queue(cast.officer) == [project]
    assert queue(cast.reporter) == [] and queue(cast.auditor) == []
    assert duty_of(project).name == "survey"


def test_a_stranger_cannot_move_what_lies_outside_the_scope(make, cast):
    project = make.project()
    with pytest.raises(PermissionDenied):
        perform(project, "submit", by=cast.stranger)


def test_numbers_have_no_gap_when_a_transaction_fails(db):
    assert Counter.take("T-2010") == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Counter.take("T-2010", 5)
        _ = 1 / 0
    assert Counter.take("T-2010", 3) == 2
    assert Counter.take("T-2010") == 5


def test_every_refusal_of_the_database_has_its_words():
    assert all(str(words).strip() for words in WORDS.values())

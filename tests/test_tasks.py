"""Tasks on a record: to whom they go, how they are done and reopened, and who never sees them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.jobs import tell_of_due_tasks
from accounts.tasks import Task, finish, give, reopen
from core.approvals import Delegation
from core.formatting import LATE_DAYS, OVER_DAYS
from core.news import Kind, MailChoice, News, When
from core.refusals import key_of
from tests.walk import FIRST


def day(days: int):
    return timezone.localdate() + timedelta(days=days)


def give_address(record) -> str:
    return f"/records/{record.workflow_name}/{record.pk}/tasks/new/"


def typed(**changes) -> dict:
    return {
        "title": "补村民会议纪要",
        "whom": "reporter",
        "due_on": day(5).isoformat(),
    } | changes


def refused(key: str, sql: str, *parameters) -> None:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    assert key_of(caught.value)[0] == key or key in str(caught.value)


def choose(person, kind: Kind, when: When) -> None:
    MailChoice.objects.update_or_create(person=person, kind=kind, defaults={"when": when})


# -- giving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(FIRST))
def test_a_task_is_given_on_every_case_record(kind, make, cast, client_of):
    record = FIRST[kind](make)
    answer = client_of(cast.officer).post(give_address(record), typed(whom="auditor"))
    assert answer.status_code == 302
    assert answer.url == f"{record.get_absolute_url()}#tasks"
    page = client_of(cast.auditor).get(record.get_absolute_url())
    assert [task.title for task in page.context["tasks"]] == ["补村民会议纪要"]
    assert "Task given" in [entry.what for entry in page.context["timeline"]]


@pytest.mark.parametrize(
    ("whom", "found"),
    [
        ("reporter", "reporter"),
        ("@reporter", "reporter"),
        ("演示reporter", "reporter"),
        ("REPORTER2", "reporter2"),
        ("Reporter @reporter", "reporter"),
        ("Ceheng office", "qxn-ceheng"),
        ("册亨县扶贫办", "qxn-ceheng"),
        ("宁波市扶贫办", "nb"),
    ],
)
def test_for_whom_is_typed_as_account_name_or_office(whom, found, make, cast, client_of):
    project = make.project()
    answer = client_of(cast.officer).post(give_address(project), typed(whom=whom))
    assert answer.status_code == 302, answer.context["form"].errors
    task = Task.objects.get()
    assert (task.person.username if task.person else task.office.key) == found


@pytest.mark.parametrize("whom", ["stranger", "Leishan office", "sysadmin", "donor", "王无名"])
def test_nobody_gets_a_task_on_a_record_that_they_cannot_read(whom, make, cast, client_of):
    answer = client_of(cast.officer).post(give_address(make.project()), typed(whom=whom))
    assert answer.status_code == 422 and not Task.objects.exists()
    words = answer.content.decode()
    assert f"{whom} cannot read this record." in words or "has the name" in words
    assert f'value="{whom}"' in words


def test_the_verb_itself_refuses_who_cannot_read_the_record(make, cast):
    project = make.project()
    about = {"by": cast.officer, "title": "x", "due_on": day(1)}
    with pytest.raises(ValidationError, match="cannot read"):
        give(project, person=cast.stranger, **about)
    with pytest.raises(ValidationError, match="cannot read"):
        give(project, office=cast.stranger.office, **about)
    with pytest.raises(ValidationError):
        give(project, **about)
    with pytest.raises(ValidationError, match="over"):
        give(project, person=cast.reporter, **about | {"due_on": day(-1)})


def test_both_sides_give_each_other_tasks(make, cast):
    project = make.project()
    for by, office in ((cast.reporter, "nb"), (cast.officer, "qxn-ceheng"), (cast.officer, "qxn")):
        give(project, by=by, title="请核对", due_on=day(3), office=make.office(office))
    assert Task.objects.count() == 3


def test_a_stranger_neither_sees_gives_nor_does_tasks(make, cast, client_of):
    task = make.task()
    stranger = client_of(cast.stranger)
    assert stranger.get(task.get_absolute_url()).status_code == 404
    assert stranger.post(task.get_absolute_url(), {"proof": "x"}).status_code == 404
    project = make.project()
    assert stranger.post(give_address(project), typed()).status_code == 404
    assert stranger.get(f"/records/project/{project.pk}/tasks/for/?whom=rep").status_code == 404
    assert list(stranger.get("/tasks/").context["records"]) == []
    assert Task.objects.count() == 1 and not Task.objects.done().exists()


def test_of_two_with_the_same_name_the_account_is_asked_for(make, cast, client_of):
    for person in (cast.reporter2, cast.reviewer, cast.stranger):
        person.name_zh = "王敏"
        person.save()
    client, project = client_of(cast.officer), make.project()
    answer = client.post(give_address(project), typed(whom="王敏"))
    assert "@reporter2" in answer.content.decode() and "@stranger" not in answer.content.decode()
    assert client.post(give_address(project), typed(whom="王敏 @reviewer")).status_code == 302


@pytest.mark.parametrize(
    ("text", "values"), [("演示rep", ["Reporter @reporter"]), ("ceh", ["Ceheng office"])]
)
def test_for_whom_is_completed_with_those_who_read_the_record(text, values, make, cast, client_of):
    address = f"/records/project/{make.project().pk}/tasks/for/"
    page = client_of(cast.officer).get(address, {"whom": text}).content.decode()
    assert all(f'value="{value}"' in page for value in values)
    page = client_of(cast.officer).get(address, {"whom": "leishan"}).content.decode()
    assert "Leishan" not in page


# -- doing and reopening --------------------------------------------------------------------------


def test_a_task_is_done_with_a_proof_and_opened_again_with_a_reason(make, cast, client_of):
    task = make.task()
    client = client_of(cast.reporter)
    assert client.post(task.get_absolute_url(), {"proof": "  "}).status_code == 422
    assert client.post(task.get_absolute_url(), {"proof": "甬扶办〔2010〕17号"}).status_code == 302
    task.refresh_from_db()
    assert (task.done_by, task.proof) == (cast.reporter, "甬扶办〔2010〕17号") and task.done_at
    again = {"reason": "Only one village is meant.", "due_on": day(9).isoformat()}
    answer = client_of(cast.officer).post(task.get_absolute_url(), again, follow=True)
    task.refresh_from_db()
    assert task.done_at is None and task.proof == "" and task.due_on == day(9)
    assert task.reopened_by == cast.officer and task.reopened_for == again["reason"]
    history = [entry.what for entry in answer.context["timeline"] if entry.icon == "flag"]
    assert history == [
        f"Task reopened: {task}",
        f"Task done: {task}",
        "Task given",
    ]


def test_only_those_whom_it_concerns_say_that_it_is_done(make, cast, client_of):
    task = make.task()
    record = make.project()
    client = client_of(cast.reviewer)
    page = client.get(task.get_absolute_url())
    assert page.status_code == 200 and page.context["form"] is None
    assert client.post(task.get_absolute_url(), {"proof": "x"}).status_code == 403
    for person in (cast.reviewer, cast.reporter2, cast.officer2):
        with pytest.raises(PermissionDenied):
            finish(task, by=person, record=record, proof="x")
    of_office = make.task(office=cast.reporter.office)
    for person, able in ((cast.reporter2, True), (cast.officer, True), (cast.reviewer, False)):
        assert of_office.concerns(person) is able


def test_a_deputy_does_the_tasks_of_whoever_is_away(make, cast, client_of):
    task = make.task()
    Delegation.objects.create(
        absent=cast.reporter,
        deputy=cast.reporter2,
        starts_on=day(0),
        ends_on=day(1),
        created_by=cast.reporter,
    )
    client = client_of(cast.reporter2)
    assert [mine.pk for mine in client.get("/").context["my_tasks"]] == [task.pk]
    assert client.post(task.get_absolute_url(), {"proof": "有了"}).status_code == 302


def test_a_task_is_done_once_and_reopened_only_when_done(make, cast):
    project = make.project()
    task = make.task(record=project)
    with pytest.raises(ValidationError):
        reopen(task, by=cast.officer, record=project, reason="x", due_on=day(1))
    finish(task, by=cast.reporter, record=project, proof="1")
    with pytest.raises(ValidationError, match="already"):
        finish(task, by=cast.officer, record=project, proof="2")
    with pytest.raises(ValidationError):
        reopen(task, by=cast.officer, record=project, reason=" ", due_on=day(1))
    with pytest.raises(ValidationError, match="over"):
        reopen(task, by=cast.officer, record=project, reason="x", due_on=day(-1))


def test_finishing_locks_the_task(make, cast):
    project = make.project()
    task = make.task(record=project)
    with CaptureQueriesContext(connection) as caught:
        finish(task, by=cast.reporter, record=project, proof="1")
    first = next(query["sql"] for query in caught if "accounts_task" in query["sql"])
    assert "FOR UPDATE" in first


# -- what the database holds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "sql"),
    [
        ("task_done_by_whom_and_when", "UPDATE accounts_task SET done_at = now()"),
        (
            "task_done_by_whom_and_when",
            "UPDATE accounts_task SET done_at = now(), done_by_id = given_by_id, proof = ' '",
        ),
        ("frozen", "UPDATE accounts_task SET title = 'x'"),
        ("frozen", "UPDATE accounts_task SET person_id = given_by_id"),
        ("frozen", "UPDATE accounts_task SET due_on = due_on + 30"),
        ("frozen", "UPDATE accounts_task SET proof = 'x'"),
        ("never_deleted", "DELETE FROM accounts_task"),
    ],
)
def test_what_was_given_stays_and_done_needs_who_when_and_with_what(key, sql, make):
    make.task()
    refused(key, sql)


def test_what_is_done_is_not_rewritten(make, cast):
    project = make.project()
    task = make.task(record=project)
    finish(task, by=cast.reporter, record=project, proof="1")
    refused("frozen", "UPDATE accounts_task SET proof = '2'")
    refused("frozen", "UPDATE accounts_task SET done_by_id = given_by_id")
    refused(
        "frozen",
        "UPDATE accounts_task SET done_at = NULL, done_by_id = NULL, proof = ''",
    )


def test_a_task_is_for_one_person_or_one_office(make, cast):
    for both in (
        {"person": None, "office": None},
        {"person": cast.reporter, "office": make.office()},
    ):
        with pytest.raises(IntegrityError, match="task_for_one"), transaction.atomic():
            make.task(**both)
    with pytest.raises(DatabaseError, match="no_such_record"), transaction.atomic():
        Task.objects.create(
            workflow="project",
            record_id=0,
            title="x",
            person=cast.reporter,
            due_on=day(1),
            given_by=cast.officer,
        )


# -- mails ----------------------------------------------------------------------------------------


def test_those_whom_it_is_for_and_who_gave_it_hear_of_it(make, cast, work, mailoutbox):
    for person in (cast.reporter, cast.reporter2, cast.officer):
        choose(person, Kind.TASK_GIVEN, When.NOW)
        choose(person, Kind.TASK_DONE, When.NOW)
        person.language = "en"
        person.save()
    project = make.project()
    office = cast.reporter.office
    task = give(project, by=cast.officer, title="补纪要", due_on=day(3), office=office)
    work()
    assert sorted(mail.to[0] for mail in mailoutbox) == [
        "reporter2@example.org",
        "reporter@example.org",
    ]
    assert "Officer gives you a task on P-" in mailoutbox[0].subject
    assert "补纪要" in mailoutbox[0].body and f"/tasks/{task.pk}/" in mailoutbox[0].body
    mailoutbox.clear()
    finish(task, by=cast.reporter, record=project, proof="17号")
    work()
    assert [mail.to for mail in mailoutbox] == [["officer@example.org"]]
    assert "17号" in mailoutbox[0].body
    mailoutbox.clear()
    reopen(task, by=cast.officer, record=project, reason="Not this one.", due_on=day(4))
    work()
    assert len(mailoutbox) == 2 and "Not this one." in mailoutbox[0].body


def test_a_task_that_is_done_is_not_in_the_digest_any_more(make, cast, work):
    project = make.project()
    task = give(project, by=cast.officer, title="x", due_on=day(3), person=cast.reporter)
    work()
    assert News.objects.filter(closed_at=None, kind=Kind.TASK_GIVEN).count() == 1
    finish(task, by=cast.reporter, record=project, proof="x")
    assert not News.objects.filter(closed_at=None, kind=Kind.TASK_GIVEN).exists()


def test_a_due_day_is_told_once(make, cast, work, mailoutbox):
    choose(cast.reporter, Kind.TASK_DUE, When.NOW)
    project = make.project()
    for days in (-5, -1, 1, 2):
        make.task(record=project, due_on=day(days), title=f"due in {days}")
    done = make.task(record=project, due_on=day(1), title="done")
    finish(done, by=cast.reporter, record=project, proof="x")
    for _i in range(2):
        tell_of_due_tasks(timestamp=0)
        work()
    told = "".join(mail.body for mail in mailoutbox if mail.to == ["reporter@example.org"])
    assert "due in -1" in told and "due in 1" in told
    assert "due in -5" not in told and "due in 2" not in told and "done" not in told
    assert News.objects.filter(kind=Kind.TASK_DUE).count() == 2


# -- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "tone", "words"),
    [
        (3, "age", "3 days left"),
        (0, "age", "due today"),
        (-LATE_DAYS, "age late", "days over"),
        (-OVER_DAYS, "age over", "days over"),
    ],
)
def test_my_tasks_stand_on_the_start_page_with_their_due_day(
    days, tone, words, make, cast, client_of
):
    task = make.task(due_on=day(days))
    page = client_of(cast.reporter).get("/").content.decode()
    assert task.title in page and f'<span class="{tone}">' in page and words in page
    assert task.title not in client_of(cast.reviewer).get("/").content.decode()


def test_a_task_out_of_sight_is_nobody_s(make, cast, client_of):
    """A person who has moved to another office has no task left on what they do not read."""
    task = make.task()
    cast.reporter.office = cast.stranger.office
    cast.reporter.save()
    client = client_of(cast.reporter)
    assert client.get("/").context["my_tasks"] == []
    assert client.get(task.get_absolute_url()).status_code == 404


def test_the_list_is_filtered_and_sorted(make, cast, client_of):
    project = make.project()
    over = make.task(record=project, due_on=day(-3), title="B 超期")
    later = make.task(record=project, due_on=day(9), title="A 以后")
    others = make.task(record=make.course(), person=None, office=make.office(), title="C")
    done = make.task(record=project, title="D")
    finish(done, by=cast.officer, record=project, proof="x")
    client = client_of(cast.officer)

    def listed(query: str) -> list:
        return list(client.get(f"/tasks/?{query}").context["records"])

    assert set(listed("")) == {over, done, others, later} and listed("")[0] == over
    assert listed("state=over") == [over]
    assert listed("state=done") == [done]
    assert listed("whose=me") == [others]
    assert set(listed("whose=given")) == {over, later, others, done}
    assert listed("on=course") == [others]
    assert listed("q=以后") == [later]
    assert set(listed(f"q={project.number.lower()}")) == {over, later, done}
    assert listed(f"until={day(0).isoformat()}") == [over]
    assert listed("sort=title&state=open") == [later, over, others]
    assert listed("sort=-due&state=open")[-1] == over


def test_thirty_tasks_cost_the_queries_of_three(make, cast, client_of):
    client = client_of(cast.reporter)
    project, other = make.project(), make.project()

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    def work(count: int) -> None:
        for number in range(count):
            make.task(record=(project, other)[number % 2], due_on=day(number - 10))

    addresses = ("/", "/tasks/", "/tasks/?whose=me&state=open", project.get_absolute_url())
    work(3)
    few = [queries(address) for address in addresses]
    work(27)
    assert [queries(address) for address in addresses] == few


def test_the_admin_shows_tasks_to_be_read_and_no_more(make, cast, client_of):
    task, note = make.task(), make.note()
    client = client_of(cast.auditor)
    for path, row in (("accounts/task", task), ("core/note", note)):
        assert client.get(f"/admin/{path}/{row.pk}/change/").status_code == 200
        assert client.post(f"/admin/{path}/{row.pk}/change/", {"title": "x"}).status_code == 403
        assert client.get(f"/admin/{path}/add/").status_code == 403
        assert client.post(f"/admin/{path}/{row.pk}/delete/", {"post": "yes"}).status_code == 403

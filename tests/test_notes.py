"""Notes, reminders and following: who may say what on a record, and that what was said stays."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import Decision
from core.notes import Note, Reminder
from core.people import named_in
from core.refusals import key_of
from core.talk import follow, follows, remind, strike, write_note
from core.timeline import timeline_of
from core.workflow import perform
from tests.walk import FIRST


def noted(record) -> list[str]:
    return list(Note.objects.of(record).order_by("pk").values_list("text", flat=True))


def address(record, what: str = "notes") -> str:
    return f"/records/{record.workflow_name}/{record.pk}/{what}/"


def refused(key: str, sql: str, *parameters) -> None:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    assert key_of(caught.value)[0] == key


# -- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(FIRST))
def test_every_case_record_takes_notes_and_shows_them_in_its_history(kind, make, cast, client_of):
    record = FIRST[kind](make)
    client = client_of(cast.auditor)
    answer = client.post(address(record), {"text": "Which is right?\n\n31 t or 28 t"})
    assert answer.status_code == 302
    assert answer.url == f"{record.get_absolute_url()}#history"
    page = client.get(record.get_absolute_url())
    entry = next(entry for entry in page.context["timeline"] if entry.kind == "note")
    assert entry.note == "Which is right?\n\n31 t or 28 t" and "Auditor" in entry.who
    assert "Which is right?" in page.content.decode()


def test_with_htmx_the_history_comes_back_with_the_note(make, cast, client_of):
    project = make.project()
    answer = client_of(cast.officer).post(
        address(project), {"text": "Seen."}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and '<section class="panel" id="history">' in page
    assert "Seen." in page and "The note is written." in page and "<html" not in page


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("text", ["", "  \n ", "a\u202eb", "字" * 4001])
def test_a_note_that_cannot_be_kept_comes_back_as_it_was_typed(
    text, headers, make, cast, client_of
):
    project = make.project()
    answer = client_of(cast.officer).post(address(project), {"text": text}, headers=headers)
    assert answer.status_code == 422 and noted(project) == []
    assert text.strip() in answer.content.decode() and 'class="err"' in answer.content.decode()


def test_a_stranger_neither_reads_nor_writes_notes(make, cast, client_of):
    project = make.project()
    note, _named = write_note(project, by=cast.officer, text="Between us.")
    stranger = client_of(cast.stranger)
    for what in ("notes", "reminders", "follow", "people"):
        assert stranger.post(address(project, what), {"text": "x"}).status_code == 404
        assert stranger.get(address(project, what)).status_code in (404, 405)
    assert stranger.post(f"/notes/{note.pk}/strike/").status_code == 404
    assert noted(project) == ["Between us."]
    assert list(Note.objects.visible_to(cast.stranger)) == []
    assert list(Note.objects.visible_to(cast.reporter)) == [note]


def test_whose_role_reads_no_such_record_writes_no_note_on_it(make, cast, client_of):
    gift = make.gift(custodian=make.office("qxn-ceheng"))
    assert client_of(cast.reporter).get(gift.get_absolute_url()).status_code == 403
    assert client_of(cast.reporter).post(address(gift), {"text": "x"}).status_code == 403
    assert client_of(cast.reporter).post("/records/nothing/1/notes/").status_code == 404


def test_a_note_in_no_state_changes_the_record(make, cast):
    project = make.approved_project()
    decisions, at = Decision.objects.of(project).count(), project.updated_at
    write_note(project, by=cast.reporter, text="Frozen, and still spoken of.")
    project.refresh_from_db()
    assert Decision.objects.of(project).count() == decisions and project.updated_at == at


# -- what was said stays --------------------------------------------------------------------------


def test_an_author_strikes_out_the_own_note_and_its_text_stays(make, cast, client_of):
    project = make.project()
    note, _named = write_note(project, by=cast.officer, text="Wrong project.")
    assert client_of(cast.officer2).post(f"/notes/{note.pk}/strike/").status_code == 403
    assert client_of(cast.officer).post(f"/notes/{note.pk}/strike/").status_code == 302
    page = client_of(cast.officer2).get(project.get_absolute_url()).content.decode()
    assert "<del>Wrong project.</del>" in page and "Struck out" in page
    note.refresh_from_db()
    first = note.struck_at
    strike(note, by=cast.officer)
    note.refresh_from_db()
    assert note.struck_at == first


def test_nobody_rewrites_or_removes_a_note(make, cast):
    note, _named = write_note(make.project(), by=cast.officer, text="As it is.")
    refused("append_only", "UPDATE core_note SET text = 'x' WHERE id = %s", note.pk)
    refused(
        "append_only",
        "UPDATE core_note SET struck_at = now(), text = 'x' WHERE id = %s",
        note.pk,
    )
    strike(note, by=cast.officer)
    refused("append_only", "UPDATE core_note SET struck_at = NULL WHERE id = %s", note.pk)
    refused("never_deleted", "DELETE FROM core_note WHERE id = %s", note.pk)


def test_a_note_belongs_to_a_record_and_to_its_moment(make, cast):
    project = make.project()
    with pytest.raises(DatabaseError, match="no_such_record"), transaction.atomic():
        Note.objects.create(workflow="project", record_id=0, written_by=cast.officer, text="x")
    with pytest.raises(DatabaseError, match="no_such_record"), transaction.atomic():
        Note.objects.create(workflow="nothing", record_id=1, written_by=cast.officer, text="x")
    note, _named = write_note(project, by=cast.officer, text="Now.")
    late = Note.objects.create(
        workflow="project",
        record_id=project.pk,
        written_by=cast.officer,
        text="Of last year.",
        written_at=note.written_at - timedelta(days=365),
    )
    late.refresh_from_db()
    assert late.written_at > note.written_at - timedelta(days=1)


# -- whom a note names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@reporter please look", ["reporter"]),
        ("@reporter2, and @Reporter", ["reporter2", "reporter"]),
        ("请@演示reporter看一下", ["reporter"]),
        ("请＠演示reviewer看一下，@演示reviewer。", ["reviewer"]),
        ("@Approver2!", ["approver2"]),
        ("mail officer@reporter.org", []),
        ("@ reporter", []),
    ],
)
def test_people_are_named_by_account_and_by_name(text, people, make, cast):
    named = named_in(text, make.project())
    assert [person.username for person in named.readers] == people


def test_only_those_who_can_read_the_record_are_told(make, cast, client_of, work, mailoutbox):
    project = make.project()
    text = "@stranger @sysadmin @reporter @nobody-here: 请看"
    answer = client_of(cast.officer).post(address(project), {"text": text}, follow=True)
    page = answer.content.decode()
    assert "The note is written; Reporter will be told." in page
    assert "Stranger, Sysadmin cannot read this record and were not told." in page
    assert "Nobody here is called “nobody-here”." in page
    work()
    assert [mail.to for mail in mailoutbox] == [["reporter@example.org"]]
    assert project.number in mailoutbox[0].subject and "请看" in mailoutbox[0].body
    assert f"/projects/{project.pk}/" in mailoutbox[0].body


def test_of_two_with_the_same_name_the_one_who_reads_is_meant(make, cast):
    for person in (cast.stranger, cast.reviewer):
        person.name_zh = "王敏"
        person.save()
    named = named_in("@王敏请核对", make.project())
    assert named.readers == [cast.reviewer] and named.others == [] and named.unknown == []


@pytest.mark.parametrize("text", ["演示rep", "reporter", "ysrep", "yanshirep"])
def test_names_are_completed_by_characters_pinyin_and_initials(text, make, cast, client_of):
    project = make.project()
    answer = client_of(cast.officer).get(
        address(project, "people"), {"q": text}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert 'data-name="Reporter"' in page and 'data-name="Reporter2"' in page
    assert "Stranger" not in page and "<html" not in page


def test_without_javascript_a_page_names_those_who_read_the_record(make, cast, client_of):
    page = client_of(cast.officer).get(address(make.project(), "people")).content.decode()
    for name in ("Reporter", "Reviewer", "Auditor"):
        assert name in page
    for name in ("Stranger", "Sysadmin", "Donor"):
        assert f"<b>{name}</b>" not in page


def test_those_of_one_office_and_role_are_asked_for_once(make, cast, client_of):
    project, client = make.project(), client_of(cast.officer)
    client.get(address(project, "people"))
    with CaptureQueriesContext(connection) as few:
        client.get(address(project, "people"))
    for number in range(30):
        person = type(cast.reporter).objects.create(
            username=f"more{number}", name_zh="韦", office=cast.reporter.office
        )
        person.groups.set(cast.reporter.groups.all())
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address(project, "people")).context["people"]) > 30
    assert len(many) == len(few)


# -- reminders ------------------------------------------------------------------------------------


def test_a_waiting_record_is_reminded_of_once_a_day_by_anyone(
    make, cast, client_of, work, mailoutbox
):
    project = make.submitted_project()
    work()
    mailoutbox.clear()
    page = client_of(cast.reporter).get(project.get_absolute_url()).content.decode()
    assert "Remind Officer, Officer2" in page
    client_of(cast.reporter).post(address(project, "reminders"))
    work()
    assert {mail.to[0] for mail in mailoutbox} == {"officer@example.org", "officer2@example.org"}
    assert "Reporter" in mailoutbox[0].body or "演示reporter" in mailoutbox[0].body
    answer = client_of(cast.reviewer).post(address(project, "reminders"), follow=True)
    page = answer.content.decode()
    assert "Reporter has reminded them today already; once a day is enough." in page
    assert "Reminded Officer, Officer2" in page and "Remind Officer" not in page
    work()
    assert len(mailoutbox) == 2 and Reminder.objects.of(project).count() == 1


def test_the_database_keeps_a_second_reminder_of_the_day_out(make, cast):
    project = make.submitted_project()
    remind(project, by=cast.reporter)
    again = {"workflow": "project", "record_id": project.pk, "reminded_by": cast.reviewer}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**again)
    with pytest.raises(IntegrityError), transaction.atomic():  # the day is not the asker's to say
        Reminder.objects.create(**again, reminded_on="2010-01-01", reminded_at="2010-01-01T08:00Z")


def test_a_reminder_of_another_day_is_another(make, cast):
    project = make.project(is_demo=True)
    perform(project, "submit", by=cast.reporter)
    for day in ("2010-03-01", "2010-03-02"):
        Reminder.objects.create(
            workflow="project",
            record_id=project.pk,
            reminded_by=cast.reporter,
            reminded_at=f"{day}T23:30:00+08:00",
        )
    days = [str(row.reminded_on) for row in Reminder.objects.of(project)]
    assert days == ["2010-03-01", "2010-03-02"]


def test_nobody_is_reminded_where_nobody_waits_or_the_reader_does(make, cast, client_of):
    project = make.submitted_project()
    with pytest.raises(ValidationError):
        remind(project, by=cast.officer)
    assert "Remind" not in client_of(cast.officer).get(project.get_absolute_url()).content.decode()
    done = make.confirmed_course()
    with pytest.raises(ValidationError):
        remind(done, by=cast.officer)


# -- following ------------------------------------------------------------------------------------


def test_who_entered_decided_or_noted_follows_until_they_do_not_want_to(make, cast, client_of):
    project = make.submitted_project()
    write_note(project, by=cast.auditor, text="Seen.")
    perform(project, "return", by=cast.reviewer, note="More.")
    for person in (cast.reporter, cast.auditor, cast.reviewer):
        assert follows(project, person)
    assert not follows(project, cast.officer)
    client_of(cast.officer).post(address(project, "follow"), {"follow": "on"})
    client_of(cast.reporter).post(address(project, "follow"), {"follow": "off"})
    assert follows(project, cast.officer) and not follows(project, cast.reporter)
    follow(project, by=cast.reporter, is_on=True)
    assert follows(project, cast.reporter)


# -- cost -----------------------------------------------------------------------------------------


def test_thirty_notes_cost_the_queries_of_three(make, cast, client_of):
    project, client = make.project(), client_of(cast.officer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(project.get_absolute_url()).status_code == 200
        return len(caught)

    def write(count: int) -> None:
        for number in range(count):
            by = (cast.reporter, cast.reviewer, cast.approver)[number % 3]
            write_note(project, by=by, text="@officer @finance 请看")

    write(3)
    queries()
    few = queries()
    write(27)
    assert queries() == few
    assert len([entry for entry in timeline_of(project) if entry.kind == "note"]) == 30

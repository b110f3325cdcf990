"""Mails: each person's own choices, one digest a day, nothing twice, nothing out of sight."""

from datetime import date, datetime, timedelta
from smtplib import SMTPServerDisconnected
from zoneinfo import ZoneInfo

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import jobs
from core.news import DEFAULTS, Kind, Mail, MailChoice, News, When
from core.talk import follow, remind, write_note
from core.telling import tell_of_note, write_digests
from core.workflow import perform

SHANGHAI = ZoneInfo("Asia/Shanghai")


def choose(person, kind: str, when: str) -> None:
    MailChoice.objects.update_or_create(person=person, kind=kind, defaults={"when": when})


def choose_all(when: str, *people) -> None:
    for person in people:
        for kind in Kind:
            choose(person, kind, when)


def morning(days: int = 1, hour: int = 7, minute: int = 0) -> datetime:
    """Seven o'clock in Shanghai, so many days from today."""
    day = timezone.localdate() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def to(mailoutbox) -> list[str]:
    return sorted(mail.to[0].removesuffix("@example.org") for mail in mailoutbox)


# -- who is told ----------------------------------------------------------------------------------


def test_who_waits_is_told_at_once_in_their_language_if_they_want_so(make, cast, work, mailoutbox):
    choose(cast.officer, Kind.WAITS, When.NOW)
    choose(cast.officer2, Kind.WAITS, When.NOW)
    cast.officer.language = "en"
    cast.officer.save()
    project = make.submitted_project()
    work()
    assert to(mailoutbox) == ["officer", "officer2"]
    english = next(mail for mail in mailoutbox if mail.to == ["officer@example.org"])
    assert project.number in english.subject and "Report the survey" in english.subject
    assert f"/projects/{project.pk}/" in english.body
    assert "/me/?off=waits#mails" in english.body


def test_what_comes_back_is_told_to_who_entered_it_with_the_reason(make, cast, work, mailoutbox):
    cast.reporter.language = "en"
    cast.reporter.save()
    project = make.submitted_project()
    perform(project, "return", by=cast.reviewer, note="补村民意见")
    work()
    assert to(mailoutbox) == ["reporter"]
    assert "Reviewer returned P-" in mailoutbox[0].subject and "补村民意见" in mailoutbox[0].body


def test_nobody_is_told_of_their_own_doing(make, cast, work, mailoutbox):
    choose_all(When.NOW, cast.reporter)
    project = make.submitted_project()
    write_note(project, by=cast.reporter, text="@reporter to myself")
    work()
    assert "reporter" not in to(mailoutbox)


def test_money_is_told_to_those_who_follow_its_project(make, cast, work, mailoutbox):
    payment = make.approved_payment()
    follow(payment.line.project, by=cast.officer2, is_on=True)
    choose(cast.officer2, Kind.MONEY, When.NOW)
    cast.officer2.language = "en"
    cast.officer2.save()
    work()
    mailoutbox.clear()
    asked = {"voucher": "0426-1", "paid_on": date(2010, 4, 26)}
    perform(payment, "pay", by=cast.finance, asked=asked)
    work()
    told = [mail for mail in mailoutbox if mail.to == ["officer2@example.org"]]
    assert len(told) == 1
    assert told[0].subject.startswith(f"Money has moved. {payment.number}")


def test_whoever_has_two_reasons_is_told_once_and_by_the_sooner(make, cast, work, mailoutbox):
    """The reporter waits for news of the own project, and is named in a note on it."""
    choose(cast.reporter, Kind.MENTIONED, When.DAILY)
    choose(cast.reporter, Kind.FOLLOWED, When.NOW)
    note, _named = write_note(make.project(), by=cast.officer, text="@reporter 请看")
    work()
    news = News.objects.get(person=cast.reporter, cause=f"note:{note.pk}")
    assert news.kind == Kind.FOLLOWED and to(mailoutbox) == ["reporter"]


@pytest.mark.parametrize("kind", [Kind.MENTIONED, Kind.REMINDED, Kind.RETURNED, Kind.WAITS])
def test_whoever_wants_no_mail_of_a_kind_gets_none(kind, make, cast, work, mailoutbox):
    people = (cast.reporter, cast.officer, cast.officer2)
    choose_all(When.NOW, *people)
    for person in people:
        choose(person, kind, When.NEVER)
        choose(person, Kind.FOLLOWED, When.NEVER)
    project = make.submitted_project()
    remind(project, by=cast.reviewer)
    write_note(project, by=cast.auditor, text="@officer @reporter 请看")
    perform(project, "return", by=cast.reviewer, note="补材料")
    work()
    write_digests(morning())
    work()
    assert not News.objects.filter(kind=kind, person__in=people).exists()
    assert mailoutbox


def test_the_defaults_are_sensible():
    now = {kind for kind, when in DEFAULTS.items() if when == When.NOW}
    assert now == {Kind.RETURNED, Kind.REMINDED, Kind.MENTIONED}
    assert set(DEFAULTS) == set(Kind) and When.NEVER not in DEFAULTS.values()


def test_who_has_no_address_or_left_gets_nothing(make, cast, work, mailoutbox):
    cast.reporter.email = ""
    cast.reviewer.is_active = False
    cast.reporter.save()
    cast.reviewer.save()
    write_note(make.project(), by=cast.officer, text="@reporter @reviewer 请看")
    work()
    assert mailoutbox == [] and not News.objects.exists()


# -- the digest -----------------------------------------------------------------------------------


def test_the_digest_comes_once_a_day_with_everything_new(make, cast, work, mailoutbox):
    cast.officer.language = "en"
    cast.officer.save()
    projects = [make.submitted_project() for _i in range(3)]
    work()
    assert mailoutbox == []
    write_digests(morning())
    work()
    assert to(mailoutbox) == ["officer", "officer2"]
    english = next(mail for mail in mailoutbox if mail.to == ["officer@example.org"])
    assert english.subject == "3 things are new for you"
    assert all(project.number in english.body for project in projects)
    assert english.body.count("A record begins to wait for me") == 1
    assert "/me/?off=all#mails" in english.body
    write_digests(morning(hour=8))
    write_digests(morning())
    work()
    assert len(mailoutbox) == 2


def test_nothing_new_no_mail(make, cast, work, mailoutbox):
    make.submitted_project()
    work()
    write_digests(morning())
    work()
    mailoutbox.clear()
    write_digests(morning(days=2))
    work()
    assert mailoutbox == []


def test_news_after_seven_waits_for_the_next_day(make, cast, work, mailoutbox):
    make.submitted_project()
    work()
    write_digests(morning())
    work()
    mailoutbox.clear()
    make.submitted_project()
    work()
    News.objects.filter(closed_at=None).update(created_at=morning(minute=5))
    write_digests(morning(hour=9))
    work()
    assert mailoutbox == []
    write_digests(morning(days=2))
    work()
    assert to(mailoutbox) == ["officer", "officer2"]


def test_before_seven_nothing_is_written_and_a_late_worker_makes_it_good(make, cast, work):
    make.submitted_project()
    work()
    write_digests(morning(hour=6, minute=59))
    assert not Mail.objects.exists()
    write_digests(morning(hour=15))
    assert Mail.objects.filter(digest_on=morning().date()).count() == 2


def test_the_digest_says_only_what_still_holds(make, cast, work, mailoutbox):
    """What no longer waits, what is out of sight and what is not wanted any more stays out."""
    decided, moved_away, unwanted = (make.submitted_project() for _i in range(3))
    follow(moved_away, by=cast.reviewer, is_on=True)
    write_note(moved_away, by=cast.auditor, text="Followed.")
    work()
    perform(decided, "return", by=cast.reviewer, note="补材料")
    cast.reviewer.office = make.office("qdn")
    cast.reviewer.save()
    work()
    choose_all(When.NEVER, cast.officer2)
    write_digests(morning())
    work()
    by_person = {mail.to[0].split("@")[0]: mail for mail in mailoutbox}
    assert "reviewer" not in by_person and "officer2" not in by_person
    waiting = by_person["officer"].body
    assert unwanted.number in waiting and decided.number not in waiting
    assert not News.objects.filter(closed_at=None, created_at__lt=morning()).exists()


def test_a_digest_costs_the_queries_of_its_people_not_of_its_news(make, cast, work):
    def news(count: int, days: int) -> int:
        for _i in range(count):
            make.submitted_project()
        work()
        News.objects.filter(closed_at=None).update(created_at=morning(days=days - 1))
        with CaptureQueriesContext(connection) as caught:
            write_digests(morning(days=days))
        return len(caught)

    assert news(30, days=2) == news(3, days=1)


# -- nothing twice --------------------------------------------------------------------------------


def test_a_job_done_twice_tells_nobody_twice(make, cast, work, mailoutbox):
    project = make.project()
    note, _named = write_note(project, by=cast.officer, text="@reporter 请看")
    work()
    tell_of_note(note, project)
    jobs.tell_of_note(note.pk)
    work()
    assert to(mailoutbox) == ["reporter"]
    assert News.objects.filter(cause=f"note:{note.pk}").count() == 1


def test_the_database_keeps_a_second_digest_of_a_day_out(make, cast):
    day = timezone.localdate()
    Mail.objects.create(person=cast.officer, subject="1", body="1", digest_on=day)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(person=cast.officer, subject="2", body="2", digest_on=day)


def test_a_crash_between_mail_and_mark_leaves_neither(make, cast, work):
    make.submitted_project()
    work()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write_digests(morning())
        assert Mail.objects.exists()
        _ = 1 / 0
    assert not Mail.objects.exists()
    assert News.objects.filter(closed_at=None).count() == 2


class Post(EmailBackend):
    """A post office that breaks off as often as it is told."""

    breaks: list[type[BaseException]] = []

    def send_messages(self, messages):
        if self.breaks:
            raise self.breaks.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def post(settings, mailoutbox):
    settings.EMAIL_BACKEND = f"{__name__}.Post"
    return Post


def test_a_mail_that_a_crashed_worker_had_taken_is_not_sent_again(cast, post, mailoutbox):
    mail = Mail.objects.create(person=cast.officer, subject="S", body="B")
    post.breaks = [KeyboardInterrupt]
    with pytest.raises(KeyboardInterrupt):
        jobs.deliver(mail.pk)
    jobs.deliver(mail.pk)
    mail.refresh_from_db()
    assert mailoutbox == [] and mail.taken_at and not mail.sent_at


def test_a_mail_that_the_post_refused_is_tried_again_and_sent_once(cast, post, mailoutbox):
    mail = Mail.objects.create(person=cast.officer, subject="S", body="B")
    post.breaks = [SMTPServerDisconnected]
    with pytest.raises(SMTPServerDisconnected):
        jobs.deliver(mail.pk)
    for _i in range(3):
        jobs.deliver(mail.pk)
    mail.refresh_from_db()
    assert len(mailoutbox) == 1 and mail.sent_at


def test_mails_left_by_an_ended_worker_are_sent_later(cast, work, mailoutbox):
    old = timezone.now() - timedelta(hours=1)
    Mail.objects.create(person=cast.officer, subject="Left", body="B", written_at=old)
    Mail.objects.create(person=cast.officer, subject="Fresh", body="B")
    Mail.objects.create(
        person=cast.officer, subject="Too old", body="B", written_at=old - timedelta(days=3)
    )
    jobs.deliver_left(timestamp=0)
    work()
    assert [mail.subject for mail in mailoutbox] == ["Left"]
    assert mailoutbox[0].extra_headers["Message-ID"].startswith("<mail-")


# -- my settings ----------------------------------------------------------------------------------


def settings_of(client, query: str = "") -> dict:
    form = client.get(f"/me/{query}").context["form"]
    return {name: form[name].value() for name in form.fields}


def test_a_person_sets_language_keys_and_mails(cast, client_of):
    client = client_of(cast.officer)
    typed = settings_of(client)
    assert typed["mail_waits"] == When.DAILY and typed["mail_mentioned"] == When.NOW
    typed |= {"language": "en", "has_keys": "", "mail_waits": "never", "mail_money": "now"}
    assert client.post("/me/", typed).status_code == 302
    cast.officer.refresh_from_db()
    assert cast.officer.language == "en" and cast.officer.has_keys is False
    again = settings_of(client)
    assert (again["mail_waits"], again["mail_money"]) == ("never", "now")
    assert MailChoice.objects.filter(person=cast.officer).count() == 2
    assert 'data-keys="off"' in client.get("/me/").content.decode()


def test_nobody_sets_a_role_an_office_or_a_choice_that_there_is_not(cast, client_of):
    client = client_of(cast.officer)
    typed = settings_of(client) | {
        "office": cast.stranger.office_id,
        "is_superuser": "on",
        "username": "other",
        "email": "x@example.org",
    }
    client.post("/me/", typed)
    cast.officer.refresh_from_db()
    assert cast.officer.username == "officer" and not cast.officer.is_superuser
    assert cast.officer.email == "officer@example.org" and cast.officer.office.key == "nb"
    answer = client.post("/me/", typed | {"mail_waits": "hourly"})
    assert answer.status_code == 422 and not MailChoice.objects.exists()


def test_the_link_of_a_mail_ends_its_kind_by_one_press(cast, client_of):
    client = client_of(cast.officer)
    assert settings_of(client, "?off=mentioned")["mail_mentioned"] == When.NEVER
    daily = settings_of(client, "?off=all")
    assert daily["mail_waits"] == When.NEVER and daily["mail_mentioned"] == When.NOW
    assert settings_of(client, "?off=rubbish") == settings_of(client)
    assert not MailChoice.objects.exists()

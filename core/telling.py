"""Who is told of what, and the mails that say it: at once, or in the digest of the day.

Rule: nobody is told of a record that they cannot read, neither when it happens nor when the mail
is written; and nobody is told twice of one cause.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from core.approvals import Delegation
from core.models import Decision, Record
from core.news import Kind, Mail, News, When, choices_of
from core.notes import Follow, Note, Reminder, records_of
from core.people import active_people, readers
from core.workflow import ASKED, duty_of, people_for, workflow_of

DIGEST_HOUR = 7
LONGEST_DIGEST = 200
LONGEST_WORDS = 600

SENTENCES: dict[str, str | Promise] = {
    Kind.RETURNED: gettext_lazy("%(who)s returned %(record)s for revision"),
    Kind.REMINDED: gettext_lazy("%(who)s reminds you of %(record)s: %(move)s"),
    Kind.MENTIONED: gettext_lazy("%(who)s names you in a note on %(record)s"),
    Kind.TASK_GIVEN: gettext_lazy("%(who)s gives you a task on %(record)s, due %(day)s"),
    Kind.TASK_DUE: gettext_lazy("A task on %(record)s is due %(day)s"),
    Kind.TASK_DONE: gettext_lazy("%(who)s has done a task on %(record)s"),
    Kind.WAITS: gettext_lazy("%(record)s waits for you: %(move)s"),
    Kind.DECIDED: gettext_lazy("%(record)s: %(done)s, by %(who)s"),
    Kind.MONEY: gettext_lazy("Money has moved. %(record)s: %(done)s, by %(who)s"),
    Kind.FOLLOWED: gettext_lazy("%(record)s: %(done)s, by %(who)s"),
}
NOTED = gettext_lazy("%(who)s wrote a note on %(record)s")


@dataclass(frozen=True)
class Because:
    """A kind of news, and the people whom it makes this news for."""

    kind: Kind
    people: Collection[int]
    move: str = ""


@dataclass(frozen=True)
class Line:
    """One piece of news in a mail."""

    sentence: str
    words: str
    url: str


# -- who ------------------------------------------------------------------------------------------


def followers_of(record: Record) -> set[int]:
    """Ids of those who entered, decided or noted on the record or follow it, and still do."""
    said = dict(Follow.objects.of(record).values_list("person", "is_on"))
    ids = {record.created_by_id, *record.editors}
    ids |= {person for person, is_on in said.items() if is_on}
    ids |= set(Decision.objects.of(record).values_list("decided_by", flat=True))
    ids |= set(Note.objects.of(record).values_list("written_by", flat=True))
    return ids - {person for person, is_on in said.items() if not is_on}


def authors_of(record: Record) -> set[int]:
    """Ids of those who entered, edited or submitted the record."""
    moves = [move.name for move in workflow_of(record).moves if move.own_scope]
    submitted = Decision.objects.of(record).filter(move__in=moves)
    deciders = submitted.values_list("decided_by", flat=True)
    return {record.created_by_id, *record.editors, *deciders}


def waited_for(record: Record) -> list[Any]:
    """Those who may make the move that the record waits for, and those who act for one of them."""
    duty = duty_of(record)
    people = people_for(duty, record, limit=ASKED) if duty else []
    today = timezone.localdate()
    held = Delegation.objects.on(today).filter(absent__in=people).select_related("deputy__office")
    return list(dict.fromkeys([*people, *(delegation.deputy for delegation in held)]))


# -- what -----------------------------------------------------------------------------------------


def tell_of_decision(decision: Decision, record: Record) -> None:
    """Tells the authors, those for whom the record waits now, and those who follow it.

    One approval of several is told to those whose approval is next, and to nobody else.
    """
    because = []
    if decision.step_id is None or decision.from_status != decision.to_status:
        because += _moved(decision, record)
    duty = duty_of(record)
    if duty and Decision.objects.of(record).latest("pk") == decision:
        waiting = [person.pk for person in waited_for(record)]
        because.append(Because(Kind.WAITS, waiting, duty.name))
    tell(
        record,
        f"decision:{decision.pk}",
        because=because,
        by=decision.decided_by,
        words=decision.note,
    )


def _moved(decision: Decision, record: Record) -> list[Because]:
    """For whom it is news that the record has moved."""
    move = workflow_of(record).by_move[decision.move]
    kind = Kind.RETURNED if decision.to_status == "returned" else Kind.DECIDED
    because = [Because(kind, authors_of(record), move.name)]
    followers = followers_of(record)
    if move.posts:
        above = set().union(*(followers_of(other) for other in record.about))
        because.append(Because(Kind.MONEY, followers | above, move.name))
    return [*because, Because(Kind.FOLLOWED, followers, move.name)]


def tell_of_note(note: Note, record: Record) -> None:
    """Tells those who are named in it, and those who follow the record."""
    because = [
        Because(Kind.MENTIONED, note.told),
        Because(Kind.FOLLOWED, followers_of(record)),
    ]
    tell(record, f"note:{note.pk}", because=because, by=note.written_by, words=note.text)


def tell_of_reminder(reminder: Reminder, record: Record) -> None:
    """Tells those for whom the record waits."""
    if duty := duty_of(record):
        because = [Because(Kind.REMINDED, reminder.told, duty.name)]
        tell(record, f"reminder:{reminder.pk}", because=because, by=reminder.reminded_by)


@transaction.atomic
def tell(record: Record, cause: str, *, because: list[Because], by=None, **about: Any) -> None:
    """Keeps the news for each person who wants it, and mails it to those who want it at once.

    `about` are further fields of the news. Whoever has several reasons is told by the one that
    comes soonest. Told again of the same cause, nobody gets a second mail.
    """
    ids = {person for reason in because for person in reason.people}
    people = active_people().filter(pk__in=ids).exclude(email="")
    people = people.exclude(pk=by.pk if by else None).prefetch_related("mail_choices")
    at_once = []
    for person in readers(record, people):
        when, reason = _soonest(person, because)
        if when == When.NEVER:
            continue
        item = News(
            workflow=record.workflow_name,
            record_id=record.pk,
            person=person,
            kind=reason.kind,
            cause=cause,
            move=reason.move,
            by=by,
            **about,
        )
        News.objects.bulk_create([item], ignore_conflicts=True)
        at_once += [person] if when == When.NOW else []
    for person in at_once:
        write_mail(person, News.objects.filter(cause=cause))


def _soonest(person, because: list[Because]) -> tuple[str, Because]:
    choices = choices_of(person)
    reasons = [reason for reason in because if person.pk in reason.people]
    whens, kinds = When.values, Kind.values

    def rank(reason: Because) -> tuple[int, int]:
        return whens.index(choices[reason.kind]), kinds.index(reason.kind)

    reason = min(reasons, key=rank)
    return choices[reason.kind], reason


# -- mails ----------------------------------------------------------------------------------------


def write_digests(now: datetime) -> None:
    """Writes the digest of today for each person who has something new from before seven o'clock.

    Called every hour, so that a morning without a worker is made good; a day has one digest.
    """
    begin = timezone.localtime(now).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if now < begin:
        return
    new = News.objects.filter(closed_at=None, created_at__lt=begin)
    new = new.exclude(person__mails__digest_on=begin.date())
    people = active_people().filter(pk__in=new.order_by().values("person"))
    for person in people.prefetch_related("mail_choices"):
        with transaction.atomic():
            write_mail(person, new, digest_on=begin.date())


def write_mail(person, news, *, digest_on=None) -> None:
    """One mail of the open news of a person, which closes them; none where there are none.

    Must run in a transaction: the news are locked, so that two workers never tell both.
    """
    rows = news.filter(person=person, closed_at=None).select_for_update(of=("self",))
    rows = list(rows.select_related("by").order_by("pk"))
    with translation.override(person.language):
        lines = _lines(person, rows)
        mail = _mail(person, lines, digest_on) if lines else None
    News.objects.filter(pk__in=[row.pk for row in rows]).update(closed_at=timezone.now())
    if mail:
        told = [item.pk for item, _line in lines]
        News.objects.filter(pk__in=told).update(mail=mail)
        app.configure_task("core.jobs.deliver").defer(mail_id=mail.pk)


def _mail(person, lines: list[tuple[News, Line]], digest_on) -> Mail:
    profile = f"{settings.PUBLIC_URL}{reverse('accounts:me')}"
    off = "all" if digest_on else lines[0][0].kind
    context = {
        "person": person,
        "news": lines[:LONGEST_DIGEST],
        "more": len(lines[LONGEST_DIGEST:]),
        "digest_on": digest_on,
        "start_url": f"{settings.PUBLIC_URL}{reverse('core:start')}",
        "off_url": f"{profile}?off={off}#mails",
    }
    subject = render_to_string("core/mail/news_subject.txt", context)
    return Mail.objects.create(
        person=person,
        subject=Truncator(" ".join(subject.split())).chars(200),
        body=render_to_string("core/mail/news.txt", context),
        digest_on=digest_on,
    )


def _lines(person, rows: list[News]) -> list[tuple[News, Line]]:
    """Each news that still holds with its line: the record is read by the person and waits."""
    choices, records = choices_of(person), records_of(rows, person)
    order = Kind.values
    lines = []
    for item in sorted(rows, key=lambda row: order.index(row.kind)):
        record = records.get((item.workflow, item.record_id))
        if record is None or choices[item.kind] == When.NEVER or _is_over(item, record):
            continue
        lines.append((item, _line(item, record)))
    return lines


def _is_over(item: News, record: Record) -> bool:
    """Whether the record waited for the move of the news, and waits no longer."""
    if item.kind not in (Kind.WAITS, Kind.REMINDED):
        return False
    duty = duty_of(record)
    return duty is None or duty.name != item.move


def _line(item: News, record: Record) -> Line:
    move = workflow_of(record).by_move.get(item.move)
    is_note = item.kind == Kind.FOLLOWED and move is None
    sentence = (NOTED if is_note else SENTENCES[item.kind]) % {
        "who": item.by or _("the system"),
        "record": called(record),
        "move": move.label if move else "",
        "done": move.done if move else "",
        "day": date_format(item.due_on) if item.due_on else "",
    }
    words = Truncator(item.words).chars(LONGEST_WORDS)
    path = item.path or record.get_absolute_url()
    return Line(sentence, words, f"{settings.PUBLIC_URL}{path}")


def called(record: Record) -> str:
    """A record in a sentence: its number, and its name or what else tells it from others."""
    name = str(record)
    return f"{record.number} {record.summary if name == record.number else name}".strip()

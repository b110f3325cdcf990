"""Background work of the core: telling people, taking mails to the post, the nightly sweeps.

Rule: a job is deferred inside the transaction that causes it, so neither stands without the other;
done a second time, it tells nobody twice.
"""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from core import drafts, storage, telling
from core.lifecycle import WORKFLOWS
from core.models import Decision
from core.news import Mail
from core.notes import Note, Reminder

AGAIN = RetryStrategy(max_attempts=4, exponential_wait=8)
LEFT_AFTER, GIVEN_UP_AFTER = timedelta(minutes=15), timedelta(days=2)


def record_of_row(row):
    """The record that a note, a task or a decision belongs to."""
    return WORKFLOWS[row.workflow].model._base_manager.get(pk=row.record_id)


@app.task(queue="mail", retry=AGAIN)
def tell_of_decision(decision_id: int) -> None:
    decision = Decision.objects.select_related("decided_by").get(pk=decision_id)
    telling.tell_of_decision(decision, record_of_row(decision))


@app.task(queue="mail", retry=AGAIN)
def tell_of_note(note_id: int) -> None:
    note = Note.objects.select_related("written_by").get(pk=note_id)
    if note.struck_at is None:
        telling.tell_of_note(note, record_of_row(note))


@app.task(queue="mail", retry=AGAIN)
def tell_of_reminder(reminder_id: int) -> None:
    reminder = Reminder.objects.select_related("reminded_by").get(pk=reminder_id)
    telling.tell_of_reminder(reminder, record_of_row(reminder))


@app.periodic(cron="0 * * * *")
@app.task(queue="mail", queueing_lock="write_digests")
def write_digests(timestamp: int) -> None:
    """Every hour; the digests of a day are written at seven, or as soon as there is a worker."""
    telling.write_digests(datetime.fromtimestamp(timestamp, UTC))


@app.task(queue="mail", retry=AGAIN)
def deliver(mail_id: int) -> None:
    """Takes a mail to the post, once: after a crash in between it is not tried again."""
    waiting = Mail.objects.filter(pk=mail_id)
    if not waiting.filter(taken_at=None).update(taken_at=timezone.now()):
        return
    mail = waiting.select_related("person").get()
    if mail.person.is_active and mail.person.email:
        try:
            _message(mail).send()
        except (SMTPException, OSError):
            waiting.update(taken_at=None)
            raise
    waiting.update(sent_at=timezone.now())


def _message(mail: Mail) -> EmailMessage:
    headers = {
        "Message-ID": f"<mail-{mail.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(mail.subject, mail.body, None, [mail.person.email], headers=headers)


@app.periodic(cron="*/15 * * * *")
@app.task(queue="mail", queueing_lock="deliver_left")
def deliver_left(timestamp: int) -> None:
    """Sends for the mails whose worker ended before it took them."""
    now = timezone.now()
    left = Mail.objects.filter(taken_at=None, written_at__lt=now - LEFT_AFTER)
    for mail in left.filter(written_at__gt=now - GIVEN_UP_AFTER):
        deliver.defer(mail_id=mail.pk)


@app.periodic(cron="30 19 * * *")  # half past three at night in Shanghai
@app.task(queue="checks", queueing_lock="sweep_files")
def sweep_files(timestamp: int) -> None:
    """Removes files that no row names, every night at half past three."""
    storage.sweep()


@app.periodic(cron="40 19 * * *")  # twenty to four at night in Shanghai
@app.task(queue="checks", queueing_lock="sweep_drafts")
def sweep_drafts(timestamp: int) -> None:
    """Lets old drafts go, every night at twenty to four."""
    drafts.sweep(timezone.now())

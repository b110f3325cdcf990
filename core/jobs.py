"""Background work of the core: the mail that says that something waits, the sweep of files.

Rule: a job is deferred inside the transaction that causes it, so neither stands without the other.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from procrastinate.contrib.django import app

from core import storage
from core.lifecycle import WORKFLOWS
from core.workflow import duty_of, people_for


@app.task(queue="mail", retry=3)
def tell_who_it_waits_for(workflow: str, record_id: int) -> None:
    """Mails the people whose role includes the move that the record waits for now."""
    record = WORKFLOWS[workflow].model._base_manager.filter(pk=record_id).first()
    if record is None or (move := duty_of(record)) is None:
        return
    for person in people_for(move, record):
        if person.email:
            _mail(person, record, move)


def _mail(person, record, move) -> None:
    with translation.override(person.language):
        context = {
            "person": person,
            "record": record,
            "move": move,
            "url": f"{settings.PUBLIC_URL}{record.get_absolute_url()}",
        }
        subject = render_to_string("core/mail/waiting_subject.txt", context).strip()
        body = render_to_string("core/mail/waiting.txt", context)
    send_mail(subject, body, None, [person.email])


@app.periodic(cron="30 3 * * *")
@app.task(queue="checks", queueing_lock="sweep_files")
def sweep_files(timestamp: int) -> None:
    """Removes files that no row names, every night at half past three."""
    storage.sweep()

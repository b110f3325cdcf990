"""How people talk on a record: they note, name others, strike out, remind and follow.

Rule: whoever can read a record may do each of these on it, whatever its state; none changes it.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from core.models import Record
from core.notes import Follow, Note, Reminder
from core.people import Named, named_in
from core.telling import followers_of, waited_for


@transaction.atomic
def write_note(record: Record, *, by, text: str) -> tuple[Note, Named]:
    """Writes a note and answers whom it names; those of them who can read the record are told."""
    named = named_in(text, record)
    note = Note(
        workflow=record.workflow_name,
        record_id=record.pk,
        written_by=by,
        text=text.strip(),
        told=[person.pk for person in named.readers if person != by],
    )
    note.full_clean(exclude=["written_at"])
    note.save()
    app.configure_task("core.jobs.tell_of_note").defer(note_id=note.pk)
    return note, named


def strike(note: Note, *, by) -> None:
    """Strikes out one's own note; the text stays. Raises PermissionDenied for another's note."""
    if note.written_by_id != by.pk:
        raise PermissionDenied(_("A note is struck out by whoever wrote it."))
    if note.struck_at is None:
        note.struck_at = timezone.now()
        note.save(update_fields=["struck_at"])


def reminder_of_today(record: Record) -> Reminder | None:
    today = timezone.localdate()
    return (
        Reminder.objects.of(record).filter(reminded_on=today).select_related("reminded_by").first()
    )


@transaction.atomic
def remind(record: Record, *, by) -> Reminder:
    """Reminds those for whom the record waits, once a day at most.

    Raises ValidationError where it waits for nobody else, or was reminded of today.
    """
    people = waited_for(record)
    if not people or by in people:
        raise ValidationError(_("This record waits for nobody whom you could remind."))
    if earlier := reminder_of_today(record):
        raise ValidationError(
            _("%(who)s has reminded them today already; once a day is enough.")
            % {"who": earlier.reminded_by}
        )
    reminder = Reminder.objects.create(
        workflow=record.workflow_name,
        record_id=record.pk,
        reminded_by=by,
        told=[person.pk for person in people],
    )
    app.configure_task("core.jobs.tell_of_reminder").defer(reminder_id=reminder.pk)
    return reminder


def follows(record: Record, person) -> bool:
    return person.pk in followers_of(record)


def follow(record: Record, *, by, is_on: bool) -> None:
    """Follows the record from now on, or no longer, whatever the person has done on it."""
    Follow.objects.update_or_create(
        workflow=record.workflow_name,
        record_id=record.pk,
        person=by,
        defaults={"is_on": is_on},
    )

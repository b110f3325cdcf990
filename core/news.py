"""What a person is told by mail: the news, the person's own choices, and the mails made of them.

Rule: a person is told once of one cause. News are closed in the transaction that writes their
mail, and at most one digest a day is written to a person; the database holds both.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.notes import OfRecord


class Kind(models.TextChoices):
    """Why somebody is told."""

    RETURNED = "returned", _("What I entered or submitted comes back")
    REMINDED = "reminded", _("Somebody reminds me of what waits for me")
    MENTIONED = "mentioned", _("Somebody names me in a note")
    TASK_GIVEN = "task_given", _("Somebody gives me or my office a task")
    TASK_DUE = "task_due", _("A task of mine falls due")
    TASK_DONE = "task_done", _("A task that I gave is done")
    WAITS = "waits", _("A record begins to wait for me")
    DECIDED = "decided", _("What I entered or submitted is decided")
    MONEY = "money", _("Money moves on a record that I follow")
    FOLLOWED = "followed", _("Something else is new on a record that I follow")


class When(models.TextChoices):
    NOW = "now", _("At once")
    DAILY = "daily", _("In the daily mail")
    NEVER = "never", _("Not at all")


DEFAULTS = dict.fromkeys(Kind, When.DAILY) | {
    Kind.RETURNED: When.NOW,
    Kind.REMINDED: When.NOW,
    Kind.MENTIONED: When.NOW,
}


class MailChoice(models.Model):
    """When a person wants mail of one kind; without a row the default holds."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mail_choices"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    when = models.CharField(max_length=8, choices=When.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="mail_choice_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="mail_choice_kind"),
            models.CheckConstraint(condition=Q(when__in=When.values), name="mail_choice_when"),
        ]


def choices_of(person) -> dict[str, str]:
    """When the person wants mail, by kind."""
    return DEFAULTS | {choice.kind: choice.when for choice in person.mail_choices.all()}


class Mail(models.Model):
    """A mail as it was written; `taken_at` when a worker took it to the post, for good.

    A mail that was taken and not sent is not tried again, for it may have arrived.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="mails",
        verbose_name=_("to"),
    )
    subject = models.CharField(pgettext_lazy("of a mail", "subject"), max_length=300)
    body = models.TextField(pgettext_lazy("of a mail", "text"))
    digest_on = models.DateField(_("digest of"), null=True)
    written_at = models.DateTimeField(_("written at"), db_default=Now())
    taken_at = models.DateTimeField(_("taken to the post at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "digest_on"], name="mail_digest_once_a_day"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(taken_at__isnull=False),
                name="mail_sent_was_taken",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(taken_at__isnull=True), name="mail_to_send")
        ]

    def __str__(self) -> str:
        return self.subject


class News(OfRecord):
    """Something that a person is told: `cause` names what happened, as in `note:12`.

    `words` are what somebody typed: the note, the reason, the title of the task. `move` was
    made, or the record waits for it. `by` is empty where nobody did it, as with a day. `path`
    leads to a page of its own, where it has one.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="news")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    cause = models.CharField(max_length=60)
    move = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    path = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(Mail, models.PROTECT, null=True, related_name="news")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "cause"], name="news_once"),
            models.CheckConstraint(
                condition=Q(mail__isnull=True) | Q(closed_at__isnull=False),
                name="news_mailed_is_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "id"], condition=Q(closed_at__isnull=True), name="news_open"
            )
        ]

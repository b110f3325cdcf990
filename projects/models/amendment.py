"""Amendments: how approved content changes, with a reason, a difference and a new approval.

Rule: the database carries an amendment out in the very statement that approves it, and changes
nothing but what the amendment names (core/triggers.py).
"""

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Record
from core.money import AmountField, positive
from core.text import visible_text
from core.triggers import case_triggers, fixed
from partnerships.scope import PartnerScoped
from projects.models.project import Project


class AmendmentQuerySet(PartnerScoped):
    office_path = "project__office"

    def for_list(self):
        return self.select_related("project__county")

    def open(self):
        return self.filter(status__in=Amendment.OPEN)


@tracked
class Amendment(Record):
    """A change of an approved project: `changes` are new values by column, and under `parts` whole
    tables of rows; `before` are the values that they replace. `amount` is the agreed amount that
    the project would have, in yuan, by which the approvals are chosen."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")
        DECLINED = "declined", _("Declined")

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
    workflow_name = "amendment"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="amendments", verbose_name=_("project")
    )
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", editable=False)
    supporter = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="+", editable=False
    )
    reason = models.TextField(_("reason"), validators=[visible_text, MaxLengthValidator(2000)])
    changes = models.JSONField(_("changes"), default=dict)
    before = models.JSONField(_("before"), default=dict)
    amount = AmountField(_("agreed amount"))

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-number"]
        permissions = [
            ("submit_amendment", "Submit an amendment"),
            ("approve_amendment", "Approve an amendment"),
        ]
        constraints = [
            positive("amount", model="amendment"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(status__in=["draft", "submitted", "returned"]),
                name="amendment_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "approved"]) | ~Q(changes={}),
                name="amendment_changes_something",
            ),
        ]
        indexes = [models.Index(fields=["status", "status_at"], name="amendment_status")]
        triggers = [
            *case_triggers("amendment"),
            fixed("project_id", "office_id", "supporter_id"),
            pgtrigger.Trigger(
                name="sides",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("p", "public.projects_project")],
                func=f"""
                SELECT * INTO STRICT p FROM public.projects_project
                 WHERE id = NEW.project_id FOR SHARE;
                IF p.status NOT IN ({", ".join(repr(str(state)) for state in Project.AMENDABLE)})
                THEN RAISE EXCEPTION 'not_amendable'; END IF;
                NEW.office_id := p.office_id;
                NEW.supporter_id := p.supporter_id;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def series_of(self) -> str:
        return f"V-{self.project.year}"

    @property
    def summary(self) -> str:
        return str(self.project)

    def save(self, *args, **kwargs):
        self.office_id, self.supporter_id = self.project.office_id, self.project.supporter_id
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raises ValidationError for a project that is not approved, or is being amended."""
        if not self.project_id or self.pk:
            return
        if self.project.status not in Project.AMENDABLE:
            raise ValidationError(_("A project is amended once it is approved."))
        if self.project.amendments.open().exists():
            raise ValidationError(_("Another amendment of this project is still open."))

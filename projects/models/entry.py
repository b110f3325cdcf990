"""What every entry in the file of a project has: the project, who entered it, and when.

Rule: an entry is corrected until the file is closed and never deleted; what was wrong is struck out
with a reason and stays readable.
"""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.text import visible_text
from core.triggers import fixed, never_deleted
from partnerships.scope import PartnerScoped
from projects.models.project import Project


class EntryQuerySet(PartnerScoped):
    """Read by whoever reads the project; corrected by the office that entered it."""

    office_path = "project__office"
    edit_path = "created_by__office"

    def standing(self):
        """Without what was struck out."""
        return self.filter(struck_at__isnull=True)


class Entry(models.Model):
    """An entry in the file of a project."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="%(class)ss", verbose_name=_("project")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    created_at = models.DateTimeField(_("entered at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    struck_at = models.DateTimeField(_("struck out at"), null=True, editable=False)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
        verbose_name=_("struck out by"),
    )
    struck_reason = models.TextField(
        _("why it was struck out"),
        blank=True,
        editable=False,
        validators=[visible_text, MaxLengthValidator(500)],
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["id"]

    def get_absolute_url(self) -> str:
        return reverse("projects:project-detail", args=[self.project_id])


_OPEN = """
    SELECT status INTO state FROM public.projects_project WHERE id = NEW.project_id FOR SHARE;
    IF state IN ({closed}) THEN RAISE EXCEPTION 'file_closed'; END IF;
    IF TG_OP = 'UPDATE' AND OLD.struck_at IS NOT NULL THEN RAISE EXCEPTION 'struck_out'; END IF;
    IF NEW.struck_at IS NOT NULL AND (btrim(NEW.struck_reason) = '' OR NEW.struck_by_id IS NULL)
    THEN RAISE EXCEPTION 'needs_note'; END IF;
    RETURN NEW;
"""


def entry_triggers(*, after_closing: bool = False) -> list[pgtrigger.Trigger]:
    """The triggers of an entry; `after_closing` for what is still entered in a closed file."""
    closed = "'cancelled'" if after_closing else "'closed', 'cancelled'"
    return [
        pgtrigger.Trigger(
            name="open_file",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            declare=[("state", "text")],
            func=_OPEN.format(closed=closed),
        ),
        fixed("id", "project_id", "created_by_id", "created_at", "is_demo"),
        never_deleted(),
    ]


def in_order(first: str, last: str, *, model: str) -> models.CheckConstraint:
    """The database's own rule that a later day is not before an earlier one."""
    return models.CheckConstraint(
        condition=Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": models.F(first)}),
        name=f"{model}_{last}_in_order",
    )

"""What every entry in the file of a project has: the project, who entered it, and when.

Rule: an entry is corrected until the file is closed and never deleted; what was wrong is struck out
with a reason and stays readable. The database holds it, and with it that nothing is reported of the
future, of another project, or of work that nobody has approved.
"""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
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

    def for_panel(self):
        """With what the project's page shows beside each entry."""
        return self.select_related("created_by__office", "struck_by__office")


class Entry(models.Model):
    """An entry in the file of a project. `day_field` names the day that it is about."""

    day_field = ""

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

    def __str__(self) -> str:
        if not self.day_field:
            return capfirst(str(self._meta.verbose_name))
        return f"{capfirst(self._meta.verbose_name)} · {date_format(getattr(self, self.day_field))}"

    def get_absolute_url(self) -> str:
        return reverse("projects:project-detail", args=[self.project_id])

    def is_kept_by(self, user) -> bool:
        """Whether it was entered in the person's own office or one below it."""
        office = self.created_by.office
        return bool(user.office_id and office and office.path.startswith(user.office.path))

    def strike(self, *, by, reason: str) -> None:
        """Strikes the entry out, and what was entered under it."""
        self.struck_at, self.struck_by, self.struck_reason = timezone.now(), by, reason.strip()
        for below in self._meta.related_objects:
            if issubclass(below.related_model, Entry):
                rows = below.related_model.objects.filter(**{below.field.name: self})
                for entry in rows.standing():
                    entry.strike(by=by, reason=reason)
        self.save(update_fields=["struck_at", "struck_by", "struck_reason", "updated_at"])


_OPEN = """
    SELECT status INTO state FROM public.projects_project WHERE id = NEW.project_id FOR SHARE;
    IF state IN ({closed}) THEN RAISE EXCEPTION 'file_closed'; END IF;
    IF TG_OP = 'UPDATE' AND OLD.struck_at IS NOT NULL THEN RAISE EXCEPTION 'struck_out'; END IF;
    IF NEW.struck_at IS NOT NULL THEN
        IF btrim(NEW.struck_reason) = '' OR NEW.struck_by_id IS NULL
        THEN RAISE EXCEPTION 'needs_note'; END IF;
        RETURN NEW;
    END IF;
    {more}
    RETURN NEW;
"""
_STANDING = """
    IF TG_OP = 'INSERT' AND state NOT IN ({states}) THEN RAISE EXCEPTION 'not_standing'; END IF;
"""
_PAST = """
    IF NEW.{day} > (statement_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    THEN RAISE EXCEPTION 'future_day'; END IF;
"""
_UNDER = """
    IF NOT EXISTS (SELECT FROM public.{table} p
                    WHERE p.id = NEW.{column} AND p.project_id = NEW.project_id)
    THEN RAISE EXCEPTION 'other_project'; END IF;
"""


def entry_triggers(
    *kept: str,
    after_closing: bool = False,
    standing: bool = False,
    past: tuple[str, ...] = (),
    under: dict[str, str] | None = None,
) -> list[pgtrigger.Trigger]:
    """The triggers of an entry.

    `kept` columns stay for ever what they were given; `after_closing` is for what is still entered
    in a closed file, `standing` for what is told of work that was approved; `past` names days that
    have come, `under` the columns that lead to other rows of the project, with their tables.
    """
    closed = "'cancelled'" if after_closing else "'closed', 'cancelled'"
    states = ", ".join(f"'{state.value}'" for state in Project.STANDING)
    more = [
        *([_STANDING.format(states=states)] if standing else []),
        *(_PAST.format(day=day) for day in past),
        *(_UNDER.format(column=c, table=table) for c, table in (under or {}).items()),
    ]
    return [
        pgtrigger.Trigger(
            name="open_file",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            declare=[("state", "text")],
            func=_OPEN.format(closed=closed, more="".join(more)),
        ),
        fixed("id", "project_id", "created_by_id", "created_at", "is_demo", *kept),
        never_deleted(),
    ]


def in_order(first: str, last: str, *, model: str) -> models.CheckConstraint:
    """The database's own rule that a later day is not before an earlier one."""
    return models.CheckConstraint(
        condition=Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": models.F(first)}),
        name=f"{model}_{last}_in_order",
    )

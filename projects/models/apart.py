"""That two projects which look alike are not the same work, said by a person with the reason.

Rule: nobody says it of a project that they entered themselves, and what was said stays.
"""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.text import visible_text
from core.triggers import APPEND_ONLY
from projects.models.project import Project


class ToldApartQuerySet(models.QuerySet):
    def of(self, project: Project):
        return self.filter(Q(project=project) | Q(other=project))


class ToldApart(models.Model):
    """Two projects, the later one first, that are told apart from now on."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="+", editable=False, verbose_name=_("project")
    )
    other = models.ForeignKey(
        Project, models.PROTECT, related_name="+", editable=False, verbose_name=_("other project")
    )
    reason = models.TextField(
        _("why it is not the same"), validators=[visible_text, MaxLengthValidator(1000)]
    )
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
        verbose_name=_("said by"),
    )
    told_at = models.DateTimeField(_("said at"), db_default=Now(), editable=False)

    objects = ToldApartQuerySet.as_manager()
    append_only = True

    class Meta:
        verbose_name = _("telling apart of two projects")
        verbose_name_plural = _("tellings apart of projects")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "other"], name="told_apart_once"),
            models.CheckConstraint(
                condition=Q(project__gt=F("other")), name="told_apart_later_first"
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="told_apart_because"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                IF EXISTS (
                    SELECT FROM public.projects_project p
                     WHERE p.id IN (NEW.project_id, NEW.other_id)
                       AND (p.created_by_id = NEW.told_by_id
                            OR p.editors @> ARRAY[NEW.told_by_id]))
                THEN RAISE EXCEPTION 'own_hand'; END IF;
                NEW.told_at := statement_timestamp();
                RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.number} ≠ {self.other.number}"

"""Views of one's own: a filter and an order of a list, kept under a name.

Rule: a view is an address of its list and nothing more; whoever opens it sees what the own scope
lets see. Only its owner changes it; who is of the owner's office may read a shared one.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text import visible_text

MOST = 20  # of one person, of one list
LONGEST = 2000


class SavedViewQuerySet(models.QuerySet):
    def readable_by(self, user) -> "SavedViewQuerySet":
        """The person's own, and those that colleagues of the same office share."""
        readable = Q(owner=user)
        if user.office_id:
            readable |= Q(is_shared=True, owner__office=user.office_id)
        return self.filter(readable)


class SavedView(models.Model):
    """A filter with its order that somebody keeps for a list; `query` is what the address says."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", editable=False
    )
    list_key = models.CharField(max_length=60, editable=False)
    name = models.CharField(_("name"), max_length=60, validators=[visible_text])
    query = models.CharField(max_length=LONGEST, editable=False)
    is_default = models.BooleanField(_("open this list with it"), default=False)
    is_shared = models.BooleanField(_("share it with my office"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_key", "name"], name="saved_view_name_once"
            ),
            models.UniqueConstraint(
                fields=["owner", "list_key"],
                condition=Q(is_default=True),
                name="saved_view_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args, **kwargs):
        """Saves; a new default takes the place of the old one."""
        if self.is_default:
            others = SavedView.objects.filter(owner=self.owner, list_key=self.list_key)
            others.exclude(pk=self.pk).update(is_default=False)
        super().save(*args, **kwargs)


class SavedViewForm(forms.ModelForm):
    """A view's name and what is done with it; its filter comes from the list."""

    class Meta:
        model = SavedView
        fields = ("name", "is_default", "is_shared")
        help_texts = {
            "name": _("A view of yours of the same name is replaced."),
            "is_shared": _("Your colleagues see it beside their own views; only you change it."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        view = self.instance
        others = SavedView.objects.filter(owner=view.owner, list_key=view.list_key)
        others = others.exclude(pk=view.pk)
        if others.filter(name=data.get("name", "")).exists():
            self.add_error("name", gettext("You have a view of this name already."))
        if not view.pk and others.count() >= MOST:
            raise ValidationError(
                gettext("A list keeps %(most)s views of yours; remove one first.") % {"most": MOST}
            )
        if len(view.query) > LONGEST:
            raise ValidationError(gettext("This filter is too long to be kept."))
        return data

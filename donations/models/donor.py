"""Those who give, and who may see them.

Rule: a donor’s name is public only with consent.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.scope import Scoped
from core.history import tracked
from core.models import Counter, Named
from core.search import Searched, found
from core.text import visible_text
from core.triggers import fixed, never_deleted
from partnerships.models import Organisation


class CustodianScoped(Scoped):
    """Rows that belong to the organisation that holds the money."""

    office_path = "custodian"

    def found(self, text: str):
        return found(self, text)


@tracked
class Donor(Named, Searched):
    """Somebody who gives. The name is shown to others only while consent stands."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ENTERPRISE = "enterprise", _("enterprise")
        ASSOCIATION = "association", _("association")
        RELIGIOUS = "religious", _("religious body")
        PUBLIC_BODY = "public_body", _("public body")
        GROUP = "group", _("group of people")
        ANONYMOUS = "anonymous", _("anonymous")

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="donors", verbose_name=_("kept by")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="donors",
        verbose_name=_("organisation"),
    )
    has_name_consent = models.BooleanField(_("agrees that the name is shown"), default=False)
    consent_on = models.DateField(_("agreed on"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, validators=[visible_text])
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", editable=False
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = CustodianScoped.as_manager()

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        ordering = ["pinyin", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(has_name_consent=False) | Q(consent_on__isnull=False),
                name="donor_consent_has_a_day",
            )
        ]
        indexes = [GinIndex(fields=["grams"], name="donor_grams")]
        triggers = [fixed("id", "number", "created_by_id", "is_demo"), never_deleted()]

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number]

    def get_absolute_url(self) -> str:
        return reverse("donations:donor-detail", args=[self.pk])

    def save(self, *args, **kwargs):
        if not self.number:
            self.number = f"D-{Counter.take('D'):06d}"
        super().save(*args, **kwargs)

    @property
    def public_name(self) -> str:
        """The name as others may read it."""
        return self.name if self.has_name_consent else gettext("Name withheld at the giver’s wish")

"""People and offices.

Rule: a person belongs to one office; what a person may do is read from roles (accounts/roles.py),
on which rows from the office (accounts/scope.py), and when from the life cycle (core/workflow.py).
"""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.tasks import Task as Task
from core.models import Division, Named
from core.search import Searched, found
from core.text import visible_text
from core.triggers import never_deleted

LONGEST_PATH = 200


class OfficeQuerySet(models.QuerySet):
    def found(self, text: str):
        return found(self, text)


class Office(Named, Searched):
    """A unit that takes part in the pairing: an office, a bureau, a charity, in a tree."""

    class Kind(models.TextChoices):
        MUNICIPAL = "municipal", _("municipal office")
        PREFECTURE = "prefecture", _("prefecture office")
        COUNTY = "county", _("county or district office")
        BUREAU = "bureau", _("municipal bureau")
        CHARITY = "charity", _("charity")

    class Side(models.TextChoices):
        SUPPORTING = "supporting", _("supporting side")
        RECEIVING = "receiving", _("receiving side")

    key = models.SlugField(
        _("key"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"\A[a-z0-9-]+\Z", _("Small Latin letters, digits, hyphens."))],
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    side = models.CharField(_("side"), max_length=12, choices=Side.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("under"),
    )
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="offices",
        verbose_name=_("place"),
    )
    path = models.CharField(_("path"), max_length=LONGEST_PATH, editable=False, unique=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(path__regex=r"^(/[a-z0-9-]+)+/$"), name="office_path_shape"
            ),
        ]
        indexes = [GinIndex(fields=["grams"], name="office_grams")]
        triggers = [never_deleted()]

    def clean(self) -> None:
        """Raises ValidationError for a place in the tree that cannot be."""
        if self.pk and self.parent and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("An office does not come under itself.")})
        rest = (
            [len(office.path) - len(self.path) for office in self.with_below()] if self.pk else []
        )
        if len(self._way()) + max(rest, default=0) > LONGEST_PATH:
            raise ValidationError(
                {"key": _("Too many offices one under another; shorten the key.")}
            )

    @transaction.atomic
    def save(self, *args, **kwargs):
        before, self.path = self.path, self._way()
        if before and before != self.path:  # those below move along
            rest = Substr("path", len(before) + 1)
            Office.objects.filter(path__startswith=before).exclude(pk=self.pk).update(
                path=Concat(Value(self.path), rest)
            )
        super().save(*args, **kwargs)

    def _way(self) -> str:
        """The path as key and parent give it now."""
        return f"{self.parent.path if self.parent else '/'}{self.key}/"

    def with_above(self) -> models.QuerySet["Office"]:
        """This office and every office over it."""
        keys = self.path.strip("/").split("/")
        paths = ["/" + "/".join(keys[:end]) + "/" for end in range(1, len(keys) + 1)]
        return Office.objects.filter(path__in=paths)

    def with_below(self) -> models.QuerySet["Office"]:
        """This office and every office under it."""
        return Office.objects.filter(path__startswith=self.path)


class User(AbstractUser, Searched):
    """A person with an account. `can()` is the one question every page and move asks."""

    first_name = None
    last_name = None
    name_zh = models.CharField(_("Chinese name"), max_length=60, validators=[visible_text])
    name_en = models.CharField(
        _("English name"), max_length=60, blank=True, validators=[visible_text]
    )
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("office"),
    )
    language = models.CharField(
        _("language of mails"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )
    has_keys = models.BooleanField(_("single-letter keys"), default=True)

    objects = UserManager()
    REQUIRED_FIELDS = ["name_zh"]

    class Meta:
        verbose_name = pgettext_lazy("of an office", "person")
        verbose_name_plural = pgettext_lazy("of an office", "people")
        ordering = ["username"]
        permissions = [("see_all_offices", "Read the records of every office")]
        indexes = [GinIndex(fields=["grams"], name="user_grams")]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return (self.name_zh if chinese else self.name_en or self.name_zh) or self.username

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.username]

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> list[str]:
        """Names of the person's roles, in the order of the roles table."""
        return sorted(self.groups.values_list("name", flat=True))

    def can(self, permission: str, record=None, *, editing: bool = False) -> bool:
        """Whether the role includes the permission and the record lies in the person's scope.

        `editing` asks for the own office and those below; otherwise for what the person may see.
        """
        if not self.is_active or not self.has_perm(permission):
            return False
        if record is None or record.pk is None:
            return True
        rows = type(record).objects
        scope = rows.editable_by(self) if editing else rows.visible_to(self)
        return scope.filter(pk=record.pk).exists()

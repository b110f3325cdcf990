"""Evidence files: photographs and documents that stand under a case record.

For who builds on it:
- `core.uploads.attach(record, upload, kind="survey_report", by=user, entry=inspection)` judges,
  keeps and records one file; `Attachment.objects.of(record)` has all of a case with those of its
  entries, `.at(entry)` those of one entry; then `.current()`, `.kinds("survey_report", "minutes")`,
  `.photographs()`, `.published()`, `.repeated()`.
- A row that is no case record but holds files (a report, an inspection) is registered by
  `@with_files(under="project")`, where `under` names the field of its case record; its page shows
  `{% include "core/_files.html" %}` with `files=core.files.panel_of(request, record, entry=row)`.
- The kinds (`AttachmentKind`) are rows; those that code names stand in KINDS.

Rule: whoever reads the case record reads its files. A row is never removed and tells for ever what
was brought, when and by whom; only its words and its kind are put right, and what was left empty is
filled in. A record that is closed takes no more, but photographs of what is still looked at.
"""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.lifecycle import WORKFLOWS
from core.text import visible_text
from core.triggers import fixed, never_deleted

ENTRIES: dict[str, tuple[type[models.Model], str]] = {}
LATE: set[str] = set()  # those of ENTRIES that take photographs although the record is closed

# key, Chinese, English, whether it is a photograph
KINDS = (
    ("photo_before", "施工前照片", "Photograph, before", True),
    ("photo_during", "施工中照片", "Photograph, during", True),
    ("photo_after", "竣工后照片", "Photograph, after", True),
    ("photo", "其他照片", "Photograph, other", True),
    ("survey_report", "考察报告", "Survey report", False),
    ("minutes", "会议纪要", "Meeting minutes", False),
    ("approval_document", "批复文件", "Approval document", False),
    ("agreement", "协议书", "Agreement", False),
    ("contract", "合同", "Contract", False),
    ("voucher", "凭证", "Voucher", False),
    ("acceptance_form", "验收表", "Acceptance form", False),
    ("settlement_report", "结算报告", "Settlement report", False),
    ("audit_report", "审计报告", "Audit report", False),
    ("asset_card", "资产卡片", "Asset card", False),
    ("public_notice", "公示", "Public notice", False),
    ("other", "其他", "Other", False),
)

# Pictures are the same when their bytes or their pixels are; or, for a copy that was shrunk or
# saved anew, when no more than so many of the 128 signs of their shape differ, and none of their
# 256 fields by more than so much of its tone (core.pictures). What was built since differs by more.
SIGNS_APART, TONES_APART = 7, 9

# The first that was brought of a picture. Planned each time anew and each part by its own index, so
# that it is as quick however much the table has grown; OFFSET 0: first what shares a number.
FIRST_OF_PICTURE = f"""
    SELECT min(coalesce(found.same_as_id, found.id)) FROM (
        SELECT a.id, a.same_as_id FROM public.core_attachment a WHERE a.sha256 = $1
         UNION ALL
        SELECT a.id, a.same_as_id FROM public.core_attachment a
         WHERE a.pixels = $2 AND a.pixels <> ''
         UNION ALL
        SELECT a.id, a.same_as_id
          FROM (SELECT * FROM public.core_attachment WHERE shape && $3 OFFSET 0) a
         WHERE abs(a.width::bigint * $6 - $5::bigint * a.height) < 0.03 * a.width * $6
           AND (SELECT sum(bit_count((x # y)::bit(32)))
                  FROM unnest(a.shape, $3) AS s(x, y)) <= {SIGNS_APART}
           AND (SELECT max(abs(x - y)) FROM unnest(a.tones, $4) AS t(x, y)) <= {TONES_APART}) found
"""
CHECK_ATTACHMENT = f"""
    SELECT * INTO c FROM public.core_lifecycle WHERE workflow = NEW.workflow;
    IF NOT FOUND THEN RAISE EXCEPTION 'no_such_record'; END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM public.%I t WHERE id = $1 FOR SHARE', c.table_name)
       INTO record USING NEW.record_id;
    IF record IS NULL THEN RAISE EXCEPTION 'no_such_record'; END IF;
    IF record->>'status' = 'closed' AND NEW.width IS NOT NULL
       AND (SELECT is_photograph FROM public.core_attachmentkind WHERE key = NEW.kind_id) THEN
        SELECT e INTO entry FROM jsonb_array_elements(c.late_entries) e
         WHERE e->>'kind' = NEW.entry_kind;
        IF entry IS NOT NULL THEN
            EXECUTE format('SELECT true FROM public.%I WHERE id = $1 AND %I = $2',
                           entry->>'table', entry->>'column')
               INTO is_late USING NEW.entry_id, NEW.record_id;
        END IF;
    END IF;
    IF record->>'status' IN ('closed', 'cancelled') AND is_late IS NOT TRUE AND (TG_OP = 'INSERT'
        OR to_jsonb(NEW) - shown IS DISTINCT FROM to_jsonb(OLD) - shown)
    THEN RAISE EXCEPTION 'record_closed'; END IF;
    IF NEW.width IS NULL AND EXISTS (SELECT FROM public.core_attachmentkind k
                                      WHERE k.key = NEW.kind_id AND k.is_photograph)
    THEN RAISE EXCEPTION 'no_photograph'; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.withdrawn_at IS NOT NULL
           OR (OLD.document_number <> '' AND NEW.document_number <> OLD.document_number)
           OR (OLD.dated_on IS NOT NULL AND NEW.dated_on IS DISTINCT FROM OLD.dated_on)
        THEN RAISE EXCEPTION 'file_frozen'; END IF;
        RETURN NEW;
    END IF;
    IF NEW.withdrawn_at IS NOT NULL OR NEW.published_at IS NOT NULL
    THEN RAISE EXCEPTION 'file_frozen'; END IF;
    -- only the demonstration has files of other days
    IF NOT (record->>'is_demo')::boolean THEN
        NEW.uploaded_at := statement_timestamp();
    END IF;
    IF NEW.width IS NOT NULL THEN
        -- one after the other, so that of two at the same moment the second sees the first
        PERFORM pg_advisory_xact_lock(hashtext('core_attachment.same_as'));
        EXECUTE $query${FIRST_OF_PICTURE}$query$ INTO NEW.same_as_id
          USING NEW.sha256, NEW.pixels, NEW.shape, NEW.tones, NEW.width, NEW.height;
    END IF;
    RETURN NEW;
"""

WITHDRAWAL = ("withdrawn_at", "withdrawn_by", "withdrawn_because")
PUBLICATION = ("published_at", "published_by", "has_consent")
OF_THE_PUBLIC = "ARRAY['published_by_id', 'published_at', 'has_consent']"


def with_files(*, under: str, after_closing: bool = False):
    """Class decorator: rows that hold files; the field `under` leads to their case record.

    `after_closing` is for rows that take photographs although the record is closed.
    """

    def registered(model):
        ENTRIES[model._meta.label_lower] = (model, under)
        if after_closing:
            LATE.add(model._meta.label_lower)
        return model

    return registered


class AttachmentKind(models.Model):
    """What a file is evidence of. An administrator adds kinds; those of KINDS are always there."""

    key = models.SlugField(_("key"), primary_key=True, max_length=30)
    name_zh = models.CharField(_("Chinese name"), max_length=60, validators=[visible_text])
    name_en = models.CharField(_("English name"), max_length=60, validators=[visible_text])
    is_photograph = models.BooleanField(_("photograph"), default=False)
    is_offered = models.BooleanField(_("offered for new files"), default=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)

    class Meta:
        verbose_name = _("kind of file")
        verbose_name_plural = _("kinds of files")
        ordering = ["position", "key"]
        triggers = [fixed("key", "is_photograph"), never_deleted()]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


def write_kinds() -> None:
    """Adds the kinds of KINDS that are missing; names put right stay. Called by `migrate`."""
    AttachmentKind.objects.bulk_create(
        (
            AttachmentKind(
                key=key, name_zh=zh, name_en=en, is_photograph=photograph, position=place * 10
            )
            for place, (key, zh, en, photograph) in enumerate(KINDS, 1)
        ),
        ignore_conflicts=True,
    )


class AttachmentQuerySet(models.QuerySet):
    def of(self, record):
        """Every file of a case, with those of its entries."""
        return self.filter(workflow=record.workflow_name, record_id=record.pk)

    def at(self, entry):
        """The files of one entry, such as a progress report."""
        return self.filter(entry_kind=entry._meta.label_lower, entry_id=entry.pk)

    def visible_to(self, user):
        """Files of the records that this person may read, whatever their type."""
        reach = Q(pk__in=[])
        for workflow in WORKFLOWS.values():
            meta = workflow.model._meta
            if user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
                rows = workflow.model.objects.visible_to(user).order_by()
                reach |= Q(workflow=workflow.name, record_id__in=rows.values("pk"))
        return self.filter(reach)

    def current(self):
        """Files that count as evidence: those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def kinds(self, *keys: str):
        return self.filter(kind__in=keys)

    def photographs(self):
        return self.filter(kind__is_photograph=True)

    def documents(self):
        return self.filter(kind__is_photograph=False)

    def published(self):
        """Photographs that the public may see, as far as the file itself goes."""
        return self.current().photographs().filter(published_at__isnull=False)

    def repeated(self):
        """Photographs in force that stand twice: as evidence of two things, or of one twice."""
        others = Attachment.objects.current().photographs().exclude(pk=OuterRef("pk"))
        first = Exists(others.filter(pk=OuterRef("same_as")))
        beside = Exists(others.filter(same_as=OuterRef("same_as")))
        after = Exists(others.filter(same_as=OuterRef("pk")))
        return self.current().photographs().filter(first | beside | after)

    def for_list(self):
        return self.select_related("kind", "uploaded_by__office")


@tracked
class Attachment(models.Model):
    """One file of a case record, or of an entry under it.

    `taken_at`, `latitude` and `longitude` are what the camera wrote; `shape` and `tones` are
    compared to find copies of a picture, and `same_as` is the first of them that was brought.
    """

    workflow = models.CharField(_("life cycle"), max_length=40, editable=False)
    record_id = models.BigIntegerField(_("record"), editable=False)
    entry_kind = models.CharField(_("kind of entry"), max_length=60, blank=True, editable=False)
    entry_id = models.BigIntegerField(_("entry"), null=True, blank=True, editable=False)
    kind = models.ForeignKey(
        AttachmentKind, models.PROTECT, related_name="attachments", verbose_name=_("kind")
    )
    document_number = models.CharField(
        _("document number"), max_length=60, blank=True, validators=[visible_text]
    )
    dated_on = models.DateField(_("day of the document"), null=True, blank=True)
    title_zh = models.CharField(
        _("Chinese title"), max_length=200, blank=True, validators=[visible_text]
    )
    title_en = models.CharField(
        _("English title"), max_length=200, blank=True, validators=[visible_text]
    )
    caption = models.CharField(
        _("what it shows"), max_length=300, blank=True, validators=[visible_text]
    )

    file_name = models.CharField(_("file name"), max_length=200, editable=False)
    size = models.PositiveIntegerField(_("size"), editable=False)
    media_type = models.CharField(_("type of file"), max_length=100, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="attachments",
        editable=False,
        verbose_name=_("added by"),
    )
    uploaded_at = models.DateTimeField(_("added at"), db_default=Now(), editable=False)

    width = models.PositiveIntegerField(_("width"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, editable=False)
    taken_at = models.DateTimeField(_("taken at"), null=True, editable=False)
    latitude = models.DecimalField(
        _("latitude"), max_digits=7, decimal_places=5, null=True, editable=False
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, editable=False
    )
    pixels = models.CharField(max_length=64, default="", editable=False)
    shape = ArrayField(models.IntegerField(), default=list, editable=False)
    tones = ArrayField(models.SmallIntegerField(), default=list, editable=False)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="copies", editable=False
    )

    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("withdrawn by"),
    )
    withdrawn_because = models.TextField(
        _("reason of the withdrawal"),
        blank=True,
        editable=False,
        validators=[visible_text, MaxLengthValidator(2000)],
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("published by"),
    )
    has_consent = models.BooleanField(
        _("It shows no child by name, and the consent of the people in it is kept"),
        default=False,
        editable=False,
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-id"]
        permissions = [
            ("publish_attachment", "Show a photograph to the public"),
            ("see_withdrawn_attachment", "Open a file that was withdrawn"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "record_id", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="attachment_once_a_record",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", size__gt=0),
                name="attachment_has_content",
            ),
            models.CheckConstraint(
                condition=Q(entry_kind="", entry_id__isnull=True)
                | (~Q(entry_kind="") & Q(entry_id__isnull=False)),
                name="attachment_entry_whole",
            ),
            models.CheckConstraint(
                condition=Q(width__isnull=True, height__isnull=True, pixels="")
                | Q(width__gt=0, height__gt=0, pixels__regex=r"^[0-9a-f]{64}$"),
                name="attachment_picture_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_because="")
                ),
                name="attachment_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | (
                    Q(published_at__isnull=False, published_by__isnull=False, has_consent=True)
                    & Q(width__isnull=False, withdrawn_at__isnull=True)
                    & ~Q(published_by=F("uploaded_by"))
                ),
                name="attachment_published_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["workflow", "record_id", "id"], name="attachment_record"),
            models.Index(
                fields=["entry_kind", "entry_id"],
                name="attachment_entry",
                condition=~Q(entry_kind=""),
            ),
            models.Index(fields=["sha256"], name="attachment_sha256"),
            models.Index(fields=["pixels"], name="attachment_pixels", condition=~Q(pixels="")),
            GinIndex(fields=["shape"], name="attachment_shape", fastupdate=False),
            models.Index(
                fields=["workflow", "record_id"],
                name="attachment_published",
                condition=Q(published_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="check",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[
                    ("c", "public.core_lifecycle"),
                    ("record", "jsonb"),
                    ("entry", "jsonb"),
                    ("is_late", "boolean"),
                    ("shown", f"text[] := {OF_THE_PUBLIC}"),
                ],
                func=CHECK_ATTACHMENT,
            ),
            fixed(
                "id",
                "workflow",
                "record_id",
                "entry_kind",
                "entry_id",
                "file_name",
                "size",
                "media_type",
                "sha256",
                "uploaded_by_id",
                "uploaded_at",
                "width",
                "height",
                "taken_at",
                "latitude",
                "longitude",
                "pixels",
                "shape",
                "tones",
                "same_as_id",
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the language being read, else in the other one, else the file's name."""
        both = (self.title_zh, self.title_en)
        chinese = (get_language() or "").startswith("zh")
        own, other = both if chinese else both[::-1]
        return own or other or self.file_name

    @property
    def is_photograph(self) -> bool:
        return self.kind.is_photograph

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    @cached_property
    def record(self) -> Any:
        """The case record, whoever asks; pages ask for it within the reader's scope."""
        return WORKFLOWS[self.workflow].model._base_manager.get(pk=self.record_id)

    @property
    def entry(self) -> models.Model | None:
        """The entry that the file belongs to; None where it is the record's own."""
        model, _under = ENTRIES.get(self.entry_kind, (None, ""))
        return model._base_manager.filter(pk=self.entry_id).first() if model else None

    def withdraw(self, *, by, because: str) -> None:
        """Takes the file out of the evidence, and from the public at once."""
        self.withdrawn_at, self.withdrawn_by = timezone.now(), by
        self.withdrawn_because = because.strip()
        self.published_at = self.published_by = None
        self.save(update_fields=[*WITHDRAWAL, *PUBLICATION])

    def publish(self, *, by) -> None:
        """Shows the photograph to the public; the consent of those in it is kept."""
        self.published_at, self.published_by, self.has_consent = timezone.now(), by, True
        self.save(update_fields=PUBLICATION)

    def hide(self) -> None:
        """Takes the photograph from the public at once."""
        self.published_at = self.published_by = None
        self.save(update_fields=PUBLICATION)

    @property
    def group(self) -> int:
        """The number that all copies of one picture share."""
        return self.same_as_id or self.pk


def copies_of(files: Iterable[Attachment]) -> dict[int, list[Attachment]]:
    """For each photograph in force, by its number, the others that show the same picture."""
    photographs = [file for file in files if file.is_photograph and not file.withdrawn_at]
    groups = {file.group for file in photographs}
    if not groups:
        return {}
    rows = Attachment.objects.current().photographs().for_list()
    same = list(rows.filter(Q(same_as__in=groups) | Q(pk__in=groups)))
    return {
        file.pk: others
        for file in photographs
        if (others := [row for row in same if row.group == file.group and row.pk != file.pk])
    }

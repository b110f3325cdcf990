"""How a file comes in: bounded while it is received, judged, kept, then recorded.

Rule: `attach()` is the one way in, for pages, admin and programs alike; first the file, then its
row, both or neither, and each refusal is a sentence about this one file.
"""

import unicodedata
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler
from django.db import DatabaseError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import content, storage
from core.attachments import ENTRIES, LATE, Attachment, AttachmentKind
from core.refusals import WORDS, in_words

CLOSED = ("closed", "cancelled")
AT_ONCE = 20  # files in one go
STRANGERS_BYTES = 1024 * 1024
LONGEST_NAME = 200


class Bounded(FileUploadHandler):
    """Lets no request fill the disk: of each file no more than a byte too many is received."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        user = getattr(self.request, "user", None)
        known = user is not None and user.is_authenticated
        if content_length > (AT_ONCE * self._largest() if known else STRANGERS_BYTES):
            raise RequestDataTooBig("More than can be sent in one go")

    @staticmethod
    def _largest() -> int:
        return max(settings.DOCUMENT_MB, settings.PHOTOGRAPH_MB) * content.MEGABYTE

    def receive_data_chunk(self, raw_data, start):
        left = self._largest() + 1 - start
        return raw_data[:left] if left > 0 else None

    def file_complete(self, file_size):
        return None


def may_add(user, record, entry=None) -> bool:
    """Who may change the record or the entry, or adds files in the own scope; not once closed,
    but for photographs of what is still looked at then."""
    if record.status in CLOSED and not is_late(record, entry):
        return False
    asked = [(_change(record), record), ("core.add_attachment", record)]
    if entry is not None and hasattr(type(entry).objects, "editable_by"):
        asked.append((_change(entry), entry))
    return any(user.can(permission, row, editing=True) for permission, row in asked)


def is_late(record, entry) -> bool:
    """Whether the record is closed and the entry takes photographs all the same."""
    return record.status == "closed" and entry is not None and entry._meta.label_lower in LATE


def _change(row) -> str:
    return f"{row._meta.app_label}.change_{row._meta.model_name}"


def attach(record, upload: File, *, kind: str, by, entry=None, **words) -> Attachment:
    """Keeps a file as evidence of a record, or of an `entry` under it, and answers its row.

    `words` are title_zh, title_en, caption, document_number and dated_on. Raises PermissionDenied
    for who may not add files here, ValidationError with the reason why the file is refused.
    """
    file = prepare(record, upload, kind=kind, by=by, entry=entry, **words)
    try:
        return keep(file, upload)
    except DatabaseError as error:
        if not (sentence := in_words(error)):
            raise
        raise ValidationError(sentence) from error


def prepare(record, upload: File, *, kind: str, by, entry=None, **words) -> Attachment:
    """The row of a file that may be kept, not yet written; raises what `attach` raises."""
    if not may_add(by, record, entry):
        raise PermissionDenied(_("Your role does not add files to this record."))
    chosen = AttachmentKind.objects.get(pk=kind)
    if is_late(record, entry) and not chosen.is_photograph:
        raise ValidationError(str(WORDS["record_closed"]), code="record_closed")
    found = content.judge(upload, photograph=chosen.is_photograph)
    sha256 = storage.hash_of(upload)
    _not_twice(record, sha256)
    picture = vars(found.picture) if found.picture else {}
    file = Attachment(
        workflow=record.workflow_name,
        record_id=record.pk,
        entry_kind=entry._meta.label_lower if entry else "",
        entry_id=entry.pk if entry else None,
        kind=chosen,
        file_name=clean_name(upload.name or ""),
        size=upload.size,
        sha256=sha256,
        uploaded_by=by,
        **{"media_type": found.media_type} | picture | words,
    )
    file.clean_fields(exclude=["record_id", "uploaded_by", "uploaded_at"])
    return file


@transaction.atomic
def keep(file: Attachment, upload: File) -> Attachment:
    """First the file, then its row; a refusal of the database leaves none."""
    storage.land(upload, file.sha256)
    file.save(force_insert=True)
    file.refresh_from_db(fields=["same_as", "uploaded_at"])
    return file


def _not_twice(record, sha256: str) -> None:
    """Raises ValidationError where this very file stands at the record already."""
    same = Attachment.objects.of(record).current().filter(sha256=sha256).first()
    if same:
        raise ValidationError(
            _("This file is here already, as “%(title)s”, added on %(day)s."),
            code="twice",
            params={"title": same.title, "day": date_format(same.uploaded_at)},
        )


def clean_name(name: str) -> str:
    """The name as it came, without folders and without marks that nobody can see."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = (sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cs", "Cf"))
    name = "".join(seen).strip() or "file"
    ending = PurePath(name).suffix[:20]
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending


def sent_name(file: Attachment) -> str:
    """The name under which a file is given out: its own, with an ending that its content has."""
    endings = content.ENDINGS[file.media_type]
    stem, dot, ending = file.file_name.rpartition(".")
    return (
        file.file_name if dot and ending.lower() in endings else (f"{file.file_name}.{endings[0]}")
    )


def entry_of(record, *, label: str, key: object):
    """The entry of this kind and number under the record; None where there is none."""
    model, under = ENTRIES.get(label, (None, ""))
    if model is None or not str(key).isdecimal() or len(str(key)) > 18:
        return None
    return model._default_manager.filter(**{"pk": key, under: record}).first()

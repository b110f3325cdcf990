"""Who took an archive of a record, and when; and how an archive is written: a zip with a manifest.

Rule: the zip goes out while it is made and is never whole in memory; everything in it stands in its
manifest with size and SHA-256, and what could not be put in stands there as missing.
"""

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.notes import OfRecord
from core.triggers import APPEND_ONLY, of_record

CHUNK = 1024 * 1024
NAME_BYTES = 160  # of a file's own name, so that every system can unpack it
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
MANIFEST, SUMS = "manifest.json", "manifest.sha256"


class TakenArchive(OfRecord):
    """Somebody took the whole record out of the house; without a person, a command did."""

    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="taken_archives",
        verbose_name=_("taken by"),
    )
    taken_at = models.DateTimeField(_("taken at"), db_default=Now(), editable=False)
    file_count = models.PositiveIntegerField(_("files"))
    size = models.PositiveBigIntegerField(_("size of the files"))

    append_only = True

    class Meta:
        verbose_name = _("archive taken")
        verbose_name_plural = _("archives taken")
        ordering = ["id"]
        indexes = [models.Index(fields=["workflow", "record_id", "id"], name="archive_record")]
        triggers = [
            of_record("taken_at"),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.record_id}, {self.taken_at}"


# -- names ----------------------------------------------------------------------------------------


def safe_name(name: str) -> str:
    """A file's own name as every system takes it: no folder, no sign with a meaning, not too long.

    What it was called stands in the manifest.
    """
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .") or "file"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    room = NAME_BYTES - len(f"{dot}{ending}".encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending


def is_safe(path: str) -> bool:
    """Whether a name in a zip stays below the folder in which it is unpacked."""
    parts = path.split("/")
    return not (UNSAFE.search(path.replace("/", "")) or {"", ".", ".."} & set(parts))


# -- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Member:
    """What goes into an archive under a path; `about` stands beside it in the manifest."""

    path: str
    content: bytes | Path
    about: dict[str, Any] = field(default_factory=dict)

    def chunks(self) -> Iterator[bytes]:
        """Raises FileNotFoundError before the first byte where the file is not there."""
        if isinstance(self.content, bytes):
            yield self.content
            return
        with self.content.open("rb") as source:
            while chunk := source.read(CHUNK):
                yield chunk


class _Sink(io.RawIOBase):
    """Takes what a zip writes, to be given on at once; a zip does not go back in it."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


class Writer:
    """A zip in the making: each member as it comes, then what they are."""

    def __init__(self, head: dict[str, Any], at: datetime | None = None):
        self.head, self.at = head, timezone.localtime(at)
        self.files: list[dict[str, Any]] = []
        self.missing: list[dict[str, Any]] = []
        self.sink = _Sink()

    def stream(self, members: Iterable[Member]) -> Iterator[bytes]:
        with zipfile.ZipFile(self.sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                yield from self._put(archive, member)
            yield from self._put(archive, Member(MANIFEST, self._manifest()))
            yield from self._put(archive, Member(SUMS, self._sums()))
        yield self.sink.taken()

    def _put(self, archive: zipfile.ZipFile, member: Member) -> Iterator[bytes]:
        if isinstance(member.content, Path) and not member.content.is_file():
            self.missing.append({"path": member.path} | member.about)
            return
        digest, size = hashlib.sha256(), 0
        with archive.open(self._entry(member), "w") as target:
            for chunk in member.chunks():
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
                yield self.sink.taken()
        facts = {"path": member.path, "size": size, "sha256": digest.hexdigest()}
        self.files.append(facts | member.about)

    def _entry(self, member: Member) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(member.path, self.at.timetuple()[:6])
        entry.external_attr = 0o100644 << 16
        is_text = isinstance(member.content, bytes)
        entry.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
        return entry

    def _manifest(self) -> bytes:
        whole = self.head | {"files": self.files, "missing": self.missing}
        return as_json(whole)

    def _sums(self) -> bytes:
        return "".join(f"{one['sha256']}  {one['path']}\n" for one in self.files).encode()


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n").encode()

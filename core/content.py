"""What a file is, judged by its content, and whether it is kept.

Rule: neither the name nor the type that the browser declares is believed. What cannot be read for
certain, runs commands, unpacks to more than it says or is locked is refused, in one sentence.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core import pictures
from core.pictures import Picture

PDF, TEXT, CSV = "application/pdf", "text/plain", "text/csv"
DOC, XLS = "application/msword", "application/vnd.ms-excel"
OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX = f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"
# The endings under which each type may be named; the first is given to a file named otherwise.
ENDINGS = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    PDF: ("pdf",),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    DOC: ("doc",),
    XLS: ("xls",),
    TEXT: ("txt",),
    CSV: ("csv",),
}
ACCEPT = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)
SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", PDF)

MEGABYTE = 1024 * 1024
HEAD = 4096
UNPACKED = 200 * MEGABYTE
PARTS = 5000
AFTER_END = 2048  # bytes that may follow the end mark of a PDF
MARKUP = re.compile(rb"<!doctype|<html|<head|<body|<script|<svg|<iframe|<\?php", re.I)
COMMANDS_OF_PDF = re.compile(rb"/(JavaScript|JS|Launch)\b")
COMMANDS_OF_OLE = {"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"}
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
PACKED_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Content:
    """What a file is; a picture with what it tells."""

    media_type: str
    picture: Picture | None = None


def judge(file: File, *, photograph: bool = False) -> Content:
    """What the file is. Raises ValidationError with the reason for which it is not kept."""
    if not file.size:
        raise _refusal(_("The file is empty."), "empty")
    file.seek(0)
    head = file.read(HEAD)
    is_picture = _looks_like_picture(head)
    _small_enough(file, settings.PHOTOGRAPH_MB if is_picture else settings.DOCUMENT_MB)
    if is_picture:
        return _picture(file, head)
    if photograph:
        raise _refusal(_("A photograph is a picture: JPEG, PNG or WebP."), "no_photograph")
    if head.startswith(b"%PDF-"):
        return _pdf(file)
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office(file)
    return _text(file, head)


def _refusal(words: str, code: str) -> ValidationError:
    return ValidationError(words, code=code)


def _small_enough(file: File, megabytes: int) -> None:
    if file.size > megabytes * MEGABYTE:
        words = _("The file is larger than %(limit)s.")
        raise _refusal(words % {"limit": filesizeformat(megabytes * MEGABYTE)}, "size")


def _whole(file: File) -> bytes:
    file.seek(0)
    return file.read()


def _damaged() -> ValidationError:
    return _refusal(_("The file is damaged or ends too early. Save it once more."), "damaged")


def _macros() -> ValidationError:
    words = _("The file holds macros. Save it without them (docx, xlsx) and add it again.")
    return _refusal(words, "macros")


def _locked() -> ValidationError:
    return _refusal(_("The file is locked by a password. Save it without one."), "locked")


def _two_in_one() -> ValidationError:
    return _refusal(_("The file is two files in one. Save it once more as one."), "two_in_one")


# -- pictures -------------------------------------------------------------------------------------


def _looks_like_picture(head: bytes) -> bool:
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return is_webp or head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _picture(file: File, head: bytes) -> Content:
    file.seek(max(file.size - HEAD, 0))
    ends = head + file.read()
    if MARKUP.search(ends) or b"%PDF-" in head or _is_archive(file):
        raise _two_in_one()
    file.seek(0)
    picture = pictures.read(file)
    return Content(picture.media_type, picture)


def _is_archive(file: File) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return bool(archive.filelist)
    except PACKED_FAULTS:
        return False


# -- documents ------------------------------------------------------------------------------------


def _pdf(file: File) -> Content:
    data = _whole(file)
    end = data.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in data:
        raise _damaged()
    if len(data) - end > AFTER_END or _is_archive(file):
        raise _two_in_one()
    if COMMANDS_OF_PDF.search(data):
        words = _("The PDF holds commands that run when it is opened. Print it to a new PDF.")
        raise _refusal(words, "commands")
    return Content(PDF)


def _office(file: File) -> Content:
    try:
        with zipfile.ZipFile(file) as archive:
            return Content(_office_type(archive))
    except PACKED_FAULTS:
        raise _damaged() from None


def _office_type(archive: zipfile.ZipFile) -> str:
    """Word or Excel, by the list of types that such a file begins with."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise _locked()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise _bomb()
    if min((part.header_offset for part in parts), default=0) > 0:
        raise _two_in_one()
    types = _unpacked(archive)
    if re.search(rb"macroEnabled|vbaProject|application/x-ms-", types, re.I) or any(
        "vbaproject" in part.filename.lower() for part in parts
    ):
        raise _macros()
    for media_type in (DOCX, XLSX):
        if f'"{media_type}.main+xml"'.encode() in types:
            return media_type
    words = _("An archive is not kept. Unpack it and add its files one by one.")
    raise _refusal(words, "archive")


def _unpacked(archive: zipfile.ZipFile) -> bytes:
    """Unpacks every part, which fails where one is not as large as it says; answers the types."""
    types = b""
    for part in archive.infolist():
        with archive.open(part) as stream:
            while chunk := stream.read(MEGABYTE):
                if part.filename == "[Content_Types].xml":
                    types += chunk
    return types


def _bomb() -> ValidationError:
    return _refusal(_("The file unpacks to far more than it should."), "bomb")


def _old_office(file: File) -> Content:
    names = set(_streams(_whole(file)))
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise _locked()
    if names & COMMANDS_OF_OLE:
        raise _macros()
    if "WordDocument" in names:
        return Content(DOC)
    if names & {"Workbook", "Book"}:
        return Content(XLS)
    raise _not_kept(".msi, .ppt, .msg")


def _streams(data: bytes) -> Iterator[str]:
    """Names of the parts of an old Office file: entries of 128 bytes, aligned as sectors are."""
    for place in range(512, len(data) - 127, 128):
        length, kind = struct.unpack_from("<HB", data, place + 64)
        if kind in (1, 2, 5) and 2 < length <= 64 and length % 2 == 0:
            yield data[place : place + length - 2].decode("utf-16-le", "replace")


def _text(file: File, head: bytes) -> Content:
    """Plain text; it has no mark of its own, so that here the name must say so as well."""
    ending = str(file.name or "").lower().rpartition(".")[2]
    if ending not in ("txt", "csv"):
        raise _not_kept(_known_ending(head))
    data = _whole(file)
    if MARKUP.search(data) or data.lstrip().startswith((b"#!", b"<?", b"{\\rtf", b"%!")):
        words = _("The file is a page or a program, not plain text.")
        raise _refusal(words, "markup")
    if CONTROLS.search(_decoded(data)):
        raise _not_kept(_known_ending(head))
    return Content(CSV if ending == "csv" else TEXT)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "\x00"


def _known_ending(head: bytes) -> str:
    """What the content is by its first bytes, as the usual ending; nothing where it is unknown."""
    try:
        return next((m.extension for m in puremagic.magic_string(head) if m.extension), "")
    except (puremagic.PureError, ValueError):
        return ""


def _not_kept(ending: str) -> ValidationError:
    if ending in (".heif", ".heic"):
        words = _("HEIC pictures are not kept. Save it as JPEG and add it again.")
    elif ending:
        words = _("This is %(ending)s by its content. Kept are JPEG, PNG, WebP, PDF, Word, Excel"
                  " and plain text.") % {"ending": ending}  # fmt: skip
    else:
        words = _("The content is of no known type. Kept are JPEG, PNG, WebP, PDF, Word, Excel and"
                  " plain text.")  # fmt: skip
    return _refusal(words, "type")

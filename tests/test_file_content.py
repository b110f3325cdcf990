"""What a file is, by its content: each thing that is kept, and each that is refused, with words."""

import io
import random
import re
import struct
import tracemalloc
import zlib

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from core import content
from core.content import judge
from tests import papers

TWO_IN_ONE = "two files in one"


def judged(data: bytes, name: str = "file", **options) -> str:
    return judge(papers.upload(data, name), **options).media_type


def refusal(data: bytes, name: str = "file", **options) -> str:
    with pytest.raises(ValidationError) as error:
        judged(data, name, **options)
    (words,) = error.value.messages
    return words


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# -- what is kept, whatever it is called ----------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (papers.saved(papers.image(), "JPEG"), "image/jpeg"),
        (papers.saved(papers.image(), "PNG"), "image/png"),
        (papers.saved(papers.image(), "WEBP"), "image/webp"),
        (papers.saved(papers.image(), "JPEG", exif=papers.exif()), "image/jpeg"),
        (papers.saved(papers.image().convert("CMYK"), "JPEG"), "image/jpeg"),
        (papers.saved(papers.image().convert("P"), "PNG"), "image/png"),
        (papers.saved(papers.image().convert("I;16"), "PNG"), "image/png"),
        (papers.pdf(), content.PDF),
        (papers.office(papers.DOCX), content.DOCX),
        (papers.office(papers.XLSX), content.XLSX),
        (papers.old_office("WordDocument", "1Table"), content.DOC),
        (papers.old_office("Workbook"), content.XLS),
    ],
)
def test_the_content_says_what_a_file_is_and_not_its_name(data, media_type):
    assert judged(data, "holiday.exe") == media_type


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_in_the_encodings_of_chinese_offices(encoding):
    data = "项目,金额\n水窖,697500.00\n".encode(encoding)
    assert judged(data, "表.csv") == "text/csv" and judged(data, "说明.TXT") == "text/plain"


def test_a_telephone_s_jpeg_of_two_pictures_is_one_photograph():
    target = io.BytesIO()
    papers.image(1).save(target, "MPO", save_all=True, append_images=[papers.image(2, (80, 60))])
    assert judged(target.getvalue()) == "image/jpeg"


# -- what is refused ------------------------------------------------------------------------------


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large and holds next to nothing."""

    def part(name: bytes, body: bytes) -> bytes:
        whole = name + body
        return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", packed) + part(b"IEND", b"")


def moving() -> bytes:
    frames = [papers.image(seed, (80, 60)) for seed in (1, 2)]
    return papers.saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


JPEG = papers.saved(papers.image(), "JPEG", quality=95)
PNG = papers.saved(papers.image(), "PNG")
WEBP = papers.saved(papers.image(), "WEBP")
DOCX = papers.office()
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 100

REFUSED = {
    "empty": (b"", "The file is empty."),
    "windows-program": (b"MZ\x90\x00" + b"\x00" * 300, "This is .exe by its content"),
    "linux-program": (b"\x7fELF\x02\x01\x01" + b"\x00" * 300, "by its content|no known type"),
    "page": (b"<!DOCTYPE html><script>alert(1)</script>", "This is .html by its content"),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "Kept are JPEG"),
    "shell": (b"#!/bin/sh\nrm -rf /\n", "no known type"),
    "rtf": (b"{\\rtf1\\ansi hello}", ".rtf"),
    "gif": (papers.saved(papers.image().convert("P"), "GIF"), "This is .gif by its content"),
    "tiff": (papers.saved(papers.image(), "TIFF"), "Kept are JPEG"),
    "heic": (HEIC, "HEIC pictures are not kept"),
    "rar": (b"Rar!\x1a\x07\x00" + b"\x00" * 100, "This is .rar by its content"),
    "noise": (random.Random(1).randbytes(5000), "by its content|no known type"),
    "zip": (papers.archive({"a.txt": b"a"}), "Unpack it and add its files one by one"),
    "jar": (papers.archive({"META-INF/MANIFEST.MF": b"", "a.class": b""}), "Unpack it"),
    "macros-xlsm": (papers.office(papers.XLSX, MACROS), "holds macros"),
    "macros-in-docx": (papers.office(**{"word/vbaProject.bin": b"\x00"}), "holds macros"),
    "locked-zip": (papers.locked_archive(DOCX), "locked by a password"),
    "locked-office": (papers.old_office("EncryptionInfo", "EncryptedPackage"), "locked by a"),
    "macros-doc": (papers.old_office("WordDocument", "Macros", "VBA"), "holds macros"),
    "macros-xls": (papers.old_office("Workbook", "_VBA_PROJECT_CUR"), "holds macros"),
    "installer": (papers.old_office("SummaryInformation"), "Kept are JPEG"),
    "zip-bomb": (papers.office(**{"word/a.xml": b"\x00" * 210_000_000}), "unpacks to far more"),
    "broken-docx": (DOCX[:-30], "damaged or ends too early"),
    "changed-docx": (DOCX.replace(b"PK\x01\x02", b"PK\x01\x03"), "damaged or ends too early"),
    "short-pdf": (papers.pdf()[:-20], "damaged or ends too early"),
    "pdf-commands": (papers.pdf(body=b"<< /S /JavaScript /JS (app.alert(1)) >>"), "commands"),
    "pdf-launch": (papers.pdf(body=b"<< /S /Launch /F (cmd.exe) >>"), "commands"),
    "pdf-and-more": (papers.pdf() + b"\x00" * 5000, TWO_IN_ONE),
    "pdf-and-zip": (papers.pdf() + papers.archive({"a.class": b"a"}), TWO_IN_ONE),
    "jpeg-and-zip": (JPEG + papers.archive({"a.class": b"a"}), TWO_IN_ONE),
    "jpeg-and-page": (JPEG + b"<html><script>alert(1)</script>", TWO_IN_ONE),
    "png-and-pdf": (PNG[:8] + b"%PDF-1.4" + PNG[8:], TWO_IN_ONE),
    "short-jpeg": (JPEG[: len(JPEG) // 2], "picture is damaged"),
    "short-png": (PNG[: len(PNG) // 2], "picture is damaged"),
    "short-webp": (WEBP[: len(WEBP) // 2], "picture is damaged"),
    "jpeg-head": (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "picture is damaged"),
    "hollow-png": (png_of(4000, 3000), "picture is damaged"),
    "pixel-bomb": (png_of(50_000, 50_000), "2500 megapixels; at most 50"),
    "just-too-many": (png_of(10_000, 5_001), "megapixels; at most 50"),
    "moving": (moving(), "The picture moves"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_kept_is_refused_in_a_sentence(name):
    data, words = REFUSED[name]
    said = refusal(data, "批复.pdf")
    assert re.search(words, said) and said.endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>hello</body></html>",
        b"  <svg xmlns='http://www.w3.org/2000/svg'/>",
        b"hello <script>alert(1)</script>",
        b"#!/bin/sh\nrm -rf /\n",
        b"<?php system('id'); ?>",
        b"a\x00b",
        b"MZ\x90\x00\x03\x00",
        b"\xff\xff\xff\xff\xff",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_what_only_calls_itself_text_is_refused(data, name):
    assert refusal(data, name)


@pytest.mark.parametrize("name", ["run.bat", "run.ps1", "page.html", "data.json", "text"])
def test_text_under_another_name_is_refused(name):
    assert "Kept are" in refusal("说明".encode(), name)


def test_a_document_is_no_photograph():
    words = refusal(papers.pdf(), photograph=True)
    assert words == "A photograph is a picture: JPEG, PNG or WebP."


def test_the_limits_are_settings_and_said_in_words(settings):
    settings.DOCUMENT_MB = settings.PHOTOGRAPH_MB = 1
    for start in (papers.pdf(), JPEG):
        assert "larger than 1.0\xa0MB" in refusal(start + b"\x00" * 1_100_000)


def test_the_pixels_are_counted_before_they_are_unpacked():
    """A bomb of 2,500 megapixels is refused within the memory of one photograph."""
    tracemalloc.start()
    refusal(png_of(50_000, 50_000))
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_part_that_lies_about_its_size_is_found_while_it_is_unpacked():
    data = papers.office(**{"word/a.xml": b"\x00" * 30_000_000})
    lying = data.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 10))
    assert len(lying) < 100_000
    assert refusal(lying).startswith("The file is damaged")


def test_a_broken_exif_is_no_reason_to_refuse():
    data = papers.saved(papers.image(), "JPEG", exif=b"Exif\x00\x00" + b"\xff" * 60)
    picture = judge(papers.upload(data)).picture
    assert picture.taken_at is None and picture.latitude is None


def test_a_picture_of_one_colour_has_no_shape():
    white = papers.saved(Image.new("RGB", (800, 600), "white"))
    assert judge(papers.upload(white)).picture.shape == []

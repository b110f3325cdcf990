"""Files for the tests, made as they are asked for: pictures, documents, and what is no such thing.

Rule: each is the smallest that a program of its kind would open, and no two pictures are alike
unless their `seed` is.
"""

import io
import random
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX = "wordprocessingml.document", "spreadsheetml.sheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def upload(data: bytes, name: str = "file", declared: str = "application/octet-stream"):
    return SimpleUploadedFile(name, data, declared)


# -- pictures -------------------------------------------------------------------------------------


def image(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of soft fields, as different from the next seed's as two photographs are."""
    chance = random.Random(seed)
    grains = Image.frombytes("RGB", (12, 9), chance.randbytes(12 * 9 * 3))
    return grains.resize(size, Image.Resampling.BICUBIC)


def exif(day: str = "2010:04:26 10:30:00", place: bool = True, orientation: int = 1) -> Image.Exif:
    """What a camera writes at 25° 1′ 12″ N, 105° 48′ 36″ E."""
    data = Image.Exif()
    data[ExifTags.Base.Make] = "CANARY CAMERA"
    data[ExifTags.Base.Orientation] = orientation
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = day
    if place:
        data.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N",
                ExifTags.GPS.GPSLatitude: (25.0, 1.0, 12.0),
                ExifTags.GPS.GPSLongitudeRef: "E",
                ExifTags.GPS.GPSLongitude: (105.0, 48.0, 36.0),
            }
        )
    return data


def saved(picture: Image.Image, form: str = "JPEG", **options) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def photograph(seed: int = 1, name: str = "IMG_0426.JPG", **options):
    """A JPEG as a camera makes it."""
    return upload(saved(image(seed), exif=exif(), quality=92, **options), name, "image/jpeg")


# -- documents ------------------------------------------------------------------------------------


def pdf(text: str = "批复", body: bytes = b"<< /Type /Catalog >>") -> bytes:
    head = b"%PDF-1.4\n% " + text.encode() + b"\n1 0 obj\n" + body + b"\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\n"
    return head + table + b"startxref\n" + str(len(head)).encode() + b"\n%%EOF\n"


def archive(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            moment = zipfile.ZipInfo(name)  # the first of 1980, so that each worker makes the same
            packed.writestr(moment, data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def office(kind: str = DOCX, main: str = "", **parts: bytes) -> bytes:
    """A Word or Excel file; `main` is the type of its first part where that is another."""
    declared = main or f"{OFFICE}.{kind}.main+xml"
    types = f'<Types><Override PartName="/main.xml" ContentType="{declared}"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), "main.xml": b"<main/>", **parts})


def locked_archive(data: bytes) -> bytes:
    """The same archive with every part marked as encrypted."""
    data = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(mark, start + 4)
    return bytes(data)


def old_office(*names: str) -> bytes:
    """An old Office file with parts of these names."""
    data = OLE + b"\x00" * 504
    for name in ("Root Entry", *names):
        written = name.encode("utf-16-le")
        entry = written.ljust(64, b"\x00") + struct.pack("<HB", len(written) + 2, 2)
        data += entry.ljust(128, b"\x00")
    return data.ljust(2048, b"\x00")

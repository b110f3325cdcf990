"""Photographs: what the camera wrote, a shape by which copies are found, and shrunk copies.

Rule: a picture is opened only after its size is known to be bearable, and no copy that we make
carries anything but pixels: no place, no camera, no comment.
"""

import hashlib
import io
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from core import storage

FORMATS = ("JPEG", "PNG", "WEBP")
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
EDGES = (320, 640, 1600)  # of a gallery, of a card, and to be looked at
TONES = 16  # 16 by 16 fields, whose tones a copy keeps
GRID = 9  # a shape is compared on 9 by 9 fields, in eight rows and eight columns of eight signs
FLAT = 12  # of 255: a picture whose fields differ by less has no shape
STRIP = 256
Image.MAX_IMAGE_PIXELS = None  # Pillow's own bound only warns; ours stands in _bearable()
FAULTS = (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, ArithmeticError)


@dataclass(frozen=True)
class Picture:
    """What a picture tells: its size as it is looked at, moment and place of the camera."""

    media_type: str
    width: int
    height: int
    pixels: str
    shape: list[int] = field(default_factory=list)
    tones: list[int] = field(default_factory=list)
    taken_at: datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def read(file: IO[bytes]) -> Picture:
    """Opens a picture whole. Raises ValidationError for one too large, damaged or moving."""
    with storage.one_at_a_time():
        try:
            image = Image.open(file, formats=FORMATS)
        except FAULTS:
            raise _damaged() from None
        _bearable(image)
        try:
            image.load()
            exif = image.getexif()
            upright = ImageOps.exif_transpose(image).convert("RGB")
        except FAULTS:
            raise _damaged() from None
        latitude, longitude = _place(exif)
        return Picture(
            media_type=TYPES[str(image.format)],
            width=upright.width,
            height=upright.height,
            pixels=_pixels(upright),
            shape=_shape(upright),
            tones=list(_fields_of(upright, TONES)),
            taken_at=_moment(exif),
            latitude=latitude,
            longitude=longitude,
        )


def _damaged() -> ValidationError:
    return ValidationError(
        _("The picture is damaged or ends too early. Copy it from the camera once more."),
        code="damaged",
    )


def _bearable(image: Image.Image) -> None:
    """Asked before a single pixel is unpacked."""
    if image.width * image.height > settings.PHOTOGRAPH_MEGAPIXELS * 1_000_000:
        shown = {
            "size": f"{image.width * image.height / 1_000_000:.0f}",
            "limit": settings.PHOTOGRAPH_MEGAPIXELS,
        }
        raise ValidationError(
            _("The picture has %(size)s megapixels; at most %(limit)s are kept. Make it smaller."),
            code="pixels",
            params=shown,
        )
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise ValidationError(_("The picture moves. Add a still one."), code="moves")


# -- by what a picture is known again -------------------------------------------------------------


def _pixels(image: Image.Image) -> str:
    """SHA-256 of size and pixels: the same for every lossless copy, whatever was stripped."""
    digest = hashlib.sha256(b"%dx%d" % image.size)
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        digest.update(strip.tobytes())
    return digest.hexdigest()


def _shape(image: Image.Image) -> list[int]:
    """128 signs, whether one field is brighter than the next, as eight numbers of 16 signs.

    Each number carries its place (number × 65,536 + signs), so that an index finds pictures that
    have one of them in common. Empty for a picture that is nearly of one colour.
    """
    values = _fields_of(image, GRID)
    if max(values) - min(values) < FLAT:
        return []
    rows = [values[start : start + GRID] for start in range(0, GRID * GRID, GRID)]
    columns = list(zip(*rows, strict=True))
    signs = [[a < b for a, b in pairwise(line)] for line in (*rows[:-1], *columns[:-1])]
    numbers = []
    for place, (one, two) in enumerate(zip(signs[::2], signs[1::2], strict=True)):
        number = sum(sign << bit for bit, sign in enumerate([*one, *two]))
        numbers.append(place * 65_536 + number)
    return numbers


def _fields_of(image: Image.Image, count: int) -> bytes:
    """The tone, from 0 to 255, of each field of the picture, `count` by `count` of them."""
    return image.convert("L").resize((count, count), Image.Resampling.BOX).tobytes()


# -- what the camera wrote ------------------------------------------------------------------------


def _moment(exif: Image.Exif) -> datetime | None:
    """The moment by the camera's clock, taken for the time of China where it names no zone."""
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
        written = details[ExifTags.Base.DateTimeOriginal]
        zone = str(details.get(ExifTags.Base.OffsetTimeOriginal) or "").strip()
        moment = datetime.strptime(str(written).strip("\x00 "), "%Y:%m:%d %H:%M:%S")
    except FAULTS:
        return None
    try:
        known = datetime.strptime(f"{moment:%Y-%m-%d %H:%M:%S}{zone}", "%Y-%m-%d %H:%M:%S%z")
    except ValueError:
        known = timezone.make_aware(moment)
    return known if known.year >= 1990 and known <= timezone.now() else None


def _place(exif: Image.Exif) -> tuple[Decimal | None, Decimal | None]:
    """Latitude and longitude in degrees, north and east positive; both or neither."""
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
        known = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    except FAULTS:
        return None, None
    return (latitude, longitude) if known else (None, None)


def _degrees(parts: Any, side: Any, negative: str) -> Decimal:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if isinstance(side, bytes):
        side = side.decode("ascii")
    sign = -1 if str(side).strip("\x00 ").upper() == negative else 1
    return Decimal(sign * value).quantize(Decimal("0.00001"))


# -- copies ---------------------------------------------------------------------------------------


def copy_of(sha256: str, edge: int) -> Path:
    """The shrunk copy of a picture that is kept; made when it is first asked for."""
    path = storage.copy_path(sha256, edge)
    if path.exists():
        return path
    with storage.one_at_a_time():
        if not path.exists():
            storage.write(path, iter([_shrunk(storage.path_of(sha256), edge)]))
    return path


def _shrunk(source: Path, edge: int) -> bytes:
    """A JPEG of the pixels alone, upright, its longer edge at most `edge`."""
    with Image.open(source, formats=FORMATS) as image:
        image.draft("RGB", (edge, edge))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", upright.size, "white")
    clean.paste(upright, mask=upright)
    target = io.BytesIO()
    clean.save(target, "JPEG", quality=82, optimize=True, progressive=True)
    return target.getvalue()

"""Photographs of the demonstration: drawn, small, with the day and the place that a camera writes.

Rule: no real place and nobody is in them; each seed draws another picture.
"""

import io
from datetime import date
from decimal import Decimal
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, ImageDraw, ImageFilter

SIZE = (960, 720)


def snapshot(seed: int, *, day: date, latitude: Decimal, longitude: Decimal, works: int):
    """A picture of a hill village on which `works` buildings stand."""
    target = io.BytesIO()
    exif = _exif(day, latitude, longitude)
    _draw(Random(seed), works).save(target, "JPEG", quality=72, exif=exif)
    return SimpleUploadedFile(f"IMG_{seed:04d}.JPG", target.getvalue(), "image/jpeg")


def _draw(rng: Random, works: int) -> Image.Image:
    width, height = SIZE
    picture = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(picture)
    top, low = (rng.randint(120, 170), 180, 215), (235, 228, rng.randint(190, 220))
    for y in range(height):
        part = y / height
        pen.line(
            [(0, y), (width, y)],
            fill=tuple(int(a + (b - a) * part) for a, b in zip(top, low, strict=True)),
        )
    for layer in range(4):
        base = 260 + layer * 110
        points, y = [(0, height)], base
        for x in range(0, width + 60, 60):
            y = min(max(y + rng.randint(-46, 46), base - 90), base + 60)
            points.append((x, y))
        shade = 150 - layer * 28
        pen.polygon([*points, (width, height)], fill=(shade - 40, shade, shade - 55))
    for _house in range(works):
        x, y, size = rng.randint(60, width - 240), rng.randint(430, 620), rng.randint(60, 120)
        wall = rng.choice([(214, 204, 186), (196, 160, 120), (226, 224, 218)])
        pen.rectangle([x, y, x + size, y + size * 0.6], fill=wall)
        roof = [(x - 8, y), (x + size / 2, y - size * 0.4), (x + size + 8, y)]
        pen.polygon(roof, fill=(rng.randint(70, 120), 70, 66))
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def _exif(day: date, latitude: Decimal, longitude: Decimal) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{day:%Y:%m:%d} 10:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: _degrees(latitude),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: _degrees(longitude),
        }
    )
    exif[ExifTags.Base.Orientation] = 1
    return exif


def _degrees(value: Decimal) -> tuple[float, float, float]:
    minutes = (value - int(value)) * 60
    seconds = (minutes - int(minutes)) * 60
    return float(int(value)), float(int(minutes)), round(float(seconds), 2)

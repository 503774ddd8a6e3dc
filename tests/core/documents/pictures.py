"""Files made on the spot: photographs with and without EXIF, office files, and bad ones."""

from __future__ import annotations

import io
import zipfile

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def photo(seed: int = 1, *, size: tuple[int, int] = (640, 480), place: bool = True, quality: int = 90) -> bytes:
    """A picture of rectangles that depend on the seed; with place, a camera's note of 26.57 N, 107.23 E."""
    picture = Image.new("RGB", size, (240, 240, 235))
    draw = ImageDraw.Draw(picture)
    for step in range(12):
        left = (seed * 97 + step * 53) % 100 * size[0] // 130
        top = (seed * 61 + step * 37) % 100 * size[1] // 130
        shade = (seed * 40 + step * 19) % 200
        draw.rectangle((left, top, left + size[0] // 5, top + size[1] // 5), fill=(shade, 255 - shade, shade // 2))
    exif = Image.Exif()
    if place:
        exif[Base.DateTime] = "2016:10:17 09:30:00"
        exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (26.0, 34.0, 12.0),
                                          GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: (107.0, 13.0, 48.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def packed(*names: str, size: int = 20) -> bytes:
    """A packed office file with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

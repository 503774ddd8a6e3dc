"""Photographs: what they say of themselves, how they are shown, and which are the same picture."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dhash
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from core.errors import N_, InvalidInput

#: pixels along the longer side
SHOWN, THUMB = 1600, 320
#: pixels in all: beyond it a small file may fill the memory
MOST_PIXELS = 60_000_000
#: two pictures whose hashes differ in no more bits than this count as the same
NEAR = 3
_QUARTER = 0xFFFF


@dataclass(frozen=True)
class PhotoFacts:
    """What was read from a photograph; `shown` and `thumb` are JPEG without any metadata."""

    width: int
    height: int
    taken_at: dt.datetime | None
    #: latitude and longitude in degrees, north and east positive
    place: tuple[float, float] | None
    hash: int
    shown: bytes
    thumb: bytes

    @property
    def quarters(self) -> tuple[int, int, int, int]:
        """The hash in four quarters of 16 bits, the highest first."""
        return quarters(self.hash)


def read_photo(name: str, data: bytes) -> PhotoFacts:
    """Read and redraw a photograph. Raises InvalidInput where it cannot be read or is too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise InvalidInput(N_("“%(name)s”的像素过多，请缩小后再上传"), name=name)
                exif = opened.getexif()
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise InvalidInput(N_("“%(name)s”的像素过多，请缩小后再上传"), name=name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidInput(N_("照片“%(name)s”打不开，可能没有传完整"), name=name) from error
    # The library asks Pillow by a name that goes away; it takes the grey values as a list as well.
    grays = list(upright.convert("L").resize((9, 9), Image.Resampling.LANCZOS).get_flattened_data())
    row, _column = dhash.dhash_row_col(grays)
    return PhotoFacts(upright.width, upright.height, _taken_at(exif), _place(exif.get_ifd(ExifTags.IFD.GPSInfo)),
                      row, _drawn(upright, SHOWN), _drawn(upright, THUMB))


def quarters(value: int) -> tuple[int, int, int, int]:
    """A 64-bit hash in its quarters."""
    return (value >> 48 & _QUARTER, value >> 32 & _QUARTER, value >> 16 & _QUARTER, value & _QUARTER)


def distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """In how many bits two hashes differ."""
    return sum((left ^ right).bit_count() for left, right in zip(one, other, strict=True))


def _drawn(picture: Image.Image, longest: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((longest, longest))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _taken_at(exif: Image.Exif) -> dt.datetime | None:
    text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        return dt.datetime.strptime(str(text).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # the camera's clock
    except ValueError:
        return None


def _place(found: Mapping[int, Any]) -> tuple[float, float] | None:
    try:
        north = _degrees(found[ExifTags.GPS.GPSLatitude]) * (-1 if found.get(ExifTags.GPS.GPSLatitudeRef) == "S" else 1)
        east = _degrees(found[ExifTags.GPS.GPSLongitude]) * (-1 if found.get(ExifTags.GPS.GPSLongitudeRef) == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (round(north, 6), round(east, 6)) if abs(north) <= 90 and abs(east) <= 180 else None


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600

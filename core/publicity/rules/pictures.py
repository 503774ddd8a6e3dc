"""What a picture says beside the picture: where it was taken, comments, and numbers in any of its texts."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from core.publicity.rules.leaks import Leak, scan_text

PLACE_TAKEN, COMMENT, UNREADABLE = "拍摄地点（GPS）", "图片备注", "图片打不开，不能检查"
_COMMENTS = {ExifTags.Base.UserComment, ExifTags.Base.XPComment, ExifTags.Base.XPSubject, ExifTags.Base.XPKeywords}
#: texts of the file itself: a JPEG's comment, the text chunks of a PNG
_FILE_COMMENTS = ("comment", "Comment", "Description")
_LARGEST = 60_000_000


def scan_picture(place: str, data: bytes) -> list[Leak]:
    """Everything a picture carries that is not the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as opened:
                return list(_leaks(f"{place}的拍摄信息（EXIF）", opened))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning,
            Image.DecompressionBombError):
        return [Leak(place, UNREADABLE)]


def _leaks(place: str, picture: Image.Image) -> Iterator[Leak]:
    exif = picture.getexif()
    tags: dict[int, Any] = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        yield Leak(place, PLACE_TAKEN)
    for tag, value in tags.items():
        text = _text(tag, value)
        name = ExifTags.TAGS.get(tag, str(tag))
        if tag in _COMMENTS and text:
            yield Leak(f"{place}·{name}", COMMENT)
        yield from scan_text(text, f"{place}·{name}")
    yield from _own_texts(place, picture.info)


def _own_texts(place: str, info: Mapping[Any, Any]) -> Iterator[Leak]:
    for key, value in info.items():
        if not isinstance(value, str | bytes) or key in ("exif", "icc_profile"):
            continue
        text = _text(0, value)
        if key in _FILE_COMMENTS and text:
            yield Leak(f"{place}·{key}", COMMENT)
        yield from scan_text(text, f"{place}·{key}")


def _text(tag: int, value: Any) -> str:
    """A value as text: EXIF keeps some in UTF-16, and a comment behind the name of its character set."""
    if isinstance(value, bytes):
        if tag == ExifTags.Base.UserComment:
            value = value[8:].decode("utf-16-be" if value.startswith(b"UNICODE") else "utf-8", "replace")
        elif tag in _COMMENTS:
            value = value.decode("utf-16-le", "replace")
        else:
            value = value.decode("utf-8", "replace")
    return value.strip("\x00 \t\r\n") if isinstance(value, str) else ""

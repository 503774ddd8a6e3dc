"""Pictures handed to a template inside its data: as SVG text, since JSON holds no bytes."""

from __future__ import annotations

import base64
import struct

from core.errors import N_, InvalidInput

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
#: markers of a JPEG that tell its size
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture(content: bytes) -> str:
    """A PNG or JPEG picture, such as a scanned seal, as the text of an SVG image of the same shape."""
    kind, (width, height) = _kind_and_size(content)
    data = base64.b64encode(content).decode()
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" '
            f'xlink:href="data:image/{kind};base64,{data}"/></svg>')


def _kind_and_size(content: bytes) -> tuple[str, tuple[int, int]]:
    try:
        if content.startswith(_PNG):
            return "png", struct.unpack(">II", content[16:24])
        if content.startswith(_JPEG):
            return "jpeg", _size_of_jpeg(content)
    except (struct.error, IndexError):
        pass
    raise InvalidInput(N_("只能用 PNG 或 JPEG 图片"))


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while content[at + 1] not in _FRAMES:
        at += 2 + struct.unpack(">H", content[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", content[at + 5:at + 9])
    return width, height

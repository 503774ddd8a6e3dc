"""Attachments of a notice: what they are, and every place in them that gives somebody away."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import Any

from core.documents.rules.sniffing import TEXT, safe_name, sniff
from core.errors import InvalidInput
from core.publicity.rules.document_numbers import Headings, promises
from core.publicity.rules.leaks import Leak, scan_cell, scan_text
from core.publicity.rules.packed import scan_packed
from core.publicity.rules.papers import scan_pdf
from core.publicity.rules.pictures import scan_picture
from core.publicity.rules.workbooks import scan_workbook

UNREADABLE = "内容读不出来，不能检查"
#: files within files that are looked into
_DEEPEST = 3
#: between the cells of a list in a text file
_CELLS = re.compile(r"[,\t;]")


@dataclass(frozen=True)
class Attachment:
    """A file to be published with a notice."""

    name: str
    data: bytes


def check_attachment(file: Attachment, file_id: uuid.UUID) -> dict[str, Any]:
    """What a notice keeps of an attachment. Raises InvalidInput for a kind that is not published."""
    name = safe_name(file.name)
    kind = sniff(name, file.data)
    return {"id": file_id.hex, "name": name, "media_type": kind.media_type, "size": len(file.data),
            "sha256": hashlib.sha256(file.data).hexdigest()}


def scan_attachment(file: Attachment) -> list[Leak]:
    """What a file gives away, each place named. Raises InvalidInput for a file that is not what its name says."""
    name = safe_name(file.name)
    sniff(name, file.data)
    return [*scan_text(file.name, "附件名称"), *_scan(f"附件“{name}”", name, file.data, 1)]


def _scan(place: str, name: str, data: bytes, depth: int) -> list[Leak]:
    try:
        kind = sniff(name, data)
    except InvalidInput:
        return [Leak(place, UNREADABLE)]
    if kind.kind == TEXT:
        return _text(place, _decoded(data))
    if kind.media_type.startswith("image/"):
        return scan_picture(place, data)
    inner: list[tuple[str, bytes]] = []
    if kind.ending == "pdf":
        found = scan_pdf(place, data, inner)
    elif kind.ending == "xlsx":
        found = scan_workbook(place, data, inner)
    elif kind.ending in ("docx", "pptx"):
        found = scan_packed(place, data, kind.ending, inner)
    else:
        return [Leak(place, f"{UNREADABLE}：旧格式文件请另存为 xlsx、docx 或 pdf")]
    for inner_name, content in inner:
        where = f"{place}中嵌入的“{inner_name}”"
        found += [Leak(where, UNREADABLE)] if depth >= _DEEPEST else _scan(where, inner_name, content, depth + 1)
    return found


def _text(place: str, text: str) -> list[Leak]:
    """What a text gives away, also by the headings of a list of cells in it."""
    found, headings = scan_text(text, place), Headings()
    known = {leak.shown for leak in found}
    for row, line in enumerate(text.splitlines(), 1):
        for column, cell in enumerate(_CELLS.split(line), 1):
            heading = headings.over(column, cell.strip(' "'))
            if promises(heading):
                found += [leak for leak in scan_cell(cell.strip(' "'), f"{place}第 {row} 行第 {column} 列", heading)
                          if leak.shown not in known]
    return found


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")

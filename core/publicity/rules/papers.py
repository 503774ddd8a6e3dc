"""What a PDF gives away: on its pages, in its notes, fields and properties, and in files within it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from core.publicity.rules.leaks import Leak, scan_text

NOTE, LOCKED, UNREADABLE = "批注", "有密码，不能检查", "内容读不出来，不能检查"
MOST_PAGES = 500
TOO_LONG = f"超过 {MOST_PAGES} 页，请分开公示"


def scan_pdf(place: str, data: bytes, inner: list[tuple[str, bytes]]) -> list[Leak]:
    """What a PDF gives away; files within it are put into `inner`."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return [Leak(place, LOCKED)]
        if len(reader.pages) > MOST_PAGES:
            return [Leak(place, TOO_LONG)]
        found = list(_leaks(place, reader))
        inner += [(name, content) for name, contents in reader.attachments.items() for content in contents]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError):
        return [Leak(place, UNREADABLE)]  # whatever a broken file makes of the library
    return found


def _leaks(place: str, reader: PdfReader) -> Iterator[Leak]:
    for number, page in enumerate(reader.pages, 1):
        where = f"{place}第 {number} 页"
        yield from scan_text(page.extract_text(), where)
        for note in _notes(page):
            yield Leak(where, NOTE)
            yield from scan_text(note, f"{where}的批注")
    for name, field in (reader.get_fields() or {}).items():
        yield from scan_text(str(field.get("/V") or ""), f"{place}的表单栏“{name}”")
    for name, value in (reader.metadata or {}).items():
        yield from scan_text(str(value), f"{place}的文件属性 {str(name).strip('/')}")


def _notes(page: Any) -> Iterator[str]:
    """Texts of notes people have put on a page; links and form fields have none."""
    for reference in page.get("/Annots") or ():
        note = reference.get_object()
        if note.get("/Subtype") not in ("/Link", "/Widget", "/Popup") and (text := str(note.get("/Contents") or "").strip()):
            yield text

"""Workbooks as people make them, for the tests of imports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

Cells = Sequence[Sequence[Any]]


def excel(rows: Cells, *, merged: Sequence[str] = (), change: Callable[[Any], object] | None = None) -> bytes:
    """An .xlsx with one sheet; `change` gets the openpyxl workbook for whatever else it needs."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    if change:
        change(book)
    return saved(book)


def saved(book: Any) -> bytes:
    """The bytes of an openpyxl workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(content: bytes) -> Any:
    """The bytes as an openpyxl workbook."""
    return load_workbook(io.BytesIO(content))


def repacked(content: bytes, parts: dict[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The same zip with parts added or changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = parts.get(item.filename)
            data = old.read(item)
            if part is not None:
                data = part(data) if callable(part) else part
            new.writestr(item.filename, data)
        for name, part in parts.items():
            if name not in old.namelist() and isinstance(part, bytes):
                new.writestr(name, part)
    return out.getvalue()

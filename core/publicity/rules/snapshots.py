"""A notice as texts: only the columns that may be public, each masked by its rule, and the hash of it all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.errors import N_, InvalidInput
from core.host.notices import NoticeColumn
from core.privacy.masks import mask_many

#: what one cell may hold
LONGEST_CELL = 500


def table_of(columns: Sequence[NoticeColumn], rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """The rows as they will be shown. Keys that are no column of the notice are never read."""
    given = list(rows)
    shown = []
    for column in columns:
        cells = [_text(row.get(column.name), column, number) for number, row in enumerate(given, 1)]
        shown.append(mask_many(column.mask, cells) if column.mask else cells)
    return [list(cells) for cells in zip(*shown, strict=True)]


def digest(title: str, summary: str, columns: Sequence[Sequence[str]], rows: Iterable[Sequence[str]],
           attachments: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of what is public, line by line as JSON: head, rows, files. The evidence pack says how to repeat it."""
    found = hashlib.sha256()
    found.update(_line([title, summary, [list(column) for column in columns]]))
    for row in rows:
        found.update(_line(list(row)))
    for file in attachments:
        found.update(_line([file["name"], file["sha256"]]))
    return found.hexdigest()


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _text(value: Any, column: NoticeColumn, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, float) or (column.kind == "yuan" and not isinstance(value, Decimal | int)):
        raise InvalidInput(N_("第 %(row)d 行“%(label)s”的金额须是精确的数"), row=number, label=column.label)
    if column.kind == "yuan":
        return f"{value:,.2f}"
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    if len(text) > LONGEST_CELL:
        raise InvalidInput(N_("第 %(row)d 行“%(label)s”超过 %(most)d 字"), row=number, label=column.label, most=LONGEST_CELL)
    return text.replace("\x00", "")

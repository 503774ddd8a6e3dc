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


def digest(title: str, summary: str, columns: Sequence[Sequence[str]], row_hashes: Iterable[str],
           attachments: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over the hashes of what is public, one a line: the head, each row, each file. A row that was erased is
    still proven by its hash. The evidence pack says how to repeat it."""
    found = hashlib.sha256(f"{line_hash([title, summary, [list(column) for column in columns]])}\n".encode())
    for mark in row_hashes:
        found.update(f"{mark}\n".encode())
    for file in attachments:
        found.update(f"{line_hash([file['name'], file['sha256']])}\n".encode())
    return found.hexdigest()


def line_hash(value: Sequence[Any]) -> str:
    """SHA-256 of one line: its JSON without spaces, in UTF-8."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


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

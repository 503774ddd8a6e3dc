"""Finding the list on a sheet: titles above, a header of one or more rows, notes and totals below."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

#: the header is looked for in this many rows
MOST_ABOVE = 30
_TOTAL = re.compile(r"^(合计|总计|小计|共计|累计|本页合计|本页小计)[:：]?$")
_FOOT = re.compile(
    r"^(注|备注|说明|填表|填报|制表|审核|审批|负责人|单位负责人|经办|经手|联系|单位[（(]?盖章|盖章|日期|打印日期)[^，,]{0,8}[:：]"
    r"|^(注|备注|说明)\s*\d?[:：、.]|^(填表人|制表人|审核人|填报人|经办人|负责人)"
)
_NUMBER = re.compile(r"^[-+]?[\d,.]+%?$|^\d{4}[-/.年]")
Rows = Sequence[Sequence[str]]
Merged = Collection[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Header:
    """Where the header stands (rows by their position, from 0) and what it says of each column."""

    top: int
    bottom: int
    labels: tuple[tuple[str, ...], ...]


def squeeze(text: str) -> str:
    """A label without what people put into it for looks: spaces, line breaks, the star of a required field."""
    return re.sub(r"[\s\u3000*＊]+", "", text)


def find_header(rows: Rows, numbers: Sequence[int], merged: Merged, known: Collection[str] = (),
                first_column: int = 1) -> Header | None:
    """The header within the first rows, or None. `numbers` are the rows' numbers on the sheet, `known` the
    labels somebody waits for."""
    wanted = {squeeze(label) for label in known}
    best, most = None, 0.0
    for position, row in enumerate(rows[:MOST_ABOVE]):
        score = _score(row, wanted)
        if score > most:
            best, most = position, score
    if best is None:
        return None
    top, bottom = _block(rows, numbers, best, merged, first_column)
    return Header(top, bottom, tuple(_labels(rows, numbers, top, bottom, merged, first_column)))


def _score(row: Sequence[str], wanted: set[str]) -> float:
    cells = [squeeze(cell) for cell in row if cell.strip()]
    if not cells:
        return 0
    told = len(set(cells) & wanted)
    numbers = sum(1 for cell in cells if _NUMBER.match(cell))
    texts = sum(1 for cell in set(cells) if len(cell) <= 30 and not _NUMBER.match(cell))
    if texts < 2 and not told:
        return 0.1 * texts
    # A row of data holds numbers and dates; a title is one cell. The first of equals is the header.
    return told * 5 + texts - 2 * numbers - 0.5 * (len(cells) - len(set(cells)))


def _block(rows: Rows, numbers: Sequence[int], best: int, merged: Merged, first: int) -> tuple[int, int]:
    """The rows above and below that merged cells tie to the header. A cell merged over nearly the whole width
    is a title, not a header."""
    position = {number: index for index, number in enumerate(numbers)}
    width = max((len(row) for row in rows), default=0)
    top = bottom = best
    changed = True
    while changed:
        changed = False
        for low, left, high, right in merged:
            if (right - left + 1 > max(width * 0.7, 2) and width > 3) or right < first or left >= first + width:
                continue
            start, end = position.get(low), position.get(high, position.get(low))
            if start is None or end is None or end - start > 3:
                continue
            spans = right > left and start == end
            below = start + 1 if spans and start + 1 < len(rows) else end
            if spans and not any(rows[below][column - first].strip() for column in range(left, right + 1)
                                 if 0 <= column - first < len(rows[below])):
                continue
            if start <= bottom and below >= top and (start < top or below > bottom):
                if spans and start == bottom and not _labels_below(rows, below, left - first, right - first):
                    continue
                top, bottom, changed = min(top, start), max(bottom, below), True
    return top, bottom


def _labels_below(rows: Rows, row: int, left: int, right: int) -> bool:
    """Whether the cells beneath a merged header are names rather than data."""
    cells = [cell.strip() for cell in rows[row][left : right + 1] if cell.strip()]
    return bool(cells) and all(not _NUMBER.match(cell) for cell in cells) and len(set(cells)) == len(cells)


def _labels(rows: Rows, numbers: Sequence[int], top: int, bottom: int, merged: Merged, first: int
            ) -> list[tuple[str, ...]]:
    width = max((len(row) for row in rows), default=0)
    found = []
    for column in range(width):
        parts: list[str] = []
        for position in range(top, bottom + 1):
            text = squeeze(_shown(rows, numbers, position, column, merged, first))
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        found.append(tuple(parts))
    return found


def _shown(rows: Rows, numbers: Sequence[int], position: int, column: int, merged: Merged, first: int) -> str:
    """What stands in a cell, or in the corner of the merged cells it belongs to."""
    own = rows[position][column] if column < len(rows[position]) else ""
    if own.strip():
        return own
    number = numbers[position]
    for low, left, high, right in merged:
        if low <= number <= high and left <= column + first <= right:
            corner = next((index for index, one in enumerate(numbers) if one == low), None)
            if corner is not None and 0 <= left - first < len(rows[corner]):
                return rows[corner][left - first]
    return ""


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row is a 合计: one of its first cells says so."""
    filled = [squeeze(cell) for cell in cells[:4] if cell.strip()]
    return any(_TOTAL.match(cell) for cell in filled[:2])


def is_foot(cells: Sequence[str]) -> bool:
    """Whether a row below the list is a note: 备注：…, 填表人：…"""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and len(filled) <= 4 and bool(_FOOT.match(squeeze(filled[0]).lstrip("（(")))


def is_numbered(cells: Sequence[str]) -> bool:
    """Whether a row only counts the columns (1, 2, 3 … or 甲, 乙, 1, 2), as statistical forms have below the header."""
    filled = [squeeze(cell) for cell in cells if cell.strip()]
    digits = [int(cell) for cell in filled if cell.isdigit() and len(cell) < 4]
    letters = [cell for cell in filled if cell in "甲乙丙丁戊己庚辛"]
    return len(digits) >= 3 and len(digits) + len(letters) == len(filled) and digits == list(
        range(digits[0], digits[0] + len(digits))) and digits[0] in (0, 1)

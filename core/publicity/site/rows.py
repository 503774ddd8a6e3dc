"""The rows of a public page as markup: a page has hundreds of cells, escaped in one go and put together past the template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from markupsafe import Markup, escape

Column = TypeVar("Column")
#: never in a published text: what a clerk enters with it is refused
_BETWEEN = "\x1f"
_CLASSES = {"yuan": ' class="num"', "integer": ' class="num"', "date": ' class="day"'}


def markup_of(rows: Sequence[Sequence[str]], kinds: Sequence[str], first: int) -> Markup:
    """Table rows that are counted on from `first`."""
    cells = str(escape(_BETWEEN.join(cell.replace(_BETWEEN, " ") for row in rows for cell in row))).split(_BETWEEN)
    opening = [f"<td{_CLASSES.get(kind, '')}>" for kind in kinds]
    width, lines = len(kinds), []
    for at in range(len(rows)):
        held = cells[at * width : (at + 1) * width]
        lines.append(f"<tr><td>{first + at}</td>{''.join(f'{tag}{cell}</td>' for tag, cell in zip(opening, held, strict=True))}</tr>")
    return Markup("\n".join(lines))  # noqa: S704  # every cell has been escaped above


def filled(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[Sequence[Column], Sequence[Sequence[str]]]:
    """Columns and rows without the columns that say nothing on this page: on a phone they take the room of the others."""
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    if len(kept) in (0, len(columns)):
        return columns, rows
    return [columns[at] for at in kept], [[row[at] for at in kept] for row in rows]

"""What a file gives: its sheets as frames of text that still know their row numbers and column letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

#: the column of a frame that holds the row number as Excel shows it
ROW = "row"
#: an import takes no more than this; larger lists belong to a direct exchange between systems
MOST_ROWS = 200_000
MOST_COLUMNS = 400
MOST_CELLS = 6_000_000


@dataclass(frozen=True)
class Note:
    """Something that was met and is reported; `message` is a key of the catalogue with places for `params`."""

    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The note in Chinese."""
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be accepted: row and column letter as Excel shows them, what stands there, and why."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Column:
    """A column of the list. `labels` are the header's parts from top to bottom (家庭住址, 乡镇)."""

    letter: str
    labels: tuple[str, ...]
    hidden: bool = False

    @property
    def label(self) -> str:
        """The header as one name."""
        return "/".join(self.labels) or f"（无标题 {self.letter} 列）"


@dataclass(frozen=True)
class Facts:
    """What the cells' text alone does not tell. Rows and columns count from 1, ranges are inclusive."""

    first_column: int = 1
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    #: (first row, first column, last row, last column)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    #: cells with a formula: True where a result was saved with it
    formulas: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    #: cells whose formula failed (#N/A …)
    failed: Mapping[tuple[int, int], str] = field(default_factory=dict)
    #: numbers of more than 15 digits: Excel keeps no more, so the rest is lost
    long_numbers: frozenset[tuple[int, int]] = frozenset()
    #: whether the file counts its days from 1904
    from_1904: bool = False


@dataclass(frozen=True)
class Sheet:
    """A list found on a sheet. `frame` has `row` and one text column for each letter."""

    name: str
    header_row: int
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    hidden: bool = False
    #: cells merged over several rows with something in them: first row, last row, column letter
    merged: tuple[tuple[int, int, str], ...] = ()
    #: whether a bare number in a column of days counts from 1904
    from_1904: bool = False


@dataclass(frozen=True)
class Workbook:
    """A whole file. `kind` is xlsx, xls or csv."""

    kind: str
    sheets: tuple[Sheet, ...]
    notes: tuple[Note, ...] = ()

    def best(self) -> Sheet:
        """The sheet meant, unless somebody says otherwise: the first visible one with rows."""
        ranked = sorted(self.sheets, key=lambda sheet: (sheet.hidden, sheet.frame.is_empty()))
        return ranked[0]


def letter(number: int) -> str:
    """The letters of a column's number: 1 is A, 27 is AA."""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def column_number(letters: str) -> int:
    """The number of a column's letters."""
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - 64
    return number

"""Days that arrive as Excel's numbers: counted from the end of 1899, or in a file of the 1904 system from its first day."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence

import polars as pl

from core.errors import N_
from core.host.ledgers import Field
from core.ledgers.imports.sheets import Note

#: the day before number 1; 1900 is taken for a leap year, which from March of that year on makes it two days before
_BEFORE, _BEFORE_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
#: what a number in a column of days is taken for
_FIRST, _LAST = dt.date(1930, 1, 1), dt.date(2100, 12, 31)
_SERIAL = r"^([1-9][0-9]{3,4})(?:\.0+)?$"
_SYSTEM = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true)["']""")
TOLD = N_("这个工作簿用的是 1904 日期系统（早年 Mac 版 Excel 的设置），日期序号从 1904 年 1 月 1 日起算")


def package_from_1904(content: bytes) -> bool:
    """Whether an .xlsx, already looked through, counts its days from 1904."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        name = next((one for one in packed.namelist() if one.lstrip("/") == "xl/workbook.xml"), "")
        return bool(name and _SYSTEM.search(packed.read(name)))


def as_days(frame: pl.DataFrame, fields: Sequence[Field], from_1904: bool) -> tuple[pl.DataFrame, list[Note]]:
    """The text of columns of days and months (named like their fields) with Excel's numbers written as days, and how many
    there were."""
    before = _BEFORE_1904 if from_1904 else _BEFORE
    notes, columns = [], []
    for one in fields:
        if one.kind not in ("date", "month"):
            continue
        number = pl.col(one.name).str.extract(_SERIAL, 1).cast(pl.Int64, strict=False)
        number = pl.when(number.is_between((_FIRST - before).days, (_LAST - before).days)).then(number)
        count = frame.select(number.is_not_null().sum()).item()
        if count:
            day = (pl.lit(before) + pl.duration(days=number)).dt.strftime("%Y-%m-%d")
            columns.append(pl.when(number.is_not_null()).then(day).otherwise(pl.col(one.name)).alias(one.name))
            message = (N_("“%(label)s”有 %(count)s 格是 Excel 的日期序号，已按 1904 日期系统换成日期") if from_1904 else
                       N_("“%(label)s”有 %(count)s 格是 Excel 的日期序号，已换成日期"))
            notes.append(Note(message, {"label": one.label, "count": count}))
    return frame.with_columns(columns), notes

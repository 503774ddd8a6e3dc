"""The two files of a county's own platform: the list it sends, and what it says came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

from core.errors import N_, InvalidInput

#: one column under the same header in both files: the number of a line within its list
NUMBER, PHONE, TEXT, RESULT, REASON = "名单编号", "手机号", "短信内容", "结果", "原因"
HEAD = (NUMBER, PHONE, TEXT)
_GOOD = frozenset({"成功", "已发", "已发送", "送达", "ok", "success", "delivrd", "1", "是"})
_BAD = frozenset({"失败", "未发", "未发送", "未送达", "fail", "failed", "undeliv", "0", "否"})
CSV, XLSX = "csv", "xlsx"


@dataclass(frozen=True)
class Line:
    """One line of a list: its number, and whom."""

    number: str
    phone: str


@dataclass(frozen=True)
class Result:
    """What the platform says of one line."""

    number: str
    sent: bool


def write_list(lines: Iterable[Line], text: str, kind: str) -> bytes:
    """The list as a file; every cell is text, so that no number is shortened and none becomes a formula."""
    rows = [HEAD, *((one.number, one.phone, text) for one in lines)]
    if kind == CSV:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return ("\ufeff" + out.getvalue()).encode()
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("短信名单")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(at, column, cell)
    sheet.set_column(0, 1, 18)
    book.close()
    return packed.getvalue()


def read_results(rows: Sequence[tuple[int, str, str]]) -> list[Result]:
    """(row of the file, number, result) as results. Raises InvalidInput with every row that cannot be read, or that
    comes twice."""
    faults, found, seen = [], [], dict[str, int]()
    for at, number, result in rows:
        word = result.strip().lower()
        if word not in _GOOD | _BAD:
            faults.append(N_("第 %d 行的结果“%s”看不懂，请写成功或失败") % (at, result[:20]))
        elif number in seen:
            faults.append(N_("第 %d 行与第 %d 行是同一个名单编号") % (at, seen[number]))
        else:
            seen[number] = at
            found.append(Result(number, word in _GOOD))
    if faults:
        more = N_("，另有 %d 行") % (len(faults) - 5) if len(faults) > 5 else ""
        raise InvalidInput("；".join(faults[:5]) + more, {"file": N_("请改正后再读入")})
    return found

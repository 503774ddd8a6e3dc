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
#: rows named in one message
NAMED = 20


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
    unread, twice, found, seen = [], [], [], set[str]()
    for at, number, result in rows:
        word = result.strip().lower()
        if word not in _GOOD | _BAD:
            unread.append(at)
        elif number in seen:
            twice.append(at)
        else:
            seen.add(number)
            found.append(Result(number, word in _GOOD))
    for rows_wrong, said in ((unread, N_("有 %(count)d 行的结果看不懂，请写成功或失败：第 %(rows)s 行")),
                             (twice, N_("有 %(count)d 行的名单编号前面已经出现过：第 %(rows)s 行"))):
        if rows_wrong:
            raise InvalidInput(said, {"file": N_("请改正后再读入")}, count=len(rows_wrong), rows="、".join(map(str, rows_wrong[:NAMED])))
    return found

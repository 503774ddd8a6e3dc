"""Files for the bank and from it, by the columns a plan names; nothing of either is kept beyond the reading.

A return file belongs to one batch: a line of another batch, a line that is not there, an amount that differs or a line
twice refuses the whole file, so that nothing is booked from a file that is not ours.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import openpyxl
import xlsxwriter
from stdnum import luhn

from core.errors import N_, InvalidInput

#: what a column may hold
HOLDS = ("number", "batch", "line", "name", "id_number", "card", "bank", "amount", "school", "memo")
RETURNED = ("batch", "line", "card_tail", "amount", "code", "reason")
CSV, XLSX = "csv", "xlsx"
_FEN = Decimal("0.01")
_NEEDED = ("batch", "line", "amount", "code")
#: what spreadsheets take for the beginning of a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column as the bank calls it, and what it holds."""

    title: str
    holds: str


@dataclass(frozen=True)
class Format:
    """A bank's two files: the columns sent, the columns that come back, which codes mean paid, and what others mean."""

    code: str
    bank: str
    sent: tuple[Column, ...]
    returned: tuple[Column, ...]
    success: frozenset[str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    kind: str = CSV
    encoding: str = "gb18030"

    def faults(self) -> list[str]:
        """What is wrong with it, in Chinese."""
        sent, back = [one.holds for one in self.sent], [one.holds for one in self.returned]
        found = [f"发送列缺少 {name}" for name in ("batch", "line", "card", "amount") if name not in sent]
        found += [f"回盘列缺少 {name}" for name in _NEEDED if name not in back]
        found += [f"不知道列 {name}" for name in sent if name not in HOLDS]
        found += [f"不知道回盘列 {name}" for name in back if name not in RETURNED]
        return found + ([] if self.success else ["没有写明成功代码"])


@dataclass(frozen=True)
class Returned:
    """A line that came back: its row in the file, which batch and line it names, the amount and the bank's code."""

    row: int
    batch: str
    line: int
    amount: Decimal
    code: str
    reason: str = ""


@dataclass(frozen=True)
class Judged:
    """A return file against its batch: lines paid, lines sent back with their reason, lines it says nothing of."""

    credited: tuple[int, ...]
    returned: Mapping[int, tuple[str, str]]
    silent: tuple[int, ...]


def write(form: Format, lines: Sequence[Mapping[str, Any]]) -> bytes:
    """The file for the bank, with a head and one row for each line."""
    rows = [[one.title for one in form.sent]]
    rows += [[_cell(line.get(column.holds, "")) for column in form.sent] for line in lines]
    if form.kind == XLSX:
        return _workbook(rows)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(form.encoding)


def read(form: Format, data: bytes) -> list[Returned]:
    """The lines of a return file; raises InvalidInput naming every row that cannot be read."""
    rows = _rows(form, data)
    head = [text.strip() for text in rows[0]] if rows else []
    absent = [one.title for one in form.returned if one.title not in head and one.holds in _NEEDED]
    if absent:
        raise InvalidInput(N_("回盘文件缺少列：%(names)s。请选择这家银行原样返回的文件"), names="、".join(absent))
    at = {one.holds: head.index(one.title) for one in form.returned if one.title in head}
    found, faults = [], list[str]()
    for number, row in enumerate(rows[1:], 2):
        if not any(text.strip() for text in row):
            continue
        values = {name: row[index].strip() if index < len(row) else "" for name, index in at.items()}
        try:
            found.append(_line(number, values, form))
        except (ValueError, InvalidOperation):
            faults.append(f"第 {number} 行的序号、金额或代码不对")
    if faults or not found:
        raise InvalidInput(N_("回盘文件没有读入：%(faults)s"), faults="；".join(faults[:20]) or "没有数据行")
    return found


def judge(form: Format, batch: str, sent: Mapping[int, Decimal], lines: Sequence[Returned]) -> Judged:
    """What a return file says of a batch, whose lines and amounts are `sent`; raises InvalidInput with every fault."""
    faults, seen = list[str](), dict[int, Returned]()
    for one in lines:
        if one.batch != batch:
            faults.append(f"第 {one.row} 行属于批次 {one.batch or '（空）'}，不是 {batch}")
        elif one.line not in sent:
            faults.append(f"第 {one.row} 行的序号 {one.line} 不在本批次")
        elif sent[one.line] != one.amount:
            faults.append(f"第 {one.row} 行金额 {one.amount:,.2f} 元，本批次为 {sent[one.line]:,.2f} 元")
        elif one.line in seen:
            faults.append(f"第 {one.row} 行的序号 {one.line} 与第 {seen[one.line].row} 行重复")
        seen.setdefault(one.line, one)
    if faults:
        raise InvalidInput(N_("回盘文件与批次 %(batch)s 不符，没有入账：%(faults)s"), batch=batch, faults="；".join(faults[:20]))
    credited = tuple(line for line, one in seen.items() if one.code in form.success)
    back = {line: (one.code, one.reason or form.reasons.get(one.code, "")) for line, one in seen.items()
            if one.code not in form.success}
    return Judged(credited, back, tuple(line for line in sent if line not in seen))


def card_fault(number: str) -> str:
    """What is wrong with a bank card's number, or nothing: 16 to 19 digits with the check digit of ISO/IEC 7812
    (Luhn)."""
    digits = "".join(number.split())
    if not digits:
        return N_("没有登记银行卡")
    if not digits.isdigit() or not 16 <= len(digits) <= 19:
        return N_("银行卡号应为 16 至 19 位数字")
    return "" if luhn.is_valid(digits) else N_("银行卡号末位校验不符，请核对是否抄错")


def _line(number: int, values: Mapping[str, str], form: Format) -> Returned:
    amount = Decimal(values["amount"].replace(",", ""))
    if not amount.is_finite() or not values["code"]:
        raise ValueError(number)
    return Returned(number, values["batch"], int(values["line"]), amount.quantize(_FEN), values["code"], values.get("reason", ""))


def _cell(value: Any) -> str:
    text = f"{value:.2f}" if isinstance(value, Decimal) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(form: Format, data: bytes) -> list[list[str]]:
    try:
        if form.kind == XLSX:
            sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
            return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        return list(csv.reader(io.StringIO(_decoded(form, data), newline="")))
    except UnicodeDecodeError as error:
        raise InvalidInput(N_("回盘文件的编码不是方案为这家银行写的 %(encoding)s，请选择银行原样返回的文件"),
                           encoding=form.encoding) from error
    except Exception as error:
        raise InvalidInput(N_("回盘文件打不开：应为 %(kind)s 文件"), kind=form.kind) from error


def _decoded(form: Format, data: bytes) -> str:
    """The text of a file, of one that was saved again as UTF-8 too: Chinese in GB 18030 is no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(form.encoding)


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("代发")
    text = book.add_format({"num_format": "@"})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write_string(number, place, value, text)
    book.close()
    return out.getvalue()

"""From bytes to sheets: what kind of file it is, what is refused and why, and the lists found in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

import fastexcel
import polars as pl

from core.errors import N_, InvalidInput
from core.ledgers.imports import headers
from core.ledgers.imports.binary import open_binary
from core.ledgers.imports.compound import MAGIC
from core.ledgers.imports.packages import open_package
from core.ledgers.imports.separated import read_text
from core.ledgers.imports.serials import TOLD, package_from_1904
from core.ledgers.imports.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    ROW,
    Column,
    Facts,
    Fault,
    Note,
    Sheet,
    Workbook,
    letter,
)
from core.ledgers.workbooks import CODES

MOST_BYTES = 32 * 1024 * 1024
#: spaces of every width, marks without width, line breaks
_STRAY = "[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e]"
_BLANK = "[\u3000\u00a0\t\r\n\u000b\u2028\u2029]+"
_WIDE = "[０-９Ａ-Ｚａ-ｚ．－]"
_MESSY = rf"^$|^\s|\s$|{_STRAY}|{_BLANK}|{_WIDE}"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NARROW_SIGNS = [*"0123456789", *_ALPHABET, *_ALPHABET.lower(), ".", "-"]
#: the full-width forms stand 0xFEE0 above the narrow ones
_WIDE_SIGNS = [chr(ord(sign) + 0xFEE0) for sign in _NARROW_SIGNS]
#: a few numbers of rows are named, the rest counted
_NAMED = 10


def read(content: bytes, name: str, known: Collection[str] = ()) -> Workbook:
    """The lists of a file. `known` are labels that help to tell the header. Raises InvalidInput, saying what
    to do, for what cannot be read or is not taken in."""
    if not content:
        raise InvalidInput(N_("文件是空的"))
    kind = sniff(content)
    if len(content) > MOST_BYTES:
        raise InvalidInput(N_("文件超过 %(most)s MB，请拆分后再上传"), most=MOST_BYTES // 2**20)
    notes = _extension(kind, name)
    if kind == "csv":
        frame, facts, more = read_text(content)
        found = _list("", frame, facts, known)
        sheets, notes = ([found] if found else []), notes + more
    else:
        sheets, more = _sheets(content, _opened(content) if kind == "xlsx" else open_binary(content), known)
        notes += more
        if any(sheet.from_1904 for sheet in sheets):
            notes.append(Note(TOLD))
    if not sheets:
        raise InvalidInput(N_("文件里没有找到带表头的数据，请检查后再上传"))
    return Workbook(kind, tuple(sheets), tuple(notes))


def _opened(content: bytes) -> list[tuple[str, Facts]]:
    found, from_1904 = open_package(content).sheets, package_from_1904(content)
    return [(name, replace(facts, from_1904=True)) for name, facts in found] if from_1904 else found


def sniff(content: bytes) -> str:
    """xlsx, xls or csv by what the bytes are, not by what the name says."""
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content.startswith(MAGIC):
        return "xls"
    head = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<table", b"<!doctype", b"<meta", b"<?xml", b"<div", b"<style")):
        raise InvalidInput(N_("这个文件其实是网页或 XML（有些系统导出的“Excel”是这样），请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"))
    if head.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"rar!", b"7z\xbc\xaf", b"{\\rtf", b"gif8", b"\x1f\x8b")):
        raise InvalidInput(N_("这不是 Excel 工作簿，请上传 .xlsx、.xls 或 .csv 文件"))
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput(N_("这不是 Excel 工作簿，请上传 .xlsx、.xls 或 .csv 文件"))
    return "csv"


def _extension(kind: str, name: str) -> list[Note]:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in ("xlsm", "xltm", "xlam", "xlsb"):
        raise InvalidInput(N_("文件带有宏，为安全起见不能接收；请另存为不带宏的 .xlsx 后再上传"))
    fits = {"xlsx": ("xlsx",), "xls": ("xls", "et"), "csv": ("csv", "txt", "tsv")}[kind]
    if ending and ending not in fits:
        return [Note(N_("文件名以 .%(ending)s 结尾，内容其实是 .%(kind)s，已按内容读取"), {"ending": ending[:12], "kind": kind})]
    return []


def _sheets(content: bytes, known_sheets: list[tuple[str, Facts]], known: Collection[str]) -> tuple[list[Sheet], list[Note]]:
    with _reading():
        book = fastexcel.read_excel(content)
        names = set(book.sheet_names)
    sheets, notes = [], list[Note]()
    for name, facts in known_sheets:
        if name not in names or (facts.hidden and name == CODES):
            continue
        with _reading():
            frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        if facts.hidden:
            notes.append(Note(N_("工作表“%(name)s”是隐藏的，没有自动选用"), {"name": name}))
        frame.columns = [letter(facts.first_column + index) for index in range(frame.width)]
        found = _list(name, frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64)), facts, known)
        if found:
            sheets.append(found)
    return sheets, notes


@contextmanager
def _reading() -> Iterator[None]:
    """A file the library cannot read is refused; on some torn files it panics instead of raising."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, fastexcel.FastExcelError) or type(error).__name__ == "PanicException":
            raise InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传")) from error
        raise


def _list(name: str, raw: pl.DataFrame, facts: Facts, known: Collection[str]) -> Sheet | None:
    """The list on one sheet, or None where there is none."""
    letters = raw.columns[1:]
    if not letters:
        return None
    if len(letters) > MOST_COLUMNS:
        raise InvalidInput(N_("表格超过 %(most)s 列，请删去多余的列后再上传"), most=MOST_COLUMNS)
    frame, notes = tidy(raw)
    # A cell with a formula that has no saved result reads as empty: its row is not.
    unsaved = {row for (row, _), saved in facts.formulas.items() if not saved} | {row for row, _ in facts.failed}
    filled = pl.any_horizontal(pl.col(letters).is_not_null())
    if unsaved:
        beyond = sorted(unsaved - set(frame[ROW].to_list()))
        frame = pl.concat([frame, pl.DataFrame({ROW: beyond}, schema={ROW: pl.Int64})], how="diagonal").sort(ROW)
        filled = filled | pl.col(ROW).is_in(sorted(unsaved))
    frame = frame.filter(filled)
    if frame.is_empty():
        return None
    if len(frame) > MOST_ROWS + headers.MOST_ABOVE:
        raise InvalidInput(N_("表格太大：一个文件最多 %(rows)s 行。若末尾是空行，请删去后再上传"), rows=MOST_ROWS)
    above = frame.head(headers.MOST_ABOVE + 4)
    rows = [["" if cell is None else cell for cell in row[1:]] for row in above.iter_rows()]
    header = headers.find_header(rows, above[ROW].to_list(), facts.merged, known, facts.first_column)
    if header is None:
        return None
    if header.top:
        notes.append(Note(N_("表头上方有 %(count)s 行标题，没有导入"), {"count": header.top}))
    head = frame[header.bottom][letters].row(0)
    columns, more = _columns(header, letters, frame[header.bottom + 1 :], facts)
    body, below = _body(frame[header.bottom + 1 :], letters, head)
    kept = body.select(ROW, *(column.letter for column in columns))
    faults, told = _faults(kept, facts)
    merged, more_told = _merged(kept, facts)
    hidden = sorted(facts.hidden_rows & set(kept[ROW].to_list())) if facts.hidden_rows else []
    if hidden:
        told.append(_rows_note(N_("隐藏的行也会导入：第 %(rows)s 行，共 %(count)s 行"), hidden))
    return Sheet(name, int(frame[header.bottom, ROW]), tuple(columns), kept, (*notes, *more, *below, *more_told, *told), tuple(faults),
                 facts.hidden, merged, facts.from_1904)


def tidy(raw: pl.DataFrame) -> tuple[pl.DataFrame, list[Note]]:
    """Text without stray spaces, zero-width marks, line breaks and full-width digits and letters, and how many
    cells that changed. Empty text becomes nothing."""
    letters = raw.columns[1:]
    messy = raw.select(pl.col(letters).str.contains(_MESSY).any()).row(0) if letters else ()
    names = [name for name, found in zip(letters, messy, strict=True) if found]
    if not names:
        return raw, []
    cells = pl.col(names).str.replace_all(_STRAY, "").str.replace_all(_BLANK, " ").str.strip_chars()
    plain = raw.with_columns(cells.str.replace_many(_WIDE_SIGNS, _NARROW_SIGNS))
    changed = sum(int((raw[name] != plain[name]).sum()) for name in names)
    notes = [Note(N_("%(count)s 格去掉了多余的空格、换行或把全角字符改成了半角"), {"count": changed})] if changed else []
    return plain.with_columns(pl.when(pl.col(names) != "").then(pl.col(names)).name.keep()), notes


def _columns(header: headers.Header, letters: list[str], body: pl.DataFrame, facts: Facts) -> tuple[list[Column], list[Note]]:
    filled = body.select(pl.col(letters).is_not_null().any()).row(0)
    columns, notes = list[Column](), list[Note]()
    seen: dict[tuple[str, ...], int] = {}
    for index, name in enumerate(letters):
        labels = header.labels[index] if index < len(header.labels) else ()
        if not labels and not filled[index]:
            continue
        number = facts.first_column + index
        hidden = number in facts.hidden_columns
        if not labels:
            notes.append(Note(N_("%(letter)s 列有数据但没有表头"), {"letter": name}))
        elif labels in seen:
            notes.append(Note(N_("表头“%(label)s”出现不止一次（%(letter)s 列）"), {"label": "/".join(labels), "letter": name}))
            seen[labels] += 1
            labels = (*labels[:-1], f"{labels[-1]}（{seen[labels]}）")
        else:
            seen[labels] = 1
        if hidden:
            notes.append(Note(N_("%(letter)s 列是隐藏的，其中的内容也会导入"), {"letter": name}))
        columns.append(Column(name, labels, hidden))
    return columns, notes


def _body(frame: pl.DataFrame, letters: list[str], head: tuple[str | None, ...]) -> tuple[pl.DataFrame, list[Note]]:
    """The rows of the list itself: without repeated headers, totals and the notes below."""
    notes: list[Note] = []
    first = pl.concat_str([pl.col(name).fill_null("") for name in letters[:4]], separator="\n")
    suspects = frame.filter(first.str.contains(r"计|注|说明|填|制表|审|负责人|经|联系|盖章|日期")
                            | (pl.col(letters[0]).is_in([cell for cell in head if cell] + ["1", "甲", "0"])))
    last = frame.tail(8)[ROW].to_list() if len(frame) else []
    drop: dict[str, list[int]] = {"total": [], "foot": [], "head": []}
    for row, *cells in suspects.iter_rows():
        texts = [cell or "" for cell in cells]
        if headers.is_total(texts):
            drop["total"].append(row)
        elif row in last and headers.is_foot(texts):
            drop["foot"].append(row)
        elif tuple(cells) == head or (len(frame) and row == frame[0, ROW] and headers.is_numbered(texts)):
            drop["head"].append(row)
    for kind, message in (("head", N_("重复的表头或列号行没有导入：第 %(rows)s 行，共 %(count)s 行")),
                          ("total", N_("合计、小计行没有导入：第 %(rows)s 行，共 %(count)s 行")),
                          ("foot", N_("表格下方的说明没有导入：第 %(rows)s 行，共 %(count)s 行"))):
        if drop[kind]:
            notes.append(_rows_note(message, drop[kind]))
    gone = [row for rows in drop.values() for row in rows]
    return (frame.filter(~pl.col(ROW).is_in(gone)) if gone else frame), notes


def _merged(frame: pl.DataFrame, facts: Facts) -> tuple[tuple[tuple[int, int, str], ...], list[Note]]:
    """Merged cells of the list itself. A file keeps their content in the first alone: what it means for the others only
    a person can tell, who is asked for those that reach over several rows."""
    places = {row: index for index, row in enumerate(frame[ROW].to_list())} if facts.merged else {}
    kept = {name: frame[name] for name in frame.columns[1:]}
    found = [(top, left, bottom, right) for top, left, bottom, right in sorted(facts.merged)
             if top in places and letter(left) in kept and kept[letter(left)][places[top]] is not None]
    if not found:
        return (), []
    named = "、".join(f"{letter(left)}{top}:{letter(right)}{bottom}" for top, left, bottom, right in found[:_NAMED])
    note = Note(N_("有 %(count)s 处合并的单元格：%(cells)s。内容只算在左上角的一格；核对列时可以选择用于合并的每一行"),
                {"count": len(found), "cells": named + (" 等" if len(found) > _NAMED else "")})
    over, ends = list[tuple[int, int, str]](), dict[int, int]()
    for top, left, bottom, _ in found:
        if bottom > top > ends.get(left, 0):  # in a sound file none lies over another
            over.append((top, bottom, letter(left)))
            ends[left] = bottom
    return tuple(over), [note]


def _faults(frame: pl.DataFrame, facts: Facts) -> tuple[list[Fault], list[Note]]:
    """Cells that hold something other than what they show."""
    if not (facts.formulas or facts.failed or facts.long_numbers):
        return [], []
    places = {row: index for index, row in enumerate(frame[ROW].to_list())}
    kept = {name: frame[name] for name in frame.columns[1:]}
    faults: dict[tuple[int, str], Fault] = {}
    used = 0

    def fault(at: tuple[int, int], message: str, value: str = "") -> None:
        row, name = at[0], letter(at[1])
        if row in places and name in kept:
            faults.setdefault((row, name), Fault(row, name, value or kept[name][places[row]] or "", message))

    for at in facts.long_numbers:
        fault(at, N_("存成了数字，15 位以后的数字已经丢失。请把这一格设为“文本”格式后重新填写原号码"))
    for at, sign in facts.failed.items():
        fault(at, N_("公式出错，没有结果，请改为实际的值"), sign)
    for at, saved in facts.formulas.items():
        if saved and at not in facts.failed:
            used += at[0] in places and letter(at[1]) in kept
        else:
            fault(at, N_("是公式而没有保存结果，请改为实际的值"))
    notes = [Note(N_("%(count)s 格是公式，已取保存在文件里的结果"), {"count": used})] if used else []
    return sorted(faults.values(), key=lambda one: (one.row, len(one.column), one.column)), notes


def _rows_note(message: str, rows: list[int]) -> Note:
    named = "、".join(map(str, rows[:_NAMED])) + (" 等" if len(rows) > _NAMED else "")
    return Note(message, {"rows": named, "count": len(rows)})

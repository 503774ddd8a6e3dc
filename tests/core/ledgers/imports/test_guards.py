"""What is not taken in: bombs, macros, links, passwords, torn files. Each is refused in words, none is opened."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from core.errors import InvalidInput
from core.ledgers.imports import packages
from core.ledgers.imports.reading import read
from tests.support.old_excel import OldBook, OldSheet, compound, old_excel
from tests.support.workbooks import excel, repacked

ROWS = [["姓名", "号"], ["测试甲", "1"]]
GOOD = excel(ROWS)
OLD = [OldSheet("名册", ROWS)]
SHEET = "xl/worksheets/sheet1.xml"


def bomb(size: int) -> bytes:
    """A sheet that unfolds to `size` megabytes of nothing."""
    return repacked(GOOD, {SHEET: lambda data: data.replace(b"</sheetData>", b"</sheetData>" + b" " * (size << 20))})


def lying(content: bytes) -> bytes:
    """The zip states for its sheet a hundredth of what comes out, in both of its directories."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = packed.getinfo(SHEET).file_size
    return content.replace(struct.pack("<I", size), struct.pack("<I", size // 100))


def far_cell(place: str) -> bytes:
    return repacked(GOOD, {SHEET: lambda data: data.replace(
        b"</sheetData>", b'<row r="%d"><c r="%s"><v>1</v></c></row></sheetData>'
        % (int("".join(filter(str.isdigit, place))), place.encode()))})


def torn_letter() -> bytes:
    """A cell's own text stops in the middle of a character."""
    return repacked(GOOD, {SHEET: lambda data: data.replace(
        b"</sheetData>", b'<row r="3"><c r="A3" t="inlineStr"><is><t>\xe7\xbc</t></is></c></row></sheetData>')})


def shared(size: int, cells: int) -> bytes:
    """One long text that many cells share: small packed, small unpacked, huge as a list."""
    texts = b'<sst><si><t>' + b"x" * size + b"</t></si></sst>"
    row = b'<row r="%d">' + b'<c r="A%d" t="s"><v>0</v></c>' + b"</row>"
    return repacked(GOOD, {"xl/sharedStrings.xml": texts, SHEET: lambda data: data.replace(
        b"</sheetData>", b"".join(row % (n, n) for n in range(3, cells)) + b"</sheetData>")})


@pytest.mark.parametrize(("name", "make", "words"), [
    ("a.xlsx", lambda: bomb(200), "展开后太大"),
    ("a.xlsx", lambda: lying(GOOD), "不完整或已损坏"),
    ("a.xlsx", lambda: shared(30_000, 12_000), "展开后太大"),
    ("a.xlsx", lambda: far_cell("A1048576"), "最多 200000 行"),
    ("a.xlsx", lambda: far_cell("XFD9"), "超过 400 列"),
    ("a.xlsx", lambda: far_cell("NZ199000"), "最多 200000 行"),
    ("a.xlsx", torn_letter, "不完整或已损坏"),
    ("a.xlsx", lambda: repacked(GOOD, {"xl/vbaProject.bin": b"x"}), "带有宏"),
    ("a.xlsm", lambda: GOOD, "带有宏"),
    ("a.xlsx", lambda: repacked(GOOD, {"[Content_Types].xml": lambda data: data.replace(
        b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main")}), "带有宏"),
    ("a.xlsx", lambda: repacked(GOOD, {"xl/externalLinks/externalLink1.xml": b"<ddeLink/>"}), "断开链接"),
    ("a.xlsx", lambda: repacked(GOOD, {"xl/workbook.xml": lambda data: b'<!DOCTYPE a [<!ENTITY b "c">]>' + data}), "不常见"),
    ("a.xlsx", lambda: GOOD[:-400], "不完整或已损坏"),
    ("a.xlsx", lambda: GOOD[: len(GOOD) // 2], "不完整或已损坏"),
    ("a.ods", lambda: repacked(GOOD, {"mimetype": b"x"}), "OpenDocument"),
    ("a.xlsb", lambda: GOOD, "带有宏"),
    ("a.zip", lambda: _zip({"a.txt": b"x"}), "这不是 Excel 工作簿"),
    ("a.xlsx", lambda: compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "密码"),
    ("a.xls", lambda: old_excel(OldBook(OLD, encrypted=True)), "密码"),
    ("a.xls", lambda: old_excel(OldBook(OLD, macros=True)), "带有宏"),
    ("a.xls", lambda: old_excel(OldBook(OLD, linked=True)), "断开链接"),
    ("a.xls", lambda: compound({"WordDocument": b"x"}), "这不是 Excel 工作簿"),
    ("a.xls", lambda: compound({"Book": b"x"}), "很旧的 Excel"),
    ("a.xls", lambda: old_excel(OldBook(OLD))[:2000], "不完整或已损坏"),
    ("a.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "其实是网页"),
    ("a.csv", lambda: b"%PDF-1.7", "这不是 Excel 工作簿"),
    ("a.csv", lambda: b"\x01\x00\x02\x00", "这不是 Excel 工作簿"),
    ("a.csv", lambda: ("姓名,号\n" + "测,1\n" * 200_100).encode(), "最多 200000 行"),
    ("a.csv", lambda: (",".join(map(str, range(500))) + "\n").encode(), "超过 400 列"),
    ("a.csv", lambda: "姓名,号\n测试甲,1\n测".encode()[:-1], "不完整或已损坏"),
    ("a.csv", lambda: b"\xff\xff\xff,\xfe\xfe", "文字编码"),
    ("a.csv", lambda: b"", "空的"),
    ("a.csv", lambda: b"\r\n\r\n", "没有找到带表头的数据"),
])
def test_a_file_is_refused_in_words(name: str, make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(make(), name)
    assert words in refused.value.text


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return out.getvalue()


def test_nothing_is_unpacked_beyond_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = []
    monkeypatch.setattr(packages, "MOST_UNPACKED", 8 << 20)
    real = packages._Budget.spend
    monkeypatch.setattr(packages._Budget, "spend", lambda budget, size: (spent.append(size), real(budget, size)))
    with pytest.raises(InvalidInput):
        read(bomb(100), "a.xlsx")
    assert sum(spent) < (8 << 20) + 2 * packages.CHUNK


def test_any_cut_of_a_file_is_refused_or_read_and_never_fails_otherwise() -> None:
    for content, name in ((GOOD, "a.xlsx"), (old_excel(OldBook(OLD)), "a.xls")):
        for cut in range(0, len(content), 97):
            broken = content[:cut] + bytes([content[cut] ^ 0xFF]) + content[cut + 1 :]
            for part in (content[:cut], broken):
                with contextlib.suppress(InvalidInput):
                    read(part, name)

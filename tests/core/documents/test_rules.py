"""What a file is, what a photograph says, when a folder is complete."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.documents.rules.folders import completeness
from core.documents.rules.photos import NEAR, distance, quarters, read_photo
from core.documents.rules.sniffing import LARGEST, safe_name, sniff
from core.errors import InvalidInput
from core.host.contract import FolderItem
from tests.core.documents.pictures import PDF, packed, photo


@pytest.mark.parametrize(("name", "kind"), [
    ("照片.jpg", "photo"), ("照片.JPEG", "photo"), ("函.pdf", "pdf"), ("方案.docx", "office"), ("名册.xlsx", "office"),
    ("旧.xls", "office"), ("说明.txt", "text"),
])
def test_kinds_that_are_kept(name: str, kind: str) -> None:
    data = {"照片.jpg": photo, "照片.JPEG": photo, "函.pdf": lambda: PDF,
            "方案.docx": lambda: packed("word/document.xml"), "名册.xlsx": lambda: packed("xl/workbook.xml"),
            "旧.xls": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
            "说明.txt": lambda: "走访记录".encode("gb18030")}[name]()
    assert sniff(name, data).kind == kind


@pytest.mark.parametrize(("name", "make", "said"), [
    ("空.jpg", lambda: b"", "空文件"),
    ("大.pdf", lambda: PDF + b"0" * LARGEST, "单个文件最大 20 MB"),
    ("其实是.pdf", photo, "内容其实是 jpg 文件"),
    ("网页.html", lambda: b"<html></html>", "类型不能存入"),
    ("脚本.txt", lambda: b"\x00\x01\x02binary", "类型不能存入"),
    ("程序.exe", lambda: b"MZ" + b"\0" * 100, "类型不能存入"),
    ("宏.docx", lambda: packed("word/document.xml", "word/vbaProject.bin"), "带有宏"),
    ("坏.xlsx", lambda: packed("xl/workbook.xml")[:40], "不完整或已损坏"),
    ("炸弹.xlsx", lambda: packed("xl/workbook.xml", *(f"xl/p{n}" for n in range(40)), size=8_000_000), "解压后过大"),
    ("压缩.zip", lambda: packed("a.txt"), "类型不能存入"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_files_that_are_refused(name: str, make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        sniff(name, make())


def test_a_photograph_is_shown_without_what_the_camera_wrote() -> None:
    found = read_photo("走访.jpg", photo())
    assert found.taken_at == dt.datetime(2016, 10, 17, 9, 30)  # noqa: DTZ001  # the clock of a camera
    assert found.place == (26.57, 107.23)
    for variant in (found.shown, found.thumb):
        with Image.open(io.BytesIO(variant)) as opened:
            assert not opened.getexif() and max(opened.size) <= 1600
    assert b"2016:10:17" in photo() and b"2016:10:17" not in found.shown


def test_a_recompressed_picture_is_near_and_another_is_not() -> None:
    original = read_photo("一.jpg", photo(3)).quarters
    smaller = read_photo("二.jpg", photo(3, size=(320, 240), place=False, quality=60)).quarters
    assert distance(original, smaller) <= NEAR
    assert any(left == right for left, right in zip(original, smaller, strict=True))
    assert distance(original, read_photo("三.jpg", photo(8)).quarters) > NEAR


def test_a_broken_photograph_is_refused() -> None:
    with pytest.raises(InvalidInput, match="可能没有传完整"):
        read_photo("断.jpg", photo()[:400])


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=NEAR))
def test_near_hashes_share_a_quarter(value: int, flipped: set[int]) -> None:
    other = value
    for bit in flipped:
        other ^= 1 << bit
    one, two = quarters(value), quarters(other)
    assert distance(one, two) == len(flipped)
    assert any(left == right for left, right in zip(one, two, strict=True))


@given(st.text())
def test_names_of_files_are_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe and len(safe) <= 120 and not set(safe) & set("/\\:*?\"<>|\r\n\0") and safe == safe_name(safe)


def test_a_folder_is_complete_when_each_required_item_has_enough() -> None:
    items = [FolderItem("material", "文字材料"), FolderItem("photo", "图片", least=3), FolderItem("other", "其他", required=False)]
    short = completeness(items, {"material": 1, "photo": 2})
    assert (short.met, short.required, [item.code for item in short.missing]) == (1, 2, ["photo"])
    assert completeness(items, {"material": 1, "photo": 3}).whole

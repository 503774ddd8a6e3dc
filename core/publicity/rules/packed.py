"""What packed office files give away: paragraphs, comments, hidden and deleted words, notes of slides."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from core.publicity.rules.document_numbers import Headings, promises
from core.publicity.rules.leaks import Leak, scan_cell, scan_text

COMMENT, HIDDEN_TEXT, DELETED, HIDDEN_SLIDE, UNREADABLE = ("批注", "隐藏文字", "修订中删除的文字", "隐藏的幻灯片",
                                                           "内容读不出来，不能检查")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PARTS = {"document": "正文", "header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注", "comments": "批注",
          "slide": "幻灯片", "notesSlide": "备注页", "comment": "批注"}
_IMAGES = re.compile(r"(?i)/media/[^/]+\.(jpe?g|png|webp)$")
_INSIDE = re.compile(r"(?i)/embeddings/")
#: what sheets and charts keep of a computed value
_FRACTION = re.compile(r"-?\d+\.\d+(?:[eE][+-]?\d+)?")
#: no names from outside, no entities, no files as large as memory
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)


def scan_packed(place: str, data: bytes, ending: str, inner: list[tuple[str, bytes]]) -> list[Leak]:
    """What a Word file or a presentation gives away; files within it are put into `inner`."""
    found: list[Leak] = []
    with zipfile.ZipFile(BytesIO(data)) as packed:
        for name in packed.namelist():
            if _IMAGES.search(name) or _INSIDE.search(name):
                inner.append((PurePosixPath(name).name, packed.read(name)))
            elif name.endswith(".xml") and name.startswith(("word/", "ppt/", "docProps/", "customXml/")):
                found += _part(place, name, packed.read(name))
    return found


def parse(content: bytes) -> Any:
    """A part of a packed file as a tree, or None where it is broken."""
    try:
        return etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError:
        return None


def texts_of(tree: Any) -> Iterator[str]:
    """Every text of a tree, and the values that caches keep in attributes."""
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield from (text for text in (element.text, element.tail, element.get("v"))
                        if text and text.strip() and not _FRACTION.fullmatch(text))


def _part(place: str, name: str, content: bytes) -> list[Leak]:
    tree = parse(content)
    stem = re.sub(r"\d+$", "", PurePosixPath(name).stem)
    where = f"{place}{_PARTS.get(stem, f'的 {name}')}"
    if tree is None:
        return [Leak(where, UNREADABLE)]
    found: list[Leak] = []
    paragraphs = [*tree.iter(f"{_W}p"), *tree.iter(f"{_A}p")]
    for number, paragraph in enumerate(paragraphs, 1):
        found += scan_text(_words(paragraph), f"{where}第 {number} 段")
    found += [leak for number, table in enumerate(tree.iter(f"{_W}tbl"), 1) for leak in _table(table, f"{where}表 {number}")]
    if not paragraphs:
        found += [leak for text in texts_of(tree) for leak in scan_text(text, where)]
    found += [Leak(where, kind) for kind in _hidden(tree, stem)]
    return found


def _table(table: Any, where: str) -> Iterator[Leak]:
    """What the cells of a table give away because of the headings above them."""
    headings = Headings()
    for row, cells in enumerate(table.findall(f"{_W}tr"), 1):
        for column, cell in enumerate(cells.findall(f"{_W}tc"), 1):
            text = _words(cell)
            heading = headings.over(column, text)
            if promises(heading) and not scan_text(text, where):
                yield from scan_cell(text, f"{where}第 {row} 行第 {column} 列", heading)


def _words(paragraph: Any) -> str:
    return "".join(element.text or "" for element in paragraph.iter(f"{_W}t", f"{_W}delText", f"{_W}instrText", f"{_A}t"))


def _hidden(tree: Any, stem: str) -> Iterator[str]:
    """What a reader does not see and a copy still has."""
    if stem in ("comments", "comment", "commentsExtended") and any(text for text in texts_of(tree)):
        yield COMMENT
    if any((element.text or "").strip() for element in tree.iter(f"{_W}delText")):
        yield DELETED
    for run in tree.iter(f"{_W}r"):
        mark = run.find(f"{_W}rPr/{_W}vanish")
        if mark is not None and mark.get(f"{_W}val") not in ("0", "false") and _words(run).strip():
            yield HIDDEN_TEXT
            break
    if stem == "slide" and tree.get("show") in ("0", "false"):
        yield HIDDEN_SLIDE

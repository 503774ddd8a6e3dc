"""Reading the text of a profile: bytes → text → values, and on which line every key stands.

`tomllib` gives exact values but no positions and stops at the first fault; the tree-sitter grammar gives
the line of every key and reads on past faults. Both read the same text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from core.tenancy.grammar.masks import looks_masked

Path = tuple[str | int, ...]
_PARSER = Parser(Language(tree_sitter_toml.language()))
_AT = re.compile(r"\(at line (\d+), column \d+\)")
#: no database keeps this character in a text
_NUL = re.compile(r"\\u0000|\\U00000000|\x00")
_PAIR = re.compile(r"""^\s*(?P<key>[\w."'-]+)\s*=\s*(?P<value>.*?)\s*(?:#.*)?$""")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_HEADER = re.compile(r"^\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?")
_CLAUSE = re.compile(r"""^\s*clause\s*=\s*["'](?P<clause>[^"']*)["']""")


@dataclass(frozen=True)
class Fault:
    """A fault of the text itself, before any key is understood."""

    line: int
    key: str
    clause: str
    rule: str
    message: str


@dataclass
class Source:
    """A profile's text with its values, lines and faults."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a key, or of the nearest table around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def decode(data: bytes) -> tuple[str, Fault | None]:
    """The text of a profile; UTF-8 with or without BOM, nothing else."""
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "，似为 GB18030 编码，请另存为 UTF-8" if _is_gb18030(data) else ""
        return "", Fault(line, "", "", "encoding", f"文件不是 UTF-8 编码{hint}")


def _is_gb18030(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def read(text: str) -> Source:
    """Parse the text. A fault in one value does not hide the faults of the others."""
    source = Source(text)
    repeated = _Lines(source.lines)
    repeated.walk(_PARSER.parse(text.encode()).root_node)
    for path, line, first in repeated.duplicates:
        _, clause = _around(text, line)
        message = f"键“{path[-1]}”重复：第 {first} 行已经写过"
        source.faults.append(Fault(line, _dotted(path), clause, "duplicate-key", message))
    for number, content in enumerate(text.split("\n"), 1):
        if _NUL.search(content):
            header, clause = _around(text, number)
            source.faults.append(Fault(number, header, clause, "syntax", "文字里不能有空字符"))
    if not source.faults:
        source.values = _values(text, source.faults)
    return source


def _values(text: str, faults: list[Fault]) -> dict[str, Any]:
    lines = text.split("\n")
    for _ in range(100):
        try:
            return tomllib.loads("\n".join(lines), parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            fault, readable_on = _fault(text, lines, str(error))
            faults.append(fault)
            if not readable_on:
                break
            lines[fault.line - 1] = lines[fault.line - 1].partition("=")[0] + "= 0"
    return {}


def _fault(text: str, lines: list[str], error: str) -> tuple[Fault, bool]:
    found = _AT.search(error)
    last = len("\n".join(lines).rstrip().split("\n"))
    line = min(int(found[1]), last) if found else last
    content = lines[line - 1]
    header, clause = _around(text, line)
    pair = _PAIR.match(content)
    if pair is None:
        return Fault(
            line, header, clause, "syntax", f"第 {line} 行不符合 TOML 语法：{content.strip() or '文件未完'}"
        ), False
    key = f"{header}.{pair['key']}".strip(".")
    value = pair["value"]
    if _DATE.fullmatch(value):
        return Fault(line, key, clause, "impossible-date", f"没有 {value} 这一天"), True
    if looks_masked(value):
        message = f'原文遮盖为“{value}”，请写成 {{ state = "masked", printed = "{value}" }}'
        return Fault(line, key, clause, "bare-mask", message), True
    return Fault(line, key, clause, "syntax", f"“{content.strip()}”不符合 TOML 语法"), False


def _around(text: str, line: int) -> tuple[str, str]:
    """The table a line stands in, and the clause that table cites."""
    lines = text.split("\n")
    start = min(line, len(lines)) - 1
    while start > 0 and not _HEADER.match(lines[start]):
        start -= 1
    found = _HEADER.match(lines[start])
    header = found["name"] if found else ""
    for content in lines[start + 1 :]:
        if _HEADER.match(content):
            break
        if cited := _CLAUSE.match(content):
            return header, cited["clause"]
    return header, ""


def _dotted(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


class _Lines:
    """Walks the syntax tree and notes the line of every key, and every key given twice."""

    def __init__(self, lines: dict[Path, int]) -> None:
        self.lines = lines
        self.duplicates: list[tuple[Path, int, int]] = []
        self._counts: dict[Path, int] = {}

    def walk(self, document: Node) -> None:
        for node in document.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type == "table":
                self._table(node, self._header(node))
            elif node.type == "table_array_element":
                self._table(node, self._element(self._header(node)))

    def _header(self, node: Node) -> Path:
        """The table's path; a name of an array of tables stands for its newest element."""
        names = list(_names(node.named_children[0]))
        path: Path = ()
        for name in names[:-1]:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return (*path, names[-1])

    def _element(self, path: Path) -> Path:
        position = self._counts.get(path, 0)
        self._counts[path] = position + 1
        return (*path, position)

    def _table(self, node: Node, path: Path) -> None:
        line = node.start_point.row + 1
        if path in self.lines and node.type == "table":
            self.duplicates.append((path, line, self.lines[path]))
        self.lines.setdefault(path, line)
        for child in node.named_children[1:]:
            if child.type == "pair":
                self._pair(child, path)

    def _pair(self, node: Node, table: Path) -> None:
        key, value = node.named_children[0], node.named_children[-1]
        path = (*table, *_names(key))
        line = node.start_point.row + 1
        if path in self.lines:
            self.duplicates.append((path, line, self.lines[path]))
        self.lines.setdefault(path, line)
        self._value(value, path)

    def _value(self, node: Node, path: Path) -> None:
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(child, path)
        elif node.type == "array":
            items = [child for child in node.named_children if child.type != "comment"]
            for position, child in enumerate(items):
                self.lines[(*path, position)] = child.start_point.row + 1
                self._value(child, (*path, position))


def _names(node: Node) -> Iterator[str]:
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from _names(child)
    else:
        text = (node.text or b"").decode()
        yield text[1:-1] if text[:1] in "\"'" else text

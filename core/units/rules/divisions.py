"""Reading a list of divisions: its encoding, its rows, and every fault in them by row."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import N_, InvalidInput
from core.extensions.phrases import phrase
from core.units.rules.levels import CODE_LENGTHS, LEVEL_NAMES, RANK, ROOT_CODE, name_fault

HEADER = ("code", "name", "level", "parent_code")
#: faults listed at most; a file of the wrong kind has one in every row
MOST_FAULTS = 200

#: code, name, level, parent code ("00" for a province)
Division = tuple[str, str, str, str]
IN_FILE, AT_ROW = phrase(N_("文件：%(what)s")), phrase(N_("第 %(row)s 行：%(what)s"))
AT_CODE = phrase(N_("第 %(row)s 行（%(code)s）：%(what)s"))
HEAD, COLUMNS = phrase(N_("表头应为 %(wanted)s，现为 %(now)s")), phrase(N_("应有 4 列，现有 %(count)s 列"))
NONE, NONE_OF = N_("没有区划"), phrase(N_("没有省份 %(province)s 的区划"))
NO_CSV, ENCODING = phrase(N_("不是合格的 CSV：%(error)s")), phrase(N_("文字不是有效的 %(name)s 编码"))
TWICE = phrase(N_("代码重复，与第 %(row)s 行相同"))
LEVEL = phrase(N_("层级“%(level)s”不是 province、city、county、township、village 之一"))
CODE = phrase(N_("代码与层级不符：%(level)s区划代码应为 %(length)s 位数字"))
NO_PARENT, CIRCLE = phrase(N_("上级 %(parent)s 不在名单里，也不在系统里")), phrase(N_("上级关系成环：%(units)s"))
UNDER = phrase(N_("%(level)s单位不能放在%(above)s单位 %(parent)s 之下"))


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row; the header is row 1, and 0 stands for the whole file."""

    row: int
    code: str
    message: str

    def __str__(self) -> str:
        if not self.row:
            return IN_FILE(what=self.message)
        return AT_CODE(row=self.row, code=self.code, what=self.message) if self.code else AT_ROW(row=self.row, what=self.message)


@dataclass(frozen=True)
class Listing:
    """The rows of a list, the number of each in its file, and the faults of single rows."""

    rows: list[Division]
    numbers: list[int]
    faults: list[RowFault] = field(default_factory=list)


class DivisionsRefused(InvalidInput):
    """The list has faults; nothing of it has been loaded."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = list(faults)
        listed = "\n".join(str(fault) for fault in self.faults[:MOST_FAULTS])
        super().__init__(N_("区划名单有 %(count)s 处错误，没有导入任何数据：\n%(listed)s"), None,
                         count=len(self.faults), listed=listed)


def read_divisions(data: bytes, province: str = "") -> Listing:
    """The rows of a CSV or CSV.gz file in UTF-8 (with or without BOM) or GB18030, checked as far as the file
    alone allows; with `province` only those whose code begins so. Faults of single rows come with the listing, so
    that those between rows can be named beside them; a file that cannot be read raises DivisionsRefused."""
    text = _text(_unpacked(data))
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    if tuple(header) != HEADER:
        now = ",".join(header)[:80] or "空"
        raise DivisionsRefused([RowFault(1, "", HEAD(wanted=",".join(HEADER), now=now))])
    rows: list[Division] = []
    numbers: list[int] = []
    faults: list[RowFault] = []
    for number, cells in enumerate(_counted(reader, faults), start=2):
        if len(cells) != 4:
            if any(cells):
                faults.append(RowFault(number, cells[0], COLUMNS(count=len(cells))))
            continue
        code, name, level, parent = (cell.strip() for cell in cells)
        if province and not code.startswith(province):
            continue
        rows.append((code, name, level, parent or (ROOT_CODE if level == "province" else "")))
        numbers.append(number)
    faults += _row_faults(rows, numbers)
    if not rows and not faults:
        faults.append(RowFault(0, "", NONE_OF(province=province) if province else NONE))
    return Listing(rows, numbers, faults)


def _counted(reader: Iterable[list[str]], faults: list[RowFault]) -> Iterable[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        faults.append(RowFault(getattr(reader, "line_num", 0), "", NO_CSV(error=error)))


def _unpacked(data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DivisionsRefused([RowFault(0, "", N_("压缩文件不完整或已损坏"))]) from error


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DivisionsRefused(_broken_lines(data))


def _broken_lines(data: bytes) -> list[RowFault]:
    """The rows that cannot be read, in the encoding in which fewer of them are broken."""
    lines = data.split(b"\n")
    broken: dict[str, list[int]] = {}
    for encoding in ("utf-8", "gb18030"):
        broken[encoding] = [number for number, line in enumerate(lines, start=1)
                            if not _decodes(line, encoding)]
    encoding = min(broken, key=lambda name: len(broken[name]))
    return [RowFault(number, lines[number - 1].split(b",")[0].decode("ascii", "replace")[:20],
                     ENCODING(name=encoding.upper())) for number in broken[encoding]]


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _row_faults(rows: Sequence[Division], numbers: Sequence[int]) -> list[RowFault]:
    """Faults of rows by themselves, and duplicates; kept to a few operations a row."""
    faults: list[RowFault] = []
    first: dict[str, int] = {}
    for (code, name, level, parent), number in zip(rows, numbers, strict=True):
        if (CODE_LENGTHS.get(level) != len(code) or not code.isdigit() or not code.isascii()
                or code == ROOT_CODE or level == "country"):
            faults.append(RowFault(number, code, _code_fault(code, level)))
        if not name or not name.isalnum():  # nearly every name is letters alone
            fault = name_fault(name)
            if fault:
                faults.append(RowFault(number, code, fault))
        elif len(name) > 120:
            faults.append(RowFault(number, code, N_("名称超过 120 个字")))
        if not parent:
            faults.append(RowFault(number, code, N_("缺少上级代码")))
        if code in first:
            faults.append(RowFault(number, code, TWICE(row=first[code])))
        else:
            first[code] = number
    return faults


def _code_fault(code: str, level: str) -> str:
    if level not in CODE_LENGTHS or level == "country":
        return LEVEL(level=level)
    if not code:
        return N_("缺少代码")
    return CODE(level=LEVEL_NAMES[level], length=CODE_LENGTHS[level])


def tree_faults(listing: Listing, known: Mapping[str, str], taken: Collection[str] = ()) -> list[RowFault]:
    """Faults between rows: an unknown parent, a circle, a level that does not fit its parent's. `known` gives
    the level of divisions already there, `taken` the codes that units of another kind hold."""
    levels = {**known, **{code: level for code, _, level, _ in listing.rows if level in RANK}}
    parents = {code: parent for code, _, _, parent in listing.rows}
    faults: list[RowFault] = []
    for (code, _, level, parent), number in zip(listing.rows, listing.numbers, strict=True):
        if not parent or level not in RANK:
            continue  # a fault of the row itself, named already
        above = levels.get(parent)
        if above is None:
            faults.append(RowFault(number, code, NO_PARENT(parent=parent)))
        elif RANK[above] >= RANK[level]:
            circle = _circle(code, parents)
            faults.append(RowFault(number, code, CIRCLE(units=" → ".join(circle)) if circle else
                                   UNDER(level=LEVEL_NAMES[level], above=LEVEL_NAMES[above], parent=parent)))
        if code in taken:
            faults.append(RowFault(number, code, N_("代码已被另一类单位占用")))
    return faults


def _circle(code: str, parents: Mapping[str, str]) -> list[str]:
    passed = [code]
    here = parents.get(code)
    while here is not None and here not in passed:
        passed.append(here)
        here = parents.get(here)
    return [*passed[passed.index(here) :], here] if here is not None and here == code else []


def parents_first(rows: Sequence[Division]) -> list[Division]:
    """The rows with every parent before its children; a list in order, as lists are, stays as it is."""
    seen = set[str]()
    codes = {row[0] for row in rows}
    for code, _, _, parent in rows:
        if parent in codes and parent not in seen:
            return sorted(rows, key=lambda row: (RANK[row[2]], row[0]))
        seen.add(code)
    return list(rows)

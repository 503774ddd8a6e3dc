"""Finding identity numbers, bank cards, mobile numbers and numbers of other documents in what is about to become public.

A number is found in whatever digits it is written (half width, full width, any script's decimal digits, or the
Chinese 〇一二三 all through), and also where spaces, hyphens, dots or invisible signs stand between its digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stdnum.cn import ric

from core.privacy.masks import mask
from core.publicity.rules import document_numbers
from core.publicity.rules.digits import chinese_of, decimal_of
from core.publicity.rules.document_numbers import is_of_codes, promises, under_heading
from core.registry.rules.identity import birth_of, to_eighteen
from core.trail.redaction import is_bank_card

ID, CARD, PHONE = "id_number", "bank_card", "phone"
NAMES = {ID: "证件号", CARD: "银行卡号", PHONE: "手机号"}
#: fewer digits than a mobile number has are never a find
_SHORTEST, _LONGEST_GAP = 11, 3
#: a sum of money is no mobile number, however its digits are grouped
_SUM = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+")
_CROSSES = frozenset("XxＸｘ×✕✖хХΧχⅩⅹ")
_GAPS = frozenset(" \t\r\n\u3000\u00a0-‐‑‒–—－_.．·・•/／\\,，、:：|~～()（）[]")
#: how mobile numbers are written in groups
_PHONE_GROUPS = frozenset({(3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (3, 2, 3, 3), (3, 5, 3), (3, 4, 2, 2),
                           (5, 6), (6, 5), (3, 2, 2, 2, 2), (1, 10), (4, 7), (3, 3, 3, 2)})
#: provinces, behind a 9 those of foreigners' permits; 91 is abroad, 99 nowhere
_REGIONS = re.compile(r"9?(?:1[1-5]|2[123]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123])|9[19]")
_PHONE = re.compile(r"(?:0{0,2}86)?(1[3-9]\d{9})")
_CHECKED = re.compile(r"(?=(\d{17}[\dX]))")


@dataclass(frozen=True)
class Leak:
    """One find: where, what, and its mask (a message that repeats the number would leak it again)."""

    place: str
    kind: str
    shown: str = ""

    @property
    def sentence(self) -> str:
        """What a clerk reads: place and kind."""
        return f"{self.place}：{NAMES.get(self.kind, self.kind)}{f' {self.shown}' if self.shown else ''}"


@dataclass(frozen=True)
class _Group:
    """Digits without a gap between them, and where they stand in the text."""

    digits: str
    start: int
    end: int


def scan_text(text: str, place: str) -> list[Leak]:
    """What a text gives away, each number once."""
    return scan_cell(text, place, "")


def scan_cell(text: str, place: str, heading: str) -> list[Leak]:
    """The same of a cell of a table, which may be a number because of what stands above it."""
    found = dict.fromkeys((kind, number) for kind, number, _, _ in _finds(text, code=is_of_codes(heading)))
    if not found and heading and promises(heading) and (number := under_heading(text)):
        found[ID, number] = None
    return [Leak(place, kind, mask(kind, number)) for kind, number in found]


def scan_rows(labels: Sequence[str], rows: Iterable[Sequence[str]], first: int = 1) -> Iterator[Leak]:
    """What the cells of a table give away, each with its row and column."""
    for number, row in enumerate(rows, first):
        for label, cell in zip(labels, row, strict=True):
            if len(cell) >= _SHORTEST or document_numbers.may_hold(cell) or promises(label):
                yield from scan_cell(cell, f"第 {number} 行“{label}”", label)


def cover(text: str) -> str:
    """The text with every such number replaced by its mask, for what strangers write."""
    spans = sorted({(start, end, kind, number) for kind, number, start, end in _finds(text)})
    out, at = [], 0
    for start, end, kind, number in spans:
        if start >= at:
            out += [text[at:start], mask(kind, number)]
            at = end
    return "".join([*out, text[at:]])


def _finds(text: str, *, code: bool = False) -> Iterator[tuple[str, str, int, int]]:
    """Kind, number, start and end of every find."""
    spans = list[tuple[int, int]]()
    if len(text) >= _SHORTEST:
        for digits in (decimal_of, chinese_of):
            for run in _runs(text, digits):
                for find in _in_run(run):
                    if _SUM.fullmatch(text, *find[2:]):
                        continue
                    spans.append(find[2:])
                    yield find
    for number, start, end in document_numbers.finds(text, code=code):
        if all(end <= first or last <= start for first, last in spans):
            spans.append((start, end))
            yield ID, number, start, end


def _runs(text: str, digit_of: Callable[[str], str]) -> Iterator[list[_Group]]:
    """Groups of digits, those with only a short gap between them together. An X ends a group."""
    run: list[_Group] = []
    open_group, gap = False, 0
    for at, sign in enumerate(text):
        value = digit_of(sign) or ("X" if sign in _CROSSES and run else "")
        if value:
            if open_group:
                run[-1] = _Group(run[-1].digits + value, run[-1].start, at + 1)
            else:
                run.append(_Group(value, at, at + 1))
            open_group, gap = value != "X", 0
        elif unicodedata.category(sign) != "Cf":  # an invisible sign parts nothing
            open_group, gap = False, gap + 1
            if run and (sign not in _GAPS or gap > _LONGEST_GAP):
                yield run
                run = []
    if run:
        yield run


def _in_run(run: list[_Group]) -> Iterator[tuple[str, str, int, int]]:
    for group in run:
        yield from _alone(group)
    if len(run) > 1 and sum(len(group.digits) for group in run) >= _SHORTEST:
        yield from _together(run)


def _alone(group: _Group) -> Iterator[tuple[str, str, int, int]]:
    digits, plain = group.digits, group.digits.rstrip("X")
    where = (group.start, group.end)
    if len(plain) < _SHORTEST:
        return
    if _is_id(plain):  # the X behind it begins a word
        digits = plain
    if _is_id(digits) or (len(plain) == 15 and _is_old_id(plain)):
        yield ID, digits if _is_id(digits) else plain, *where
    elif len(digits) > 18:
        yield from ((ID, found[1], *where) for found in _CHECKED.finditer(digits) if _is_checked(found[1]))
    if not _is_id(digits) and _is_card(plain):
        yield CARD, plain, *where
    if phone := _PHONE.fullmatch(plain):
        yield PHONE, phone[1], *where


def _together(run: list[_Group]) -> Iterator[tuple[str, str, int, int]]:
    """Neighbouring groups that make up one number, the longest from each beginning. Sums and dates stand side by side
    as well, so that a find asks for the check digit, or for groups as people write them."""
    first = 0
    while first < len(run) - 1:
        found, beyond = None, first + 1
        digits = run[first].digits
        for last in range(first + 1, min(len(run), first + 20)):
            digits += run[last].digits
            if len(digits) > 21 or "X" in digits[:-1]:
                break
            sizes = tuple(len(group.digits) for group in run[first : last + 1])
            known = _read(digits, sizes)
            if known is None and digits.endswith("X"):  # the X may begin a word
                known = _read(digits[:-1], (*sizes[:-1], sizes[-1] - 1))
            if known is not None:
                found, beyond = (*known, run[first].start, run[last].end), last + 1
        if found is not None:
            yield found
        first = beyond


def _read(digits: str, sizes: tuple[int, ...]) -> tuple[str, str] | None:
    """Kind and number that these groups make up together."""
    if _is_checked(digits) or (sizes in ((6, 8, 4), (17, 1)) and _is_id(digits)):
        return ID, digits
    if _in_fours(sizes) and _is_card(digits):
        return CARD, digits
    return (PHONE, digits[-11:]) if _phone_groups(sizes, digits) else None


def _in_fours(sizes: tuple[int, ...]) -> bool:
    return set(sizes) == {1} or (sizes[:4] == (4, 4, 4, 4) and len(sizes) < 6 and sizes[-1] < 5)


def _phone_groups(sizes: tuple[int, ...], digits: str) -> bool:
    found = _PHONE.fullmatch(digits)
    if found is None:
        return False
    while sizes and sum(sizes) > _SHORTEST and len(digits) - _SHORTEST >= sizes[0]:
        digits, sizes = digits[sizes[0] :], sizes[1:]
    return set(sizes) == {1} or sizes in _PHONE_GROUPS or sizes == (_SHORTEST,)


def _is_id(number: str) -> bool:
    """A day of birth, and a region or the right check digit: a mistyped number still points at a person."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    return _is_born(number) and (_REGIONS.match(number) is not None or _is_checked(number))


def _is_checked(number: str) -> bool:
    return (len(number) == 18 and number[:17].isdigit() and _is_born(number)
            and ric.calc_check_digit(number) == number[17])


def _is_old_id(number: str) -> bool:
    return _REGIONS.match(number) is not None and _is_born(to_eighteen(number))


def _is_born(number: str) -> bool:
    born = birth_of(number)
    return born is not None and 1900 <= born.year <= 2100


def _is_card(number: str) -> bool:
    return number[:1] != "0" and is_bank_card(number)

"""Finding the numbers of passports, passes and permits in what is about to become public.

Such a number is short and looks like many a code of an office. It is found by its form alone where that is nobody
else's, and else right behind a word for a document (护照：…) or under a heading that promises such numbers. What a text
calls a code of something else (单号 E…), what begins with a year (H20160001), and what goes on as a code does (E…-2) is
left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from core.publicity.rules.digits import CHINESE, chinese_of, decimal_of
from core.registry.rules.documents import FORMS, normal_document

Find = tuple[str, int, int]
#: fewer signs, or fewer digits among them, are no number of a document
SHORTEST, DIGITS = 7, 4
_LONGEST_HEADING = 30
_YEAR = r"(?!19[89]|20[0-3])"
_EIGHT, _SEVEN = rf"[ -]?{_YEAR}(?:\d{{8}}|\d{{4}}[ -]\d{{4}})", rf"[ -]?{_YEAR}(?:\d{{7}}|\d{{4}}[ -]\d{{3}}|\d{{3}}[ -]\d{{4}})"
#: passes of Hong Kong and Macao, Chinese, Hong Kong and Macao passports, the permit of foreigners as it was until 2023,
#: an identity card of Hong Kong with its check sign
_BARE = re.compile("|".join((
    rf"[HM]{_EIGHT}(?:-?\d\d)?", rf"[EGDSPK]{_EIGHT}", rf"(?:E[A-HJ-NP-Z]|[DSP]E|KJ|M[AB]){_SEVEN}",
    rf"[A-Z]{{3}} ?{_YEAR}\d{{12}}", r"[A-Z]{1,2}\d{6}\([0-9A]\)")))
_WORD = "护照|身份证明?|身份证件|证件|通行证|台胞证|回乡证|居住证|居留(?:身份)?证|户口[簿薄本]"
_NAMED = re.compile(rf"(?:{_WORD})(?:的|\()?(?P<said>(?:证件)?(?:号码|编号|证号|码|号))?[是为]?[ :=(\[【“\"'、,]{{0,4}}(?=[0-9A-Z])")
_WHOLE = re.compile(r"[0-9A-Z]{7,18}(?:\([0-9A]\))?(?![0-9A-Z])")
_PARTS = re.compile(r"[0-9A-Z]{1,8}(?:[ ()-]{1,2}[0-9A-Z]{1,8}){1,17}\)?")
_DAY = re.compile(r"(?:19|20)\d\d[ -]?(?:0?[1-9]|1[0-2])[ -]?(?:0?[1-9]|[12]\d|3[01])")
#: what makes plain digits a sum or a count
_COUNTED = re.compile(r"\.\d|,\d{3}(?!\d)| ?[元份人张个户本台件吨万亿%]")
_CODE_BEFORE = re.compile(r"(?:[0-9A-Z]-|(?:(?:[单票批文型款货机账卡编]|学籍|流水|合同|凭证|订单)号码?|代码|合同|凭证)[ :：(（]{0,3})$")
_HEADING = re.compile(rf"(?:{_WORD})(?![类种])")
_NO_NUMBERS = re.compile(r"[后末]\S{1,3}位|类型|种类|类别|份数|数量|复印|情况|有无|是否|名称|日期|期限|地址")
_OF_CODES = re.compile(r"[编单票批文型货机账卡]号|代码|流水|合同|凭证|学籍号")
#: a heading of anything else ends what stood under the one before
_OTHER_HEADING = re.compile(r"(?:姓名|金额|数量|日期|时间|备注|名称|[编单序]号|类[别型]|地址|单位|学校|[年班]级|电话|用途|元[）)])$")
#: characters as in 军字第…号 count where there are digits enough
_UNDER = re.compile(r"[0-9A-Z]{5,18}|(?=(?:\D*\d){4})[0-9A-Z\u4e00-\u9fff]{5,17}")
#: what a text must have to be looked at: a letter and near it a digit, or a word for a document
_SUSPECT = re.compile(rf"[A-Za-zＡ-Ｚａ-ｚ]\W{{0,3}}[\d{''.join(CHINESE)}]|证|照|户口")
_SHAPES = re.compile("|".join((*(f"(?:{form.pattern})" for kind, form in FORMS.items() if form.pattern and kind != "other"),
                               r"\d{15}", r"\d{17}[\dX]")))
_DASHES = dict.fromkeys("‐‑‒–—－−_", "-")


def finds(text: str, *, code: bool = False) -> Iterator[Find]:
    """Number, start and end of every find in a running text. `code`: the text is said to be a code of something else."""
    if not may_hold(text):
        return
    for digit_of in (decimal_of, chinese_of) if any(sign in CHINESE for sign in text) else (decimal_of,):
        plain, places = _plain(text, digit_of)
        for number, start, end in (*_named(plain), *(() if code else _bare(plain))):
            yield number, places[start], places[end - 1] + 1


def may_hold(text: str) -> bool:
    """Whether a text is worth being looked through."""
    return len(text) >= SHORTEST and _SUSPECT.search(text) is not None


@lru_cache(512)
def promises(heading: str) -> bool:
    """Whether a heading of a table says that numbers of documents stand below it."""
    return len(heading) <= _LONGEST_HEADING and _HEADING.search(heading) is not None and _NO_NUMBERS.search(heading) is None


@lru_cache(512)
def is_of_codes(heading: str) -> bool:
    """Whether a heading says that codes of something else stand below it."""
    return _OF_CODES.search(heading) is not None and not promises(heading)


def under_heading(text: str) -> str:
    """The number in a cell under a heading that promises one, or empty."""
    plain = _plain(text, decimal_of)[0]
    number = "" if "*" in plain else normal_document(plain)
    return number if _UNDER.fullmatch(number) and any(map(str.isdigit, number)) else ""


class Headings:
    """Of a table whose headings stand among its cells: under which of them a cell stands."""

    def __init__(self) -> None:
        self._over: dict[int, str] = {}

    def over(self, column: int, text: str) -> str:
        """The heading over a cell, which may be one itself."""
        short = text.strip()
        if len(short) <= _LONGEST_HEADING and not any(map(str.isdigit, short)):
            if promises(short) or is_of_codes(short):
                self._over[column] = short
            elif _OTHER_HEADING.search(short):
                self._over.pop(column, None)
        return self._over.get(column, "")


def _named(plain: str) -> Iterator[Find]:
    """Numbers right behind a word for a document."""
    for word in _NAMED.finditer(plain):
        start = word.end()
        end = _end(plain, start)
        written = plain[start:end]
        letters = any(sign.isalpha() for sign in written)
        day = _DAY.fullmatch(written) is not None and not (word["said"] and written.isdigit())
        if written and not day and (letters or not _COUNTED.match(plain, end)):
            yield normal_document(written), start, end


def _end(plain: str, start: int) -> int:
    """Where the number ends that begins here: all signs without a gap, or else as many groups as make up a number."""
    whole = _WHOLE.match(plain, start)
    if whole is not None and _is_shaped(whole[0]):
        return whole.end()
    parts = _PARTS.match(plain, start)
    ends = [start + one.end() for one in re.finditer(r"[0-9A-Z]+\)?", parts[0])] if parts else []
    return next((end for end in reversed(ends) if _is_shaped(plain[start:end])), start)


def _bare(plain: str) -> Iterator[Find]:
    """Numbers whose form is nobody else's."""
    for found in _BARE.finditer(plain):
        start, end = found.span()
        apart = not (_is_sign(plain[start - 1 : start]) or _is_sign(plain[end : end + 1]))
        goes_on = plain[end : end + 1] == "-" and _is_sign(plain[end + 1 : end + 2])
        if apart and not goes_on and not _CODE_BEFORE.search(plain[max(start - 8, 0) : start]):
            yield normal_document(found[0]), start, end


def _is_sign(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def _is_shaped(written: str) -> bool:
    number = normal_document(written)
    return len(number) >= SHORTEST and sum(map(str.isdigit, number)) >= DIGITS and _SHAPES.fullmatch(number) is not None


def _plain(text: str, digit_of: Callable[[str], str]) -> tuple[str, list[int]]:
    """The text in narrow capitals without invisible signs, and where each of its signs stands in the original."""
    signs, places = list[str](), list[int]()
    for at, sign in enumerate(text):
        if sign.isascii():
            plain = " " if sign in "\t\r\n" else _DASHES.get(sign, sign.upper())
        elif unicodedata.category(sign) == "Cf":
            continue
        else:
            narrow = unicodedata.normalize("NFKC", sign)
            plain = digit_of(sign) or _DASHES.get(sign) or (narrow.upper() if len(narrow) == 1 and narrow.isascii() else sign)
        signs.append(plain)
        places.append(at)
    return "".join(signs), places

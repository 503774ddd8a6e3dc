"""How text of each kind is tidied, read and judged, as polars expressions.

There is one set of rules: a form or the API asks them about a frame of one row, an import about a million.
Nothing is guessed: what could mean two things is refused with a message that says how to write it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Integer, Numeric, SmallInteger, String

from core.errors import N_
from core.extensions import Yuan
from core.extensions.phrases import Phrase, phrase
from core.host.ledgers import Field, Ledger

Expr = pl.Expr
UNSTORABLE = phrase(N_("%(label)s含有不能保存的字符，请删去后重填"))
TOO_LONG = phrase(N_("%(label)s最多 %(most)s 个字"))
TOO_SHORT = phrase(N_("%(label)s至少 %(least)s 个字"))
WRONG_FORM = phrase(N_("%(label)s的写法不对"))
NO_NAME = phrase(N_("%(label)s里不能有数字、星号或标点"))
TOO_SMALL, TOO_BIG = phrase(N_("%(label)s不能小于 %(least)s")), phrase(N_("%(label)s不能大于 %(most)s"))
TOO_LITTLE, TOO_MUCH = phrase(N_("%(label)s不能小于 %(least)s%(measure)s")), phrase(N_("%(label)s不能大于 %(most)s%(measure)s"))
NO_INTEGER = phrase(N_("%(label)s须是整数，如 12"))
NO_NUMBER = phrase(N_("%(label)s须是数字，最多 %(places)s 位小数，如 %(example)s"))
NO_HALF_NUMBER = phrase(N_("%(label)s须是半角数字，最多 %(places)s 位小数，如 %(example)s"))
NO_DAY = phrase(N_("%(label)s须是日期并写到日，如 2015-09-01"))
TOO_EARLY, TOO_LATE = phrase(N_("%(label)s不能早于 %(least)s")), phrase(N_("%(label)s不能晚于 %(most)s"))
NO_MONTH = phrase(N_("%(label)s须写到月，如 2015-09"))
FAR_MONTH = phrase(N_("%(label)s不在 1900 年到 2100 年之间"))
NO_CHOICE = phrase(N_("%(label)s须是其中之一：%(named)s")), phrase(N_("%(label)s须是其中之一：%(named)s等"))
NO_CHOICES = phrase(N_("%(label)s须从这些里选，用顿号分开：%(named)s")), phrase(N_("%(label)s须从这些里选，用顿号分开：%(named)s等"))
NO_YES = phrase(N_("%(label)s须填“是”或“否”"))
NOT_FOUND = phrase(N_("没有找到这个%(label)s，或者它不在您的范围内"))
NO_ID_NUMBER = phrase(N_("%(label)s须是 18 位（或旧的 15 位）号码；带星号的掩码不能填"))
NO_DOCUMENT_NUMBER = phrase(N_("%(label)s只能是字母、数字或汉字，4 至 18 位；带星号的掩码不能填"))
NO_BIRTH = phrase(N_("%(label)s中的出生日期不对，请核对第 7 至 14 位"))
NO_CHECK_SIGN = phrase(N_("%(label)s的校验码不对，请逐位核对"))
NO_PHONE = phrase(N_("%(label)s须是 11 位手机号，或带区号的座机号"))
NO_CARD = phrase(N_("%(label)s须是 12 至 25 位数字；带星号的掩码不能填"))
NO_REGISTER_NUMBER = phrase(N_("%(label)s须是字母加 15 至 19 位号码；带星号的掩码不能填"))
NO_SCHOOL_YEAR = phrase(N_("%(label)s须写作 2016-2017 或 2016"))
FAR_SCHOOL_YEAR = phrase(N_("%(label)s不在 1950 年到 2100 年之间"))
NO_TERM = phrase(N_("%(label)s须填“秋季学期”或“春季学期”"))
#: what stands around a value without meaning anything: white space, full-width and no-break spaces, marks of order
AROUND = " \t\r\n\v\f\u00a0\u3000\u200b\u200e\u200f\ufeff\u2002\u2003"
_FULL = [chr(code) for code in range(0xFF01, 0xFF5F)] + ["\u3000"]
_HALF = [chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)] + [" "]
UNSAFE = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
YES = ("是", "有", "√", "1", "y", "Y", "yes", "true", "True", "TRUE", "对")
NO = ("否", "无", "没有", "×", "0", "n", "N", "no", "false", "False", "FALSE", "不是")
TERMS = {1: ("1", "一", "上", "上学期", "第一学期", "秋", "秋季", "秋季学期"),
         2: ("2", "二", "下", "下学期", "第二学期", "春", "春季", "春季学期")}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOST_NAMED = 12
_HAN = r"[\x{3400}-\x{9FFF}\x{20000}-\x{3FFFF}〇·]"


@dataclass(frozen=True)
class Rules:
    """`tidy` makes the text plain, `value` reads it (null: it cannot be read), `unread` says so; `faults` are
    further conditions on text and value, each with its message; `dtype` is the value's type."""

    tidy: Callable[[Expr], Expr]
    value: Callable[[Expr], Expr]
    unread: str
    dtype: Any
    #: (condition on the tidy text and the value, message)
    faults: tuple[tuple[Callable[[Expr, Expr], Expr], str], ...] = ()


def trimmed(text: Expr) -> Expr:
    """Without what stands around it; nothing left is null."""
    text = text.str.strip_chars(AROUND)
    return pl.when(text != "").then(text)


def half(text: Expr) -> Expr:
    """Digits, letters and signs in half width."""
    return text.str.replace_many(_FULL, _HALF)


def _plain(text: Expr) -> Expr:
    return trimmed(half(trimmed(text)))


def _one_line(text: Expr) -> Expr:
    return trimmed(text).str.replace_all(r"[\r\n\t]+", " ")


def _closed(text: Expr) -> Expr:
    """Numbers people group with spaces or hyphens."""
    return trimmed(_plain(text).str.replace_all(r"[\s\-]+", "").str.to_uppercase())


def _without_parentheses(text: Expr) -> Expr:
    return trimmed(_closed(text).str.replace_all("[()]", ""))


def _name_tidy(text: Expr) -> Expr:
    text = _one_line(text).str.replace_all("[•・･‧∙⋅]", "·").str.replace_all(r"\s*·\s*", "·")
    close = text.str.replace_all(r"[\s\x{3000}]+", "")
    return pl.when(close.str.contains(f"^{_HAN}+$")).then(close).otherwise(text)


_AT_ENDS = f"^$|^[{AROUND}]|[{AROUND}]$"
#: a way of tidying → what a text has that it may change; nearly all texts have none of it, and asking is quicker
UNTIDY: Mapping[Callable[[Expr], Expr], str] = {
    trimmed: _AT_ENDS, _one_line: rf"{_AT_ENDS}|[\r\n\t]", _plain: rf"{_AT_ENDS}|[\x{{FF01}}-\x{{FF5E}}\x{{3000}}]",
    _closed: "^$|[^0-9A-Z]", _without_parentheses: "^$|[^0-9A-Z]", _name_tidy: r"^$|[^\x{4E00}-\x{9FFF}0-9A-Za-z]",
}


def rules_of(ledger: Ledger, field: Field, found: Mapping[str, Any] | None = None) -> Rules:
    """The rules of one field. `found` is what the finder answered for kinds that name something else."""
    made = _MAKERS[field.kind](ledger, field)
    if field.kind in ("unit", "person", "household"):
        made = _reference(field, found or {})
    return made


def _column(ledger: Ledger, field: Field) -> Any:
    column = ledger.model.__table__.columns.get(field.name)
    return None if column is None else column.type


def _text(ledger: Ledger, field: Field) -> Rules:
    note = field.kind == "note"
    length = getattr(_column(ledger, field), "length", None) if isinstance(_column(ledger, field), String) else None
    most = field.most or length or (2000 if note else 200)
    return Rules(trimmed if note else _one_line, lambda text: text, "", pl.String, (
        *_characters(field.label), *_lengths(field.label, field.least, most), *_pattern(field)))


def _characters(label: str) -> tuple[tuple[Callable[[Expr, Expr], Expr], str], ...]:
    return ((lambda text, _: text.str.contains(UNSAFE), UNSTORABLE(label=label)),)


def _lengths(label: str, least: int | None, most: int) -> tuple[tuple[Callable[[Expr, Expr], Expr], str], ...]:
    bounds: list[tuple[Callable[[Expr, Expr], Expr], str]] = [
        (lambda text, _: text.str.len_chars() > most, TOO_LONG(label=label, most=most))]
    if least:
        bounds.append((lambda text, _: text.str.len_chars() < least, TOO_SHORT(label=label, least=least)))
    return tuple(bounds)


def _pattern(field: Field) -> tuple[tuple[Callable[[Expr, Expr], Expr], str], ...]:
    if not field.pattern:
        return ()
    whole = f"^(?:{field.pattern})$"
    return ((lambda text, _: ~text.str.contains(whole), field.pattern_hint or WRONG_FORM(label=field.label)),)


def _name(ledger: Ledger, field: Field) -> Rules:
    length = getattr(_column(ledger, field), "length", None)
    return Rules(_name_tidy, lambda text: text, "", pl.String, (
        *_characters(field.label),
        (lambda text, _: text.str.contains(r"[0-9０-９*＊?？,，;；/\\|()（）<>]"), NO_NAME(label=field.label)),
        *_lengths(field.label, field.least or 2, min(field.most or 50, length or 50)), *_pattern(field)))


def _bounds(field: Field, least: Any, most: Any, measure: str = "") -> tuple[tuple[Callable[[Expr, Expr], Expr], str], ...]:
    bounds: list[tuple[Callable[[Expr, Expr], Expr], str]] = []
    small, big = (TOO_LITTLE, TOO_MUCH) if measure else (TOO_SMALL, TOO_BIG)
    if least is not None:
        bounds.append((lambda _, value: value < pl.lit(least), small(label=field.label, least=least, measure=measure)))
    if most is not None:
        bounds.append((lambda _, value: value > pl.lit(most), big(label=field.label, most=most, measure=measure)))
    return tuple(bounds)


def _integer(ledger: Ledger, field: Field) -> Rules:
    small = isinstance(_column(ledger, field), SmallInteger)
    reach = 32767 if small else 2147483647

    def value(text: Expr) -> Expr:
        read = text.str.extract(r"^([+-]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}))(?:\.0+)?$", 1)
        number = read.str.replace_all(",", "").str.strip_prefix("+").cast(pl.Int64, strict=False)
        return pl.coalesce(number, _mapped(text, dict(field.words), pl.Int64)) if field.words else number

    least = field.least if field.least is not None else -reach
    most = field.most if field.most is not None else reach
    return Rules(_plain, value, NO_INTEGER(label=field.label), pl.Int64, _bounds(field, least, most))


def places_of(ledger: Ledger, field: Field) -> int:
    """How many decimal places a number of this field keeps."""
    kind = _column(ledger, field)
    if field.kind == "yuan" or isinstance(kind, Yuan):
        return 2
    return (kind.scale if isinstance(kind, Numeric) and kind.scale is not None else 4)


def _decimal(ledger: Ledger, field: Field) -> Rules:
    places = places_of(ledger, field)

    def value(text: Expr) -> Expr:
        form = rf"^([+-]?(?:[0-9]{{1,12}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}})(?:\.[0-9]{{1,{max(places, 1)}}})?)0*$"
        read = text.str.extract(form, 1).str.replace_all(",", "").str.strip_prefix("+")
        return read.cast(pl.Decimal(18, places), strict=False)

    said = NO_HALF_NUMBER if field.half_width else NO_NUMBER
    unread = said(label=field.label, places=places, example="1234.50" if places == 2 else "36.5")
    tidy = trimmed if field.half_width else _plain
    return Rules(tidy, value, unread, pl.Decimal(18, places), _bounds(field, field.least, field.most, field.measure))


def _day(text: Expr) -> Expr:
    written = r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
    packed = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
    parts = [pl.coalesce(text.str.extract(written, at), text.str.extract(packed, at)).str.zfill(2) for at in (1, 2, 3)]
    return pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)


def _date(ledger: Ledger, field: Field) -> Rules:
    least, most = field.least or FIRST_DAY, field.most or LAST_DAY
    return Rules(_plain, _day, NO_DAY(label=field.label), pl.Date, (
        (lambda _, value: value < pl.lit(least), TOO_EARLY(label=field.label, least=least)),
        (lambda _, value: value > pl.lit(most), TOO_LATE(label=field.label, most=most))))


def _month(ledger: Ledger, field: Field) -> Rules:
    def value(text: Expr) -> Expr:
        written, packed = r"^([0-9]{4})[-/.年]([0-9]{1,2})月?$", r"^([0-9]{4})([0-9]{2})$"
        first = r"^([0-9]{4})-([0-9]{2})-01(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
        year, month = (pl.coalesce(*(text.str.extract(form, at) for form in (written, packed, first))).str.zfill(2)
                       for at in (1, 2))
        day = pl.concat_str([year, month, pl.lit("01")], separator="-").str.to_date("%Y-%m-%d", strict=False)
        return day.dt.strftime("%Y-%m")

    return Rules(_plain, value, NO_MONTH(label=field.label), pl.String, (
        (lambda _, value: (value < "1900-01") | (value > "2100-12"), FAR_MONTH(label=field.label)),))


def _mapped(text: Expr, known: Mapping[str, Any], dtype: Any) -> Expr:
    return text.replace_strict(list(known), list(known.values()), default=None, return_dtype=dtype) if known else (
        pl.lit(None, dtype))


def words_of(field: Field) -> dict[str, str]:
    """Every way to write a choice → its value; the value itself goes before another's label."""
    return dict(field.synonyms) | {label: value for value, label in field.choices} | {value: value for value, _ in field.choices}


def _none_of(field: Field, phrases: tuple[Phrase, Phrase]) -> str:
    """What may be chosen, or of many the first."""
    labels, (whole, begun) = [label for _, label in field.choices], phrases
    return (begun if len(labels) > _MOST_NAMED else whole)(label=field.label, named="、".join(labels[:_MOST_NAMED]))


def _choice(ledger: Ledger, field: Field) -> Rules:
    return Rules(_one_line, lambda text: _mapped(text, words_of(field), pl.String), _none_of(field, NO_CHOICE), pl.String)


def _choices(ledger: Ledger, field: Field) -> Rules:
    def value(text: Expr) -> Expr:
        parts = text.str.replace_all(r"[，,;；/\s、]+", "、").str.strip_chars("、").str.split("、")
        read = parts.list.eval(_mapped(pl.element(), words_of(field), pl.String))
        whole = ~read.list.eval(pl.element().is_null()).list.any()
        return pl.when(whole).then(read.list.unique(maintain_order=True))

    return Rules(_one_line, value, _none_of(field, NO_CHOICES), pl.List(pl.String))


def _yes_no(ledger: Ledger, field: Field) -> Rules:
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    return Rules(_plain, lambda text: _mapped(text, known, pl.Boolean), NO_YES(label=field.label), pl.Boolean)


def _reference(field: Field, found: Mapping[str, Any]) -> Rules:
    there = {text: str(answer) for text, answer in found.items() if not isinstance(answer, str)}
    wrong = {text: answer for text, answer in found.items() if isinstance(answer, str)}
    faults = tuple((_among([text for text, said in wrong.items() if said == message]), message)
                   for message in dict.fromkeys(wrong.values()))
    return Rules(_one_line, lambda text: _mapped(text, there, pl.String), NOT_FOUND(label=field.label),
                 pl.String, faults)


def _among(texts: list[str]) -> Callable[[Expr, Expr], Expr]:
    return lambda text, _: text.is_in(texts)


def _id_number(ledger: Ledger, field: Field) -> Rules:
    if field.document:
        return Rules(_without_parentheses, _document_number, NO_DOCUMENT_NUMBER(label=field.label), pl.String)
    return Rules(_closed, _citizen_number, NO_ID_NUMBER(label=field.label), pl.String, citizen_faults(field.label))


def _document_number(text: Expr) -> Expr:
    """A number whose kind of document another field tells, and the checks of the ledger with it."""
    return pl.coalesce(_citizen_number(text), text.str.extract(r"^([A-Z0-9\x{4E00}-\x{9FFF}]{4,18})$", 1))


def _citizen_number(text: Expr) -> Expr:
    """One of 18 signs, or the 18 signs of one of 15."""
    old = text.str.contains("^[1-9][0-9]{14}$")
    wide = text.str.slice(0, 6) + pl.lit("19") + text.str.slice(6, 9)
    return (pl.when(text.str.contains("^[1-9][0-9]{16}[0-9X]$")).then(text)
            .when(old).then(wide + _check_sign(wide)))


def citizen_faults(label: str) -> tuple[tuple[Callable[[Expr, Expr], Expr], str], ...]:
    """What may be wrong with a number of 18 signs (GB 11643): its birthday, and its check sign."""
    def no_day(text: Expr, value: Expr) -> Expr:
        day = value.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        return day.is_null() | (day < pl.lit(FIRST_DAY)) | (day > pl.lit(LAST_DAY))

    return ((no_day, NO_BIRTH(label=label)),
            (lambda _, value: value.str.slice(17, 1) != _check_sign(value), NO_CHECK_SIGN(label=label)))


def _check_sign(number: Expr) -> Expr:
    """The last sign of GB 11643 for the first seventeen digits."""
    total = pl.sum_horizontal(number.str.slice(at, 1).cast(pl.Int32, strict=False) * weight
                              for at, weight in enumerate(_WEIGHTS))
    return (total % 11).replace_strict(list(range(11)), list("10X98765432"), default=None, return_dtype=pl.String)


def _phone(ledger: Ledger, field: Field) -> Rules:
    def value(text: Expr) -> Expr:
        return pl.coalesce(text.str.extract(r"^(?:\+?(?:00)?86)?(1[3-9][0-9]{9})$", 1), text.str.extract("^(0[0-9]{9,11})$", 1))

    return Rules(_closed, value, NO_PHONE(label=field.label), pl.String)


def _bank_card(ledger: Ledger, field: Field) -> Rules:
    return Rules(_closed, lambda text: text.str.extract("^([0-9]{12,25})$", 1),
                 NO_CARD(label=field.label), pl.String)


def _register_number(ledger: Ledger, field: Field) -> Rules:
    return Rules(_closed, lambda text: text.str.extract("^([A-Z]{0,2}[0-9]{14,18}[0-9X])$", 1),
                 NO_REGISTER_NUMBER(label=field.label), pl.String)


def _school_year(ledger: Ledger, field: Field) -> Rules:
    def value(text: Expr) -> Expr:
        form = r"^([0-9]{4})(?:\s*[-—–~至/]+\s*([0-9]{4}))?\s*(?:学年度?)?$"
        first = text.str.extract(form, 1).cast(pl.Int64, strict=False)
        second = text.str.extract(form, 2).cast(pl.Int64, strict=False)
        return pl.when(second.is_null() | (second == first + 1)).then(first)

    return Rules(_plain, value, NO_SCHOOL_YEAR(label=field.label), pl.Int64, (
        (lambda _, value: (value < 1950) | (value > 2100), FAR_SCHOOL_YEAR(label=field.label)),))


def _term(ledger: Ledger, field: Field) -> Rules:
    known = {word: term for term, words in TERMS.items() for word in words}
    return Rules(_plain, lambda text: _mapped(text, known, pl.Int64), NO_TERM(label=field.label), pl.Int64)


def _unfound(ledger: Ledger, field: Field) -> Rules:
    return _reference(field, {})


_MAKERS: Mapping[str, Callable[[Ledger, Field], Rules]] = {
    "text": _text, "note": _text, "name": _name, "integer": _integer, "decimal": _decimal, "yuan": _decimal, "date": _date,
    "month": _month, "choice": _choice, "choices": _choices, "yes_no": _yes_no, "unit": _unfound, "person": _unfound,
    "household": _unfound, "id_number": _id_number, "phone": _phone, "bank_card": _bank_card,
    "register_number": _register_number, "school_year": _school_year, "term": _term,
}
#: the wider kind of a column, for typed literals
INTEGERS = (Integer, SmallInteger)

"""Identity documents by kind: which form their numbers have, and what a number says of its holder.

The kinds are those of the national register of pupils (身份证件类型: 居民身份证, 香港/澳门特区护照或身份证明,
台湾居民来往大陆通行证, 境外永久居住证, 护照, 户口簿, 其他) with the passes and residence permits that pupils from
Hong Kong, Macao, Taiwan and abroad hold today.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import N_
from core.registry.rules.identity import normal_id, read_id
from core.registry.rules.words import ID_KINDS

CITIZEN, NONE = "citizen", "none"
#: built as GB 11643 says: the birthday at the seventh place, the check sign at the eighteenth
EIGHTEEN = "[1-9][0-9]{16}[0-9X]"
_EIGHTEEN = re.compile(EIGHTEEN)
_PARENTHESES = re.compile("[()（）]")
#: a whole number has at least so many signs, and so many of them are digits; no name has any
_SIGNS, _DIGITS = 7, 4
#: the number of a pass to the mainland as a card shows it, with how often it was renewed (公安部出入境管理局 2010-03-10)
_RENEWED = re.compile("[HM][0-9]{10}")


@dataclass(frozen=True)
class Form:
    """How the numbers of a kind look: `pattern` is common to Python and RE2 and empty where there is no number, `wrong`
    is said of a number that does not look so. With `strict` eighteen signs must have the birthday and check sign of
    GB 11643; with `sexed` their seventeenth tells the sex."""

    pattern: str
    wrong: str
    strict: bool = False
    sexed: bool = False


FORMS: Mapping[str, Form] = {
    CITIZEN: Form(EIGHTEEN, N_("居民身份证的证件号须是 18 位（或旧的 15 位）号码，请核对“证件类型”（不填就是居民身份证）和“证件号”两格"),
                  strict=True, sexed=True),
    "booklet": Form(EIGHTEEN, N_("户口簿的证件号须是簿上的 18 位公民身份号码，请核对“证件类型”和“证件号”两格"), strict=True, sexed=True),
    "stay_hk_mo": Form("8[12]0000[0-9]{11}[0-9X]",
                       N_("港澳居民居住证的证件号须是 810000 或 820000 开头的 18 位号码，请核对“证件类型”和“证件号”两格"),
                       strict=True, sexed=True),
    "stay_tw": Form("830000[0-9]{11}[0-9X]", N_("台湾居民居住证的证件号须是 830000 开头的 18 位号码，请核对“证件类型”和“证件号”两格"),
                    strict=True, sexed=True),
    "pass_hk_mo": Form("[HM][0-9]{8}",
                       N_("港澳居民来往内地通行证的证件号须是 H 或 M 加 8 位数字，不写末两位换证次数，请核对“证件类型”和“证件号”两格")),
    "pass_tw": Form("[0-9]{8}", N_("台湾居民来往大陆通行证的证件号须是 8 位数字，不写签发次数，请核对“证件类型”和“证件号”两格")),
    "hk": Form("[A-Z]{1,2}[0-9]{6}[0-9A]|[A-Z]{1,2}[0-9]{7,8}",
               N_("香港特区护照/身份证明的证件号须是 1 至 2 个字母加 7 至 8 位，请核对“证件类型”和“证件号”两格")),
    "mo": Form("[157][0-9]{7}|M[A-Z]?[0-9]{7,8}",
               N_("澳门特区护照/身份证明的证件号须是 8 位数字，或 M 开头的护照号，请核对“证件类型”和“证件号”两格")),
    "passport": Form("[A-Z]{0,3}[0-9][A-Z0-9]{4,11}", N_("护照的证件号须是 5 至 15 位字母和数字，请核对“证件类型”和“证件号”两格")),
    "settled": Form("[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]",
                    N_("外国人永久居留身份证的证件号须是 9 开头的 18 位，或旧证的 3 个字母加 12 位数字，请核对“证件类型”和“证件号”两格"),
                    strict=True),
    "abroad": Form("[A-Z0-9]{5,14}", N_("境外永久居住证的证件号须是 5 至 14 位字母和数字，请核对“证件类型”和“证件号”两格")),
    "other": Form("[A-Z0-9\u4e00-\u9fff]{4,17}", N_("其他证件的证件号须是 4 至 17 位字母、数字或汉字，请核对“证件类型”和“证件号”两格")),
    NONE: Form("", N_("证件类型填的是无证件，证件号却不是空的，请核对“证件类型”和“证件号”两格")),
}
#: other words people write for a kind
_SAID: Mapping[str, str] = {
    CITIZEN: "身份证 二代身份证 第二代居民身份证 中华人民共和国居民身份证 公民身份证", "booklet": "户口薄 户口本 居民户口簿",
    "pass_hk_mo": "回乡证 港澳居民往来内地通行证", "pass_tw": "台胞证 台湾居民往来大陆通行证",
    "hk": "香港特区护照 香港身份证 香港特别行政区护照",
    "mo": "澳门特区护照 澳门身份证 澳门特别行政区护照", "passport": "外国护照 中国护照 普通护照", "settled": "外国人永久居留证",
    "other": "其他 其它 其它证件", NONE: "无 没有 暂无",
}
#: the codes of the national register, as its lists write them before the words: 1-居民身份证
_CODED = {CITIZEN: "1", "hk": "6", "mo": "7", "pass_tw": "8", "abroad": "9", "passport": "A", "booklet": "B", "other": "Z"}
SYNONYMS = (*((word, kind) for kind, words in _SAID.items() for word in words.split()),
            *((f"{_CODED[kind]}-{word}", kind) for kind, word in ID_KINDS if kind in _CODED), ("Z-其他", "other"))


@dataclass(frozen=True)
class Document:
    """What the number of a document says: `message` is what is wrong with it, or empty."""

    number: str
    message: str = ""
    birth_on: dt.date | None = None
    sex: str = ""


def normal_document(text: str) -> str:
    """A number without spaces, hyphens and parentheses, half width and in upper case."""
    return normal_id(_PARENTHESES.sub("", text))


def read_document(kind: str, text: str) -> Document:
    """Check the number of a document of this kind; a citizen's of 15 digits is brought to 18."""
    form, number = FORMS[kind or CITIZEN], normal_document(text)
    citizen = read_id(number)
    if not form.strict or not _EIGHTEEN.fullmatch(citizen.number):
        return Document(number, "" if re.fullmatch(form.pattern, number) else form.wrong)
    if not re.fullmatch(form.pattern, citizen.number):
        return Document(citizen.number, form.wrong)
    if citizen.fault:
        return Document(citizen.number, citizen.message)
    return Document(citizen.number, "", citizen.birth_on, citizen.sex if form.sexed else "")


def beyond_doubt(text: str) -> bool:
    """Whether a number begins with letters as no citizen's does and looks like that of a pass, a passport or a permit
    for foreigners: then it needs no word of its kind."""
    return any(re.fullmatch(pattern, normal_document(text)) for pattern in
               (FORMS["pass_hk_mo"].pattern, "[A-Z]{1,2}[0-9]{7,8}", "[A-Z]{3}[0-9]{12}"))


def wanted_numbers(text: str) -> tuple[str, ...]:
    """The forms under which an entered number may be stored; empty where the text is no number at all."""
    number = normal_document(text)
    if len(number) < _SIGNS or not number.isalnum() or not number.isascii() or sum(map(str.isdigit, number)) < _DIGITS:
        return ()
    citizen = read_id(number)
    found = [number if citizen.fault else citizen.number]
    if _RENEWED.fullmatch(number):
        found.append(number[:-2])
    return tuple(found)

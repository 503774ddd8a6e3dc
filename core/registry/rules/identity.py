"""Citizen numbers (GB 11643-1999) and pupils' register numbers (学籍号)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from core.errors import N_

_SPACES = re.compile(r"[\s\-‐‑–—'‘’`\u200b-\u200f\ufeff]+")
#: what people type for the last X: the multiplication sign, Cyrillic and Greek letters, an asterisk
_CROSSES = str.maketrans("×✕✖хХΧχ*", "XXXXXXXX")
_OLD = re.compile(r"\d{15}")
_FULL = re.compile(r"\d{17}[\dX]")
_REGISTER = re.compile(r"([GJL])(\d{17}[\dX])")
EARLIEST = dt.date(1880, 1, 1)

FAULTS = {
    "length": N_("证件号应为 18 位（旧证 15 位），现为 %(length)d 位"),
    "characters": N_("证件号只能是数字，最后一位可以是 X"),
    "checksum": N_("证件号末位校验不符，请核对是否抄错"),
    "birth": N_("证件号中的出生日期不存在"),
    "region": N_("证件号前六位不是任何年份的行政区划"),
    "register": N_("学籍号应为 G（正式）、L（临时）或 J（无证件号）加 18 位证件号样式"),
}


@dataclass(frozen=True)
class Citizen:
    """What a citizen number says. `fault` is a key of FAULTS, or empty; `number` is the 18-digit form where there
    is one. `known_region` is only a hint: lists of divisions are never complete."""

    number: str
    fault: str = ""
    birth_on: dt.date | None = None
    sex: str = ""
    known_region: bool = True

    @property
    def message(self) -> str:
        """The fault in Chinese, or nothing."""
        return FAULTS[self.fault] % {"length": len(self.number)} if self.fault else ""


def normal_id(text: str) -> str:
    """The number without spaces and hyphens, half width, its X in one form."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text).translate(_CROSSES)).upper()


def read_id(text: str, *, today: dt.date | None = None) -> Citizen:
    """Check a citizen number; one of 15 digits is brought to 18 (GB 11643-1999: the century 19 and the check
    character, ISO 7064 MOD 11-2)."""
    number = normal_id(text)
    if _OLD.fullmatch(number):
        number = to_eighteen(number)
    if len(number) != 18:
        fault = "length" if number.removesuffix("X").isdigit() or not number else "characters"
        return Citizen(number, fault)
    if not _FULL.fullmatch(number):
        return Citizen(number, "characters")
    birth_on = birth_of(number)
    if birth_on is None or not EARLIEST <= birth_on <= (today or dt.date.max):
        return Citizen(number, "birth")
    if ric.calc_check_digit(number) != number[-1]:
        return Citizen(number, "checksum", birth_on)
    sex = "male" if int(number[16]) % 2 else "female"
    return Citizen(number, "", birth_on, sex, _known_region(number))


def to_eighteen(number: str) -> str:
    """A 15-digit number with its century and check character."""
    body = f"{number[:6]}19{number[6:]}"
    return body + ric.calc_check_digit(body + "0")


def birth_of(number: str) -> dt.date | None:
    """The day of birth an 18-digit number carries, or None where there is no such day."""
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _known_region(number: str) -> bool:
    try:
        return bool(ric.get_birth_place(number))
    except ValidationError:
        return False


@dataclass(frozen=True)
class RegisterNumber:
    """A pupil's register number: `form` is formal, temporary or made_up; `id_number` the citizen number in it, where
    it holds one."""

    number: str
    form: str = ""
    id_number: str = ""
    fault: str = ""


_FORMS = {"G": "formal", "L": "temporary", "J": "made_up"}


def read_register_number(text: str) -> RegisterNumber:
    """Check a register number. Formal (G) and temporary (L) ones carry a citizen number; one made up for a pupil
    without (J) only looks like it."""
    number = normal_id(text)
    found = _REGISTER.fullmatch(number)
    if found is None:
        return RegisterNumber(number, fault="register")
    form = _FORMS[found[1]]
    if form == "made_up":
        return RegisterNumber(number, form)
    citizen = read_id(found[2])
    return RegisterNumber(number, form, "" if citizen.fault else citizen.number, citizen.fault)


def differing_digits(one: str, other: str) -> int:
    """How far apart two numbers of one length are: wrong digits, two neighbours exchanged counting once; numbers of
    different length are as far apart as they are long."""
    if len(one) != len(other):
        return max(len(one), len(other))
    count, at = 0, 0
    while at < len(one):
        if one[at] != other[at]:
            count += 1
            if one[at : at + 2] == other[at : at + 2][::-1]:
                at += 1
        at += 1
    return count

"""Keeps identity numbers, bank cards and mobile numbers off the trail: each is replaced by a keyed hash.

The same number always gives the same hash, so that entries about it can be found by those who hold the key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.config import Settings
from core.trail.keys import kept_secret

#: what cannot be any of them is passed over quickly: fewer than eleven digits, however they are spaced
#: (counted from the first of a run: a later one has no more)
SUSPECT = re.compile(r"(?<!\d)\d(?:[ \u3000\-]?\d){10}")
_GAP = r"[ \u3000\-]"
_NUMBERS = re.compile(
    r"(?P<hex>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?<![0-9A-Za-z])(?=\d*[a-f])[0-9a-f]{32,}(?![0-9A-Za-z]))"
    rf"|(?<!\d)(?P<id>\d{{17}}[\dXx]|\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx]|\d{{15}})(?!\d)"
    rf"|(?<!\d)(?P<card>\d{{16,19}}|\d{{4}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}?\d{{1,3}})?)(?!\d)"
    rf"|(?<!\d)(?P<phone>(?:(?:00)?86{_GAP}?)?[1１][3-9３-９]\d(?:\d{{8}}|{_GAP}\d{{4}}{_GAP}\d{{4}}))(?!\d)")
#: where the key lies, once somebody has said so; a command goes by the environment
_places: list[Path] = []
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: the first two digits of an identity number
_REGIONS = frozenset(map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
                               *range(61, 66), 71, *range(81, 84), 91)))


def redact(text: str) -> str:
    """The text with every such number replaced."""
    return _NUMBERS.sub(_replace, text) if SUSPECT.search(text) else text


def redact_all(value: Any) -> Any:
    """The same for all texts and numbers within a value."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(key)): redact_all(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact_all(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    changed = redact(text)
    return value if changed == text else changed


def is_citizen_id(number: str) -> bool:
    """Whether it reads as an identity number: the check digit, or else a region and a day of birth, since a
    mistyped number still points at a person."""
    if len(number) == 15:
        return number[:2] in _REGIONS and _is_day("19" + number[6:12])
    if len(number) != 18 or not number[:17].isdigit():
        return False
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]
    return number[17].upper() == check or (number[:2] in _REGIONS and _is_day(number[6:14]))


def is_bank_card(number: str) -> bool:
    """16 to 19 digits that pass Luhn."""
    if not 16 <= len(number) <= 19 or not number.isdigit():
        return False
    total = 0
    for place, digit in enumerate(map(int, reversed(number))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def keyed_hash(kind: str, number: str) -> str:
    """The hash that stands for a number."""
    return hmac.new(_key(), f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()[:16]


def _replace(found: re.Match[str]) -> str:
    if found["hex"]:
        return found[0]
    number = re.sub(_GAP, "", unicodedata.normalize("NFKC", found[0])).upper()
    if is_citizen_id(number):
        return f"证件#{keyed_hash('id', number)}"
    if is_bank_card(number):
        return f"卡号#{keyed_hash('card', number)}"
    if found["phone"]:
        return f"手机#{keyed_hash('phone', number[-11:])}"
    return found[0]


def _is_day(text: str) -> bool:
    try:
        day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return 1900 <= day.year <= 2100


def keep_key_in(data_dir: Path) -> None:
    """Take the key from this data directory, as the settings of a running platform have it."""
    _places[:] = [data_dir]
    _key.cache_clear()


@lru_cache(maxsize=1)
def _key() -> bytes:
    data_dir = _places[0] if _places else Settings.from_env().data_dir
    return kept_secret(data_dir / "keys" / "redaction.key")

"""Digits in whatever signs they are written."""

from __future__ import annotations

import unicodedata

#: the Chinese digits, each written as they are in plain and in banker's numbers
CHINESE = dict(zip("〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖", "000123456789123456789", strict=True))


def decimal_of(sign: str) -> str:
    """The digit of a sign of any script's decimal numbers, or empty."""
    value = unicodedata.decimal(sign, None) if not sign.isascii() else (int(sign) if sign.isdigit() else None)
    return "" if value is None else str(value)


def chinese_of(sign: str) -> str:
    """The digit of a Chinese numeral, or empty."""
    return CHINESE.get(sign, "")

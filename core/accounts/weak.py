"""Passwords that everybody tries first: what stays of them once digits at the ends and the usual swaps are gone."""

from __future__ import annotations

import re

#: the heads of the published lists of leaked passwords, and what people in our offices choose
_HEADS = (
    "password passwd passw pass pwd secret welcome letmein login admin administrator root system manager",
    "master guest user test tester testing demo default change changeme temp temporary qwerty qwertyuiop",
    "qwert asdf asdfgh asdfghjkl asdfghjk zxcv zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc abc abcd",
    "abcdef abcdefg abcdefgh aaa aaaa iloveyou loveyou sunshine princess dragon monkey football baseball",
    "superman batman shadow michael jordan computer internet google microsoft windows iphone china",
    "beijing shanghai guizhou sichuan hebei anhui gansu jiangxi hunan zhongguo woaini woaiwojia",
    "woaizhongguo woshishui mima nihao nihaoma zhangsan lisi wangwu xiaoming bangfu fupin jiaoyu jiaoyuju",
    "xuexiao xuesheng laoshi zizhu zizhuzhongxin jiaotiju caiwu guanliyuan xitong xiangzhen",
)
STEMS = frozenset(word for line in _HEADS for word in line.split())
#: keys that lie in a row, in either direction
ROWS = ("0123456789012345", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn",
        "qazwsxedcrfvtgbyhnujm", "!@#$%^&*()")
_SWAPS = str.maketrans("@4831!0$57", "aabeiiosst")


def is_weak(password: str) -> bool:
    """Whether a password is a known one in some dress: `P@ssw0rd2026!`, `1234567890`, `abcabcabcabc`."""
    plain = password.lower()
    if len(set(plain)) < 4 or _repeats(plain) or _in_a_row(plain):
        return True
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    return any(_stem(form) in STEMS for form in (plain, bare, plain.translate(_SWAPS), bare.translate(_SWAPS)))


def _stem(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


def _repeats(text: str) -> bool:
    return re.fullmatch(r"(.{1,5})\1{2,}.?", text) is not None


def _in_a_row(text: str) -> bool:
    """Whether at least three quarters of it are keys in a row."""
    rows = [*ROWS, *(row[::-1] for row in ROWS)]
    covered = max((length for row in rows for length in _runs(text, row)), default=0)
    return covered * 4 >= len(text) * 3


def _runs(text: str, row: str) -> list[int]:
    found = []
    for start in range(len(text) - 3):
        length = 4
        while start + length <= len(text) and text[start:start + length] in row:
            length += 1
        if length > 4:
            found.append(length - 1)
    return found

"""Names as they are compared: middle dots in one form, spaces gone, rare characters where old systems left gaps."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

DOT = "·"
#: everything typed for the dot of 阿卜杜·热合曼
_DOTS = re.compile(r"[·•・･‧∙⋅●．.。｡﹒˙᛫▪︰]+")
_GONE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
#: brackets with what people add to a name: a former name, a note
_ADDED = re.compile(r"[(\[{【〔<《][^)\]}】〕>》]*[)\]}】〕>》]")
#: what stands where a system had no such character
_GAP = re.compile(r"[?？*＊_□■〓�]|[\ue000-\uf8ff]|&#\w+;")
_LATIN = re.compile(r"[a-z]+")

#: the private places of GBK (and GB 18030-2000) where systems put characters that Unicode has had since
_PRIVATE = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81A: 0x3473, 0xE81B: 0x3447, 0xE81E: 0x9FB4,
    0xE81F: 0x359E, 0xE820: 0x361A, 0xE821: 0x360E, 0xE824: 0x396E, 0xE825: 0x3918, 0xE826: 0x9FB5,
    0xE827: 0x39CF, 0xE828: 0x39DF, 0xE829: 0x3A73, 0xE82A: 0x39D0, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
    0xE82D: 0x3B4E, 0xE82E: 0x3C6E, 0xE82F: 0x3CE0, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE834: 0x4056,
    0xE835: 0x415F, 0xE837: 0x4337, 0xE83B: 0x2298F, 0xE83C: 0x43B1, 0xE83D: 0x43AC, 0xE83F: 0x43DD,
    0xE840: 0x44D6, 0xE841: 0x4661, 0xE842: 0x464C, 0xE843: 0x9FB9, 0xE844: 0x4723, 0xE845: 0x4729,
    0xE846: 0x477C, 0xE847: 0x478D, 0xE849: 0x4947, 0xE84A: 0x497A, 0xE84B: 0x497D, 0xE84C: 0x4982,
    0xE84D: 0x4983, 0xE84E: 0x4985, 0xE84F: 0x4986, 0xE850: 0x499F, 0xE851: 0x499B, 0xE852: 0x49B7,
    0xE853: 0x49B6, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE856: 0x4CA3, 0xE857: 0x4C9F, 0xE858: 0x4CA0,
    0xE859: 0x4CA1, 0xE85A: 0x4C77, 0xE85B: 0x4CA2, 0xE85C: 0x4D13, 0xE85D: 0x4D14, 0xE85E: 0x4D15,
    0xE85F: 0x4D16, 0xE860: 0x4D17, 0xE861: 0x4D18, 0xE862: 0x4D19, 0xE863: 0x4DAE, 0xE864: 0x9FBB,
}
#: forms of one character that registers use for each other
_VARIANTS = str.maketrans("峯羣烱煕凃髙邨叡濬", "峰群炯熙涂高村睿浚")
#: 䶮 and its like are read 龑 by some systems; the sound is what they share
_SOUNDS = {"䶮": "yan", "龑": "yan", "㛃": "jie", "㵆": "zhi", "䴖": "jing", "䴔": "jiao", "㼆": "ying", "㭎": "gang"}


def clean_name(text: str) -> str:
    """A name as it is kept: half width, one kind of dot, no stray spaces, private characters brought home."""
    text = unicodedata.normalize("NFKC", text.translate(_PRIVATE))
    text = _DOTS.sub(DOT, _GONE.sub("", text)).strip(DOT)
    # What went may have stood between a letter and its accent, which now are one character.
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def name_key(text: str) -> str:
    """The one form by which two writings of a name are the same: variants of a character and additions in brackets
    make no difference, and neither does the dot, which many systems drop."""
    return _ADDED.sub("", clean_name(text)).replace(DOT, "").translate(_VARIANTS).casefold()


def name_keys(texts: Iterable[str]) -> list[str]:
    """The same for many names, in their order; each writing is worked out once."""
    given = list(texts)
    known = {text: name_key(text) for text in set(given)}
    return [known[text] for text in given]


@lru_cache(maxsize=65_536)
def sound_key(text: str) -> str:
    """How the name sounds, without tones: 张䶮, 张YAN and 张龑 are all zhangyan; a gap is one underscore."""
    parts = []
    for char in _split(name_key(text)):
        if _GAP.fullmatch(char):
            parts.append("_")
        else:
            parts.append(_SOUNDS.get(char) or "".join(lazy_pinyin(char, style=Style.NORMAL)))
    return " ".join(parts)


def _split(name: str) -> list[str]:
    found, at = [], 0
    while at < len(name):
        latin = _LATIN.match(name, at)
        end = latin.end() if latin else at + 1
        found.append(name[at:end])
        at = end
    return found


def sounds_alike(one: str, other: str) -> bool:
    """Whether two names may be one: the same sounds syllable by syllable, a gap standing for any."""
    left, right = sound_key(one).split(" "), sound_key(other).split(" ")
    return len(left) == len(right) and all(a == b or "_" in (a, b) for a, b in zip(left, right, strict=True))


def near_keys(name: str, birth_on: dt.date | None, household: str = "", tail: str = "") -> frozenset[str]:
    """Keys of which two records of one person share at least one even when the name is written differently, a
    digit of the number or of the birthday is wrong, or a character is missing; `tail` is the last four of the
    number. Sharing one is a reason to look, never to join: twins share several."""
    sound = sound_key(name)
    syllables = sound.split(" ")
    keys = set()
    if birth_on is not None:
        keys.add(f"b{birth_on:%Y%m%d}s{syllables[0]}")
        if "_" not in syllables:
            keys |= {f"y{birth_on:%Y%m}n{sound}", f"d{birth_on:%m%d}n{sound}", f"e{birth_on:%Y%d}n{sound}"}
    if household:
        keys.add(f"h{household}n{syllables[-1]}")
        keys.add(f"h{household}b{birth_on:%Y}" if birth_on else f"h{household}")
    if tail:
        keys.add(f"t{tail}n{syllables[0]}")
    return frozenset(keys)

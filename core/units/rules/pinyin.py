"""Pinyin keys of unit names: quick enough for 665,276 names, and right for the readings of places.

A table gives every character one reading; only where a phrase is read otherwise (乐清, 六安, 蚌埠) is the
phrase looked up, by its first two characters. Full segmentation would take half a minute for the country.
"""

from __future__ import annotations

import functools
import unicodedata

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

#: the usual reading in names of places where the general dictionary puts another first
_PLACE_CHARACTERS = {"都": "du", "长": "chang", "厦": "xia", "曾": "zeng", "蚌": "beng", "泊": "bo",
                     "解": "xie", "藏": "zang", "重": "chong", "了": "liao", "得": "de", "褚": "chu",
                     "盛": "sheng", "覃": "qin"}
_PLACE_PHRASES = {
    "单县": "shan xian", "大埔县": "da pu xian", "涡阳": "guo yang", "六合区": "lu he qu", "浚县": "xun xian",
    "荥经": "ying jing", "洪洞县": "hong tong xian", "繁峙": "fan shi", "筠连": "jun lian", "大王": "da wang",
    "中牟": "zhong mu", "渑池": "mian chi", "泌阳县": "bi yang xian", "枞阳": "zong yang", "鄱阳": "po yang",
    "长子县": "zhang zi xian", "东莞": "dong guan", "什邡": "shi fang", "尉犁": "yu li", "朝阳": "chao yang",
}
_CJK = ("\u3400", "\u9fff")


def _plain(reading: str) -> str:
    folded = unicodedata.normalize("NFD", reading.replace("ü", "v").replace("ǘ", "v").replace("ǚ", "v")
                                   .replace("ǜ", "v").replace("ǖ", "v"))
    return "".join(letter for letter in folded if letter.isascii() and letter.isalpha())


@functools.cache
def _characters() -> dict[str, str]:
    table = {chr(point): _plain(readings.split(",", 1)[0]) for point, readings in pinyin_dict.items()}
    return {**table, **_PLACE_CHARACTERS}


@functools.cache
def _phrases() -> dict[str, list[tuple[str, list[str]]]]:
    """Phrases read otherwise than their characters one by one, longest first, by their beginning."""
    table = _characters()
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for phrase, readings in phrases_dict.items():
        if len(phrase) > 4 or not _CJK[0] <= phrase[0] <= _CJK[1]:
            continue
        plain = [_plain(reading[0]) for reading in readings]
        if len(plain) == len(phrase) and plain != [table.get(character) for character in phrase]:
            found.setdefault(phrase[:2], []).append((phrase, plain))
    for phrase, text in _PLACE_PHRASES.items():
        entries = [entry for entry in found.get(phrase[:2], []) if entry[0] != phrase]
        found[phrase[:2]] = [*entries, (phrase, text.split())]
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return found


def _syllables(name: str) -> list[str]:
    table = _characters()
    phrases = _phrases()
    parts: list[str] = []
    position, length = 0, len(name)
    while position < length:
        for phrase, plain in phrases.get(name[position : position + 2], ()):
            if name.startswith(phrase, position):
                parts += plain
                position += len(phrase)
                break
        else:
            character = name[position]
            reading = table.get(character)
            if reading:
                parts.append(reading)
            elif character.isalnum():
                parts.append(unicodedata.normalize("NFKC", character).lower())
            position += 1
    return parts


def pinyin_keys(name: str) -> tuple[str, str]:
    """Full pinyin and initials, as stored on the unit: 贵定县 → ("guidingxian", "gdx")."""
    parts = _syllables(name)
    return "".join(parts)[:260], "".join([part[0] for part in parts])[:60]

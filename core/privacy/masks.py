"""What is shown in place of a personal value; every form keeps less than would tell who it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

STAR = "*"
#: how many signs of a number stay at its beginning and end, and the fewest between that are hidden
_ENDS = {"id_number": (4, 4), "phone": (3, 4), "bank_card": (4, 4), "register_number": (0, 4)}
_HIDDEN = 4
#: two-character surnames: 欧阳测 is 欧阳*, not 欧**
COMPOUND = frozenset(re.findall("..", (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良"
    "漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生公户公玉公仪梁丘公仲公上公门公山公坚左丘公伯西门公祖第五公乘贯丘公皙南荣东里东宫仲长子书子桑即墨淳于"
    "达奚褚师"
)))
#: up to and including the village, or the nearest thing to it that an address names
_VILLAGE = re.compile(r"^(.*?(?:村民委员会|居民委员会|村委会|居委会|社区|村|嘎查))")
_TOWN = re.compile(r"^(.*?(?:街道办事处|街道|镇|乡|苏木))")
_COUNTY = re.compile(r"^(.*?[县区市旗])")


def mask(kind: str, text: str) -> str:
    """The mask of a value of this kind; a kind without a rule of its own shows nothing of it."""
    return mask_many(kind, (text,))[0]


def mask_many(kind: str, texts: Iterable[str]) -> list[str]:
    """The masks of many values, in their order. Numbers are judged together: nearly all are long and nothing else."""
    texts = list(texts)
    first, last = _ENDS.get(kind, (0, 0))
    whole = "".join(texts)
    if last and whole.isascii() and whole.isalnum() and min(map(len, texts)) >= first + last + _HIDDEN:
        return [text[:first] + STAR * (len(text) - first - last) + text[-last:] for text in texts]
    rule = _RULES.get(kind, _nothing)
    return [rule((text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()) for text in texts]


def mask_name(name: str) -> str:
    """张*, 张**, 欧阳**; of names with a middle dot the first part's first character."""
    if not name:
        return ""
    if len(name) < 2:
        return STAR
    surname = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    return name[:surname] + STAR * min(len(name) - surname, 4)


def mask_id_number(number: str) -> str:
    """5227**********1234: the region down to the city's county digits, and the last four."""
    return _ends(number, *_ENDS["id_number"])


def mask_phone(number: str) -> str:
    """138****1234."""
    return _ends(number, *_ENDS["phone"])


def mask_bank_card(number: str) -> str:
    """6222***********1234."""
    return _ends(number, *_ENDS["bank_card"])


def mask_register_number(number: str) -> str:
    """The last four alone: what stands before them is the citizen's number."""
    return _ends(number, *_ENDS["register_number"])


def mask_address(address: str) -> str:
    """The address up to the village, or the township where it names none."""
    found = _VILLAGE.match(address) or _TOWN.match(address) or _COUNTY.match(address)
    if found is None:
        return STAR * 4 if address else ""
    return found[1] + (STAR * 4 if len(found[1]) < len(address) else "")


def _nothing(text: str) -> str:
    return STAR * min(len(text), 6)


def _ends(text: str, first: int, last: int) -> str:
    """The two ends; of a text so short that they would tell it, at most a quarter."""
    if not text.isalnum():
        text = "".join(text.split())
    if len(text) < first + last + _HIDDEN:
        kept = min(last, len(text) // 4)
        return STAR * (len(text) - kept) + (text[-kept:] if kept else "")
    return text[:first] + STAR * (len(text) - first - last) + text[-last:]


_RULES = {
    "name": mask_name,
    "id_number": mask_id_number,
    "phone": mask_phone,
    "bank_card": mask_bank_card,
    "register_number": mask_register_number,
    "address": mask_address,
}

"""Kinds and levels of units, and which may stand under which."""

from __future__ import annotations

import datetime as dt
import enum
import re
import uuid

from core.errors import N_
from core.extensions.phrases import phrase

#: the root of the tree, 全国; provinces hang under it
ROOT_CODE = "00"
ROOT_PATH = "00/"
ROOT_NAME = N_("全国")
#: the day from which units of a first list are known; earlier history is not kept
BEGINNING = dt.date(1949, 10, 1)


class Kind(enum.StrEnum):
    """What a unit is; only divisions carry a code of the national list."""

    DIVISION = "division"
    SCHOOL = "school"
    STATION = "station"
    OFFICE = "office"
    DEPARTMENT = "department"
    COMMITTEE = "committee"


class Level(enum.StrEnum):
    """The level a unit stands at; units without a division code take the level of their parent."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


LEVELS = tuple(Level)
RANK = {str(level): rank for rank, level in enumerate(Level)}
CODE_LENGTHS = {"country": 2, "province": 2, "city": 4, "county": 6, "township": 9, "village": 12}

LEVEL_NAMES = {"country": N_("全国"), "province": N_("省级"), "city": N_("市级"), "county": N_("县级"),
               "township": N_("乡级"), "village": N_("村级")}
KIND_NAMES = {"division": N_("行政区划"), "school": N_("学校"), "station": N_("教育指导站"),
              "office": N_("科室"), "department": N_("院系部门"), "committee": N_("委员会")}

_OWN_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ufffd\\]")
CODE_LENGTH = phrase(N_("%(level)s区划代码应为 %(length)s 位数字"))
NOT_UNDER_KIND = phrase(N_("%(level)s区划不能放在%(kind)s之下"))
NOT_UNDER = phrase(N_("%(level)s单位不能放在%(above)s单位之下"))


def code_fault(kind: str, level: str, code: str) -> str | None:
    """Why this code cannot stand on a unit of this kind and level, or None."""
    if kind == Kind.DIVISION:
        length = CODE_LENGTHS[level]
        if not (code.isascii() and code.isdigit() and len(code) == length):
            return CODE_LENGTH(level=LEVEL_NAMES[level], length=length)
        return None
    if not _OWN_CODE.fullmatch(code):
        return N_("代码只能用字母、数字、“-”和“_”，以字母或数字开头，至多 40 位")
    return None


def name_fault(name: str) -> str | None:
    """Why this name cannot stand, or None."""
    if not name.strip():
        return N_("名称不能为空")
    if len(name) > 120:
        return N_("名称超过 120 个字")
    if _UNPRINTABLE.search(name):
        return N_("名称里有不能识别的字符")
    return None


def nesting_fault(kind: str, level: str, parent_kind: str, parent_level: str) -> str | None:
    """Why a unit may not stand under such a parent, or None. A division stands under a division of a higher
    level; levels may be left out (省直辖县、不设区的市); every other unit stands where it is needed."""
    if kind != Kind.DIVISION:
        return None if level == parent_level else N_("不带区划代码的单位与上级同一层级")
    if parent_kind != Kind.DIVISION:
        return NOT_UNDER_KIND(level=LEVEL_NAMES[level], kind=KIND_NAMES[parent_kind])
    if RANK[level] <= RANK[parent_level]:
        return NOT_UNDER(level=LEVEL_NAMES[level], above=LEVEL_NAMES[parent_level])
    return None


def wanted_token(kind: str, code: str, parent_code: str, unit_id: uuid.UUID) -> str:
    """The unit's own part of its path: for a division the tail of its code below its parent's."""
    if kind != Kind.DIVISION:
        return spare_token(unit_id)
    tail = code[len(parent_code) :] if code.startswith(parent_code) else code
    return tail or code


def spare_token(unit_id: uuid.UUID) -> str:
    """The token of a unit without a division code, or of a division whose token is taken."""
    return "x" + unit_id.hex[-8:]


def subtree(path: str) -> tuple[str, str]:
    """The half-open range of paths that holds the unit at `path` and all beneath it ("0" follows "/")."""
    return path, path[:-1] + "0"


def within(path: str, top: str) -> bool:
    """Whether the unit at `path` is the one at `top` or stands beneath it."""
    return path.startswith(top)

"""A small tree for tests: 测试省 (99) with cities, counties, townships, villages, a station, schools."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import new_id
from core.units.models import ROOT_CODE, ROOT_PATH, Kind, Level, Unit
from core.units.rules.levels import BEGINNING, wanted_token
from core.units.rules.pinyin import pinyin_keys

#: (code, name, kind, level, parent's code); 测试省 has no code of the national list
TREE = (
    ("99", "测试省", "division", "province", "00"),
    ("9901", "测试市", "division", "city", "99"),
    ("990101", "甲县", "division", "county", "9901"),
    ("990101100", "甲一镇", "division", "township", "990101"),
    ("990101100001", "甲一东村", "division", "village", "990101100"),
    ("990101100002", "甲一西村", "division", "village", "990101100"),
    ("990101101", "甲二乡", "division", "township", "990101"),
    ("990101101001", "甲二北村", "division", "village", "990101101"),
    ("990101102", "甲三乡", "division", "township", "990101"),
    ("990102", "乙县", "division", "county", "9901"),
    ("990102100", "乙一镇", "division", "township", "990102"),
    ("990102100001", "乙一南村", "division", "village", "990102100"),
    ("9902", "直辖市州", "division", "city", "99"),
    ("990201", "丙县", "division", "county", "9902"),
    ("990101-Z01", "甲县教育指导站", "station", "county", "990101"),
    ("990101-S01", "甲县第一中学", "school", "county", "990101-Z01"),
    ("990101-S02", "甲一镇中心小学", "school", "township", "990101100"),
    ("990102-S01", "乙县实验小学", "school", "county", "990102"),
    ("990101-O01", "甲县教育局基教科", "office", "county", "990101"),
)


def make_root(session: Session) -> Unit:
    """全国, once."""
    root = session.scalar(select(Unit).where(Unit.code == ROOT_CODE))
    if root is None:
        full, initials = pinyin_keys("全国")
        root = Unit(code=ROOT_CODE, name="全国", kind=Kind.DIVISION, level=Level.COUNTRY, parent_id=None,
                    path=ROOT_PATH, depth=0, since=BEGINNING, pinyin=full, initials=initials)
        session.add(root)
        session.flush()  # children need its id
    return root


def make_unit(session: Session, code: str, parent: Unit, name: str = "", kind: str = "division",
              level: str = "", since: dt.date = BEGINNING) -> Unit:
    """One unit under `parent`, straight into the table."""
    unit = _under(parent, code, name or f"单位{code}", kind, level or parent.level, since)
    session.add(unit)
    session.flush()  # whoever names it may go past the session
    return unit


def _under(parent: Unit, code: str, name: str, kind: str, level: str, since: dt.date = BEGINNING) -> Unit:
    full, initials = pinyin_keys(name)
    unit_id = new_id()
    token = wanted_token(kind, code, parent.code, unit_id)
    return Unit(id=unit_id, code=code, name=name, kind=kind, level=level, parent_id=parent.id, path=f"{parent.path}{token}/",
                depth=parent.depth + 1, since=since, pinyin=full, initials=initials)


def make_tree(session: Session) -> dict[str, Unit]:
    """The whole of TREE under 全国, by code."""
    units = {ROOT_CODE: make_root(session)}
    for code, name, kind, level, parent in TREE:
        units[code] = _under(units[parent], code, name, kind, level)
    session.add_all(units.values())
    session.flush()  # all at once: a thousand tests begin so
    return units

"""Changes of one unit: founding, new name, new code, end and return."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import new_id
from core.extensions.phrases import phrase
from core.host.contract import Effect
from core.units.models import Kind, Unit
from core.units.queries import get_unit
from core.units.rules.levels import RANK
from core.units.rules.orders import Close, Create, Recode, Rename, Reopen
from core.units.services.drafts import (
    Draft,
    Founded,
    check_all_left,
    check_code,
    check_day,
    check_name,
    check_nesting,
    check_no_circle,
    check_parent_stands,
    check_unprotected,
    need_open,
    need_unit,
    refuse,
    sort,
)

CODE_CHANGED = phrase(N_("自 %(day)s 起%(name)s的代码由 %(old)s 变更为 %(new)s"))
#: the letter in codes we give to units without a code of the national list
_LETTERS = {Kind.SCHOOL: "S", Kind.STATION: "Z", Kind.OFFICE: "O", Kind.DEPARTMENT: "D", Kind.COMMITTEE: "C"}


def draft_create(session: Session, order: Create, today: dt.date) -> Draft:
    """新建."""
    parent = need_open(session, order.parent, "parent")
    if order.kind not in set(Kind):
        refuse("kind", N_("没有这一类单位"))
    division = order.kind == Kind.DIVISION
    if division and (order.level not in RANK or not RANK[order.level]):
        refuse("level", N_("请选择区划的层级"))
    level = order.level if division else parent.level
    check_nesting(order.kind, level, parent)
    check_day(order.on, today)
    check_parent_stands(session, parent, order.on)
    name = check_name(order.name)
    code = order.code.strip() or ("" if division else spare_code(session, parent, order.kind))
    check_code(session, order.kind, level, code)
    unit = Founded(new_id(), code, name, order.kind, level, parent.id)
    draft = Draft("create", order.on, unit.id, f"自 {order.on} 起在{parent.name}设立{name}（{code}）",
                  order.document, founded=[unit], leaned={parent.id})
    draft.effects.append(Effect(f"新建{name}，隶属{parent.name}", 1))
    return draft


def spare_code(session: Session, parent: Unit, kind: str) -> str:
    """The next code of our own beneath a parent: 522723-Z01 is the first station of 522723."""
    start = f"{parent.code}-{_LETTERS[Kind(kind)]}"
    taken = set(session.scalars(select(Unit.code).where(Unit.code >= start, Unit.code < start + ":")))
    number = 1
    while f"{start}{number:02d}" in taken:
        number += 1
    return f"{start}{number:02d}"


def draft_rename(session: Session, order: Rename, today: dt.date) -> Draft:
    """更名."""
    unit = need_unit(session, order.unit)
    check_day(order.on, today, unit)
    name = check_name(order.name)
    if name == unit.name:
        refuse("name", N_("新名称与现在的名称相同"))
    draft = Draft("rename", order.on, unit.id, f"自 {order.on} 起{unit.name}更名为{name}", order.document,
                  changes={unit.id: {"name": name}})
    draft.effects.append(Effect(f"{order.on} 以前仍显示为{unit.name}，以后显示为{name}", 1))
    return draft


def draft_recode(session: Session, order: Recode, today: dt.date) -> Draft:
    """变更代码."""
    unit = need_unit(session, order.unit)
    check_day(order.on, today, unit)
    code = order.code.strip()
    if code == unit.code:
        refuse("code", N_("新代码与现在的代码相同"))
    check_code(session, unit.kind, unit.level, code)
    sentence = CODE_CHANGED(day=order.on, name=unit.name, old=unit.code, new=code)
    draft = Draft("recode", order.on, unit.id, sentence, order.document,
                  changes={unit.id: {"code": code}}, settle=[unit.id])
    draft.effects.append(Effect(f"旧代码 {unit.code} 仍能找到{unit.name}；下级单位的代码不变", 1))
    return draft


def draft_close(session: Session, order: Close, today: dt.date, protected: frozenset[uuid.UUID]) -> Draft:
    """撤销."""
    unit = need_unit(session, order.unit)
    check_unprotected([unit], protected)
    check_day(order.on, today, unit)
    check_all_left(session, unit, order.on)
    draft = Draft("close", order.on, unit.id, f"自 {order.on} 起撤销{unit.name}", order.document,
                  changes={unit.id: {"closed_on": order.on}},
                  leaned={unit.parent_id} if unit.parent_id else set())
    draft.effects.append(Effect(f"{unit.name}自 {order.on} 起不再出现在单位树里，历史记录保留", 1, "warning"))
    return draft


def draft_reopen(session: Session, order: Reopen, today: dt.date) -> Draft:
    """恢复."""
    unit = get_unit(session, order.unit)
    if unit.closed_on is None:
        refuse("unit", N_("%(unit)s没有撤销，不需要恢复"), unit=unit.name)
    check_day(order.on, today)
    if order.on <= unit.closed_on:
        refuse("on", N_("%(unit)s于 %(closed)s 撤销，恢复日期要在这以后；登记有误请撤回原来的操作"),
               unit=unit.name, closed=unit.closed_on)
    parent = need_open(session, order.parent or unit.parent_id or unit.id, "parent")
    check_nesting(unit.kind, unit.level if unit.kind == Kind.DIVISION else parent.level, parent)
    check_parent_stands(session, parent, order.on)
    check_no_circle(session, [unit], parent, order.on)
    check_code(session, unit.kind, unit.level, unit.code)
    values: dict[str, object] = {"closed_on": None, "parent_id": parent.id}
    if unit.kind != Kind.DIVISION:
        values["level"] = parent.level
    draft = Draft("reopen", order.on, unit.id, f"自 {order.on} 起恢复{unit.name}，隶属{parent.name}",
                  order.document, changes={unit.id: values}, settle=[unit.id], leaned={parent.id})
    draft.effects.append(Effect(f"{sort(unit)}{unit.name}重新出现在{parent.name}之下", 1))
    return draft

"""Changes of several units at once: transfer, merger and division."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import new_id
from core.extensions.phrases import phrase
from core.host.contract import Effect
from core.units.models import Kind, Unit
from core.units.queries import ancestors, open_in
from core.units.rules.orders import AssignRule, Merge, Move, NewUnit, Split, assign
from core.units.services.drafts import (
    Draft,
    Founded,
    Transfer,
    check_all_left,
    check_code,
    check_day,
    check_name,
    check_nesting,
    check_no_circle,
    check_parent_stands,
    check_same_sort,
    check_unprotected,
    need_open,
    need_unit,
    refuse,
)

MOVED = phrase(N_("自 %(day)s 起把%(name)s由%(old)s划转到%(new)s"))
MERGED = phrase(N_("自 %(day)s 起把%(names)s合并为%(name)s（%(code)s）"))
JOINED = phrase(N_("自 %(day)s 起把%(names)s并入%(name)s"))
Protected = frozenset[uuid.UUID]


def draft_move(session: Session, order: Move, today: dt.date, protected: Protected) -> Draft:
    """划转."""
    unit, parent = need_unit(session, order.unit), need_open(session, order.parent, "parent")
    check_no_circle(session, [unit], parent, order.on)
    level = unit.level if unit.kind == Kind.DIVISION else parent.level
    check_nesting(unit.kind, level, parent)
    if unit.parent_id == parent.id:
        refuse("parent", N_("%(unit)s已经在%(parent)s之下"), unit=unit.name, parent=parent.name)
    check_day(order.on, today, unit)
    check_parent_stands(session, parent, order.on)
    former = session.get_one(Unit, unit.parent_id)
    sentence = MOVED(day=order.on, name=unit.name, old=former.name, new=parent.name)
    draft = Draft("move", order.on, unit.id, sentence, order.document,
                  changes={unit.id: {"parent_id": parent.id}}, settle=[unit.id],
                  leaned={parent.id, former.id}, held=(unit, parent, former))
    if level != unit.level:
        _follow_level(session, draft, unit, level, order.on)
    _transfer(session, draft, unit, parent.name)
    _warn_of_tenants(session, draft, [former], parent, protected)
    return draft


def _follow_level(session: Session, draft: Draft, unit: Unit, level: str, on: dt.date) -> None:
    """Units without a division code take the level of where they stand, with all beneath them."""
    for member in session.scalars(select(Unit).where(*open_in(unit.path))):
        check_day(on, on, member)
        draft.changes.setdefault(member.id, {})["level"] = level


def draft_merge(session: Session, order: Merge, today: dt.date, protected: Protected) -> Draft:
    """撤并."""
    units = [need_unit(session, unit_id, "units") for unit_id in dict.fromkeys(order.units)]
    if not units:
        refuse("units", N_("请选择要并入的单位"))
    check_unprotected(units, protected)
    for unit in units:
        if any(other is not unit and other.path.startswith(unit.path) for other in units):
            refuse("units", N_("%(unit)s下面的单位也在其中，请分两次办理"), unit=unit.name)
    target: Unit | Founded
    if isinstance(order.into, NewUnit):
        check_same_sort(units, "units")
        target = _found(session, order.into, units[0], order.on, units)
        sentence = MERGED(day=order.on, names=_names(units), name=target.name, code=target.code)
    else:
        target = need_unit(session, order.into, "into")
        if target in units:
            refuse("into", N_("%(unit)s不能并入自己"), unit=target.name)
        check_same_sort([target, *units], "units")
        check_parent_stands(session, target, order.on)
        sentence = JOINED(day=order.on, names=_names(units), name=target.name)
    draft = Draft("merge", order.on, target.id, sentence, order.document)
    _receive(draft, target)
    for unit in units:
        _end(session, draft, unit, today, dict.fromkeys(_children(session, unit), target), [target])
        draft.moved[unit.id] = target.id
    if isinstance(target, Unit):
        _warn_of_tenants(session, draft, units, target, protected)
    return draft


def draft_split(session: Session, order: Split, today: dt.date, protected: Protected) -> Draft:
    """拆分."""
    unit = need_unit(session, order.unit)
    check_day(order.on, today, unit)
    targets = [_target(session, one, unit, order.on) for one in order.targets]
    codes = [target.code for target in targets]
    _check_split(session, order, unit, codes)
    stays = unit in targets
    if not stays:
        check_unprotected([unit], protected)
    by_code = dict(zip(codes, targets, strict=True))
    default = by_code[order.default or codes[0]]
    children = _children(session, unit)
    decided = assign([(child.code, child.name) for child in children], order.rules, default.code)
    going = {child: by_code[decided[child.code][0]] for child in children}
    names = "、".join(target.name for target in targets)
    draft = Draft("split", order.on, unit.id, f"自 {order.on} 起把{unit.name}拆分为{names}", order.document)
    for target in targets:
        _receive(draft, target)
    reasons = {code: f"规则 {number}" if number else "其余" for code, (_, number) in decided.items()}
    if stays:
        _divide(session, draft, unit, going, [one for one in targets if one is not unit], reasons, today)
    else:
        _end(session, draft, unit, today, going, targets, reasons)
        draft.moved[unit.id] = default.id
    rest = AssignRule(default.code)
    draft.rules = tuple({"from": unit.id, "where": dict(rule.where), "to": by_code[rule.to].id}
                        for rule in [*(rule for rule in order.rules if rule.where), rest])
    draft.effects.append(Effect(f"直接登记在{unit.name}名下的记录归{default.name}"))
    return draft


def _check_split(session: Session, order: Split, unit: Unit, codes: list[str]) -> None:
    if len(codes) < 2:
        refuse("targets", N_("拆分至少要有两个去向"))
    if len(set(codes)) < len(codes):
        refuse("targets", N_("同一个去向列了两次"))
    children = {child.code for child in _children(session, unit)}
    for number, rule in enumerate(order.rules, start=1):
        if rule.to not in codes:
            refuse("rules", N_("第 %(number)s 条规则的去向 %(to)s 不在去向里"), number=number, to=rule.to)
        unknown = [code for code in rule.children if code not in children]
        if unknown:
            refuse("rules", N_("第 %(number)s 条规则里的 %(codes)s 不是%(unit)s的下级"), number=number,
                   codes="、".join(unknown), unit=unit.name)
    if order.default and order.default not in codes:
        refuse("default", N_("其余部分的去向 %(to)s 不在去向里"), to=order.default)


def _target(session: Session, target: uuid.UUID | NewUnit, unit: Unit, on: dt.date) -> Unit | Founded:
    if isinstance(target, NewUnit):
        return _found(session, target, unit, on, [unit])
    found = need_unit(session, target, "targets")
    if found is not unit:
        check_same_sort([unit, found], "targets")
        check_parent_stands(session, found, on)
    return found


def _found(session: Session, new: NewUnit, like: Unit, on: dt.date, ending: Sequence[Unit]) -> Founded:
    """A unit of the sort of `like`, beside it unless told otherwise."""
    parent = need_open(session, new.parent or like.parent_id or like.id, "parent")
    if any(parent.path.startswith(unit.path) for unit in ending):
        refuse("parent", N_("新单位不能放在将要终止或拆分的单位之下"))
    check_nesting(like.kind, like.level, parent)
    check_parent_stands(session, parent, on)
    name = check_name(new.name)
    check_code(session, like.kind, like.level, new.code.strip())
    return Founded(new_id(), new.code.strip(), name, like.kind, like.level, parent.id)


def _receive(draft: Draft, target: Unit | Founded) -> None:
    if isinstance(target, Founded):
        draft.founded.append(target)
        draft.leaned.add(target.parent_id)
        draft.effects.append(Effect(f"新设{target.name}（{target.code}）", 1))
    else:
        draft.received.add(target.id)


def _end(session: Session, draft: Draft, unit: Unit, today: dt.date, going: dict[Unit, Unit | Founded],
         successors: Sequence[Unit | Founded], reasons: dict[str, str] | None = None) -> None:
    """The unit ends: what stands beneath it goes, and links tell what it became."""
    _divide(session, draft, unit, going, successors, reasons or {}, today)
    check_all_left(session, unit, draft.on, list(going))
    draft.changes[unit.id] = {"closed_on": draft.on}
    draft.settle.append(unit.id)
    if unit.parent_id is not None:
        draft.leaned.add(unit.parent_id)
    draft.effects.append(Effect(f"{unit.name}自 {draft.on} 起终止", 1, "warning"))


def _divide(session: Session, draft: Draft, unit: Unit, going: dict[Unit, Unit | Founded],
            successors: Sequence[Unit | Founded], reasons: dict[str, str], today: dt.date) -> None:
    check_day(draft.on, today, unit, *going)
    for child, target in going.items():
        if isinstance(target, Unit):
            check_no_circle(session, [unit, child] if target is not unit else [child], target, draft.on)
        if target.id != unit.id:
            draft.changes[child.id] = {"parent_id": target.id}
            draft.settle.append(child.id)
        _transfer(session, draft, child, target.name, reasons.get(child.code, ""))
    draft.links += [(unit.id, target.id) for target in successors]


def _children(session: Session, unit: Unit) -> list[Unit]:
    query = select(Unit).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None)).order_by(Unit.code)
    return list(session.scalars(query))


def _transfer(session: Session, draft: Draft, unit: Unit, to: str, rule: str = "") -> None:
    beneath = session.scalar(select(func.count()).where(*open_in(unit.path))) or 1
    draft.transfers.append(Transfer(unit, to, rule, beneath - 1))


def _warn_of_tenants(session: Session, draft: Draft, leaving: Sequence[Unit], parent: Unit,
                     protected: Protected) -> None:
    """Say so when units change their tenant: their records stay where they are."""
    new = _tenant_above(session, parent, protected)
    for unit in leaving:
        old = _tenant_above(session, unit, protected)
        if old is not None and new is not None and old.id != new.id:
            draft.effects.append(Effect(f"所属租户由{old.name}变为{new.name}：以后的记录归{new.name}，"
                                        f"已有记录留在{old.name}", 1, "danger"))


def _tenant_above(session: Session, unit: Unit, protected: Protected) -> Unit | None:
    chain = [*ancestors(session, unit), unit]
    return next((one for one in reversed(chain) if one.id in protected), None)


def _names(units: Sequence[Unit]) -> str:
    return "、".join(unit.name for unit in units[:5]) + (f"等 {len(units)} 个单位" if len(units) > 5 else "")

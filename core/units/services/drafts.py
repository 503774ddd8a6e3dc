"""A change of the tree thought through to its end but not yet written; preview and doing share it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, NotFound, RuleViolation
from core.extensions import new_id
from core.host.contract import Effect, UnitChange
from core.units.models import ROOT_CODE, Kind, Unit, UnitVersion
from core.units.queries import find_unit
from core.units.rules.levels import KIND_NAMES, LEVEL_NAMES, code_fault, name_fault, nesting_fault
from core.units.rules.orders import DAYS_AHEAD


@dataclass(frozen=True)
class Founded:
    """A unit the change brings into being."""

    id: uuid.UUID
    code: str
    name: str
    kind: str
    level: str
    parent_id: uuid.UUID


@dataclass(frozen=True)
class Transfer:
    """One line of the preview: a unit that goes elsewhere with all beneath it, and which rule said so."""

    unit: Unit
    to: str
    rule: str = ""
    beneath: int = 0


@dataclass
class Draft:
    """Everything a change writes. `changes` gives the new values of each unit; `closed_on` among them ends
    it, or with None brings it back. `settle` lists the units whose path moves, in order."""

    kind: str
    on: dt.date
    unit_id: uuid.UUID
    sentence: str
    document: str = ""
    id: uuid.UUID = field(default_factory=new_id)
    founded: list[Founded] = field(default_factory=list)
    changes: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    settle: list[uuid.UUID] = field(default_factory=list)
    links: list[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=list)
    #: receivers: nothing of theirs is written, but what is built on them later stands in the way of undoing
    received: set[uuid.UUID] = field(default_factory=set)
    leaned: set[uuid.UUID] = field(default_factory=set)
    moved: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    rules: tuple[dict[str, Any], ...] = ()
    transfers: list[Transfer] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    #: read already; held here so that writing does not read them again
    held: tuple[Unit, ...] = ()

    @property
    def own(self) -> set[uuid.UUID]:
        """The units the change is about."""
        return {*self.changes, *self.received, *(unit.id for unit in self.founded)}

    def change(self) -> UnitChange:
        """The change as plugins see it."""
        return UnitChange(self.id, self.kind, self.on, tuple(sorted(self.own)), dict(self.moved), self.rules)


def need_unit(session: Session, unit_id: uuid.UUID, field_name: str = "unit") -> Unit:
    """An open unit other than the root, fit to be changed."""
    unit = need_open(session, unit_id, field_name)
    if unit.code == ROOT_CODE:
        refuse(field_name, N_("“全国”是单位树的根，不能变更"))
    return unit


def need_open(session: Session, unit_id: uuid.UUID, field_name: str = "unit") -> Unit:
    """An open unit."""
    unit = find_unit(session, unit_id)
    if unit is None:
        raise NotFound("没有这个单位")
    if unit.closed_on is not None:
        refuse(field_name, N_("%(unit)s已于 %(on)s 撤销"), unit=unit.name, on=unit.closed_on)
    return unit


def check_day(on: dt.date, today: dt.date, *units: Unit) -> None:
    """The day is not before any unit's present state, and not more than a year ahead."""
    if on > today + dt.timedelta(days=DAYS_AHEAD):
        refuse("on", N_("生效日期 %(on)s 超过一年以后，请在一年之内登记"), on=on)
    for unit in units:
        if on < unit.since:
            refuse("on", N_("%(unit)s自 %(since)s 起才是现在的状态，生效日期 %(on)s 不能早于它"),
                   unit=unit.name, since=unit.since, on=on)


def check_name(name: str) -> str:
    """The name without surrounding spaces, or a refusal."""
    fault = name_fault(name)
    if fault:
        refuse("name", fault)
    return name.strip()


def check_code(session: Session, kind: str, level: str, code: str) -> None:
    """The code is well formed and no open unit bears it."""
    fault = code_fault(kind, level, code)
    if fault:
        refuse("code", fault)
    holder = session.scalar(select(Unit).where(Unit.code == code, Unit.closed_on.is_(None)))
    if holder is not None:
        refuse("code", N_("代码 %(code)s 已由%(unit)s使用"), code=code, unit=holder.name)


def check_nesting(kind: str, level: str, parent: Unit) -> None:
    """The parent may have such a unit beneath it."""
    fault = nesting_fault(kind, level, parent.kind, parent.level)
    if fault:
        refuse("parent", fault)


def check_parent_stands(session: Session, parent: Unit, on: dt.date) -> None:
    """The parent has existed without a break since the day."""
    since = open_since(session, parent)
    if on < since:
        refuse("on", N_("%(unit)s自 %(since)s 起才设立，生效日期 %(on)s 不能早于它"),
               unit=parent.name, since=since, on=on)


def open_since(session: Session, unit: Unit) -> dt.date:
    """The day from which an open unit has existed without a break."""
    since = unit.since
    for start, until in session.execute(select(UnitVersion.since, UnitVersion.until)
                                        .where(UnitVersion.unit_id == unit.id)
                                        .order_by(UnitVersion.since.desc())):
        if until != since:
            break
        since = start
    return since


def check_no_circle(session: Session, units: Iterable[Unit], parent: Unit, on: dt.date) -> None:
    """None of the units stands above the parent, today or on any day from `on`. A division never can on other
    days than today's: whatever stood above it on any day was of a higher level."""
    above: set[uuid.UUID] | None = None
    for unit in units:
        if unit.id == parent.id:
            refuse("parent", N_("%(unit)s不能放到自己之下"), unit=unit.name)
        if parent.path.startswith(unit.path):
            refuse("parent", N_("%(parent)s在%(unit)s之下，不能把%(unit)s放到它之下"),
                   unit=unit.name, parent=parent.name)
        if unit.kind == Kind.DIVISION:
            continue
        if above is None:
            above = _ever_above(session, parent.id, on)
        if unit.id in above:
            refuse("on", N_("%(on)s 之后%(parent)s曾在%(unit)s之下，请把生效日期定在它离开之后"),
                   on=on, parent=parent.name, unit=unit.name)


def _ever_above(session: Session, unit_id: uuid.UUID, on: dt.date) -> set[uuid.UUID]:
    found = {unit_id}
    frontier = {unit_id}
    while frontier:
        now = session.scalars(select(Unit.parent_id).where(Unit.id.in_(frontier)))
        then = session.scalars(select(UnitVersion.parent_id).where(UnitVersion.unit_id.in_(frontier),
                                                                   UnitVersion.until > on))
        frontier = {parent for parent in (*now, *then) if parent is not None} - found
        found |= frontier
    return found


def check_all_left(session: Session, unit: Unit, on: dt.date, leaving: Sequence[Unit] = ()) -> None:
    """Nothing stands beneath the unit from the day it ends, apart from what leaves by this very change."""
    gone = {child.id for child in leaving}
    for child in session.scalars(select(Unit).where(
            Unit.parent_id == unit.id, or_(Unit.closed_on.is_(None), Unit.closed_on > on))):
        if child.id not in gone:
            raise RuleViolation(N_("%(unit)s下面还有%(child)s，先把下级单位撤并、划转或撤销"),
                                rule=N_("单位撤销时不得有存续的下级"), unit=unit.name, child=child.name)
    later = session.execute(
        select(UnitVersion.name, UnitVersion.until)
        .where(UnitVersion.parent_id == unit.id, UnitVersion.until > on).order_by(UnitVersion.until.desc())
    ).first()
    if later is not None:
        refuse("on", N_("%(child)s到 %(until)s 才离开%(unit)s，生效日期不能早于它"),
               child=later.name, until=later.until, unit=unit.name)


def check_same_sort(units: Sequence[Unit], field_name: str) -> None:
    """The units are of one kind and level, so that one can stand for another."""
    first = units[0]
    for unit in units[1:]:
        if (unit.kind, unit.level) != (first.kind, first.level):
            refuse(field_name, N_("%(one)s是%(sort)s，%(other)s是%(other_sort)s，不是同一类同一级"),
                   one=unit.name, sort=sort(unit), other=first.name, other_sort=sort(first))


def check_unprotected(units: Iterable[Unit], protected: frozenset[uuid.UUID]) -> None:
    """A tenant's own unit does not end while its data are there."""
    for unit in units:
        if unit.id in protected:
            raise RuleViolation(
                N_("%(unit)s是租户，有自己的方案和数据；两个租户的数据要先由平台迁移合并，"
                   "不能直接撤并、拆分或撤销"), rule=N_("租户单位不得直接终止"), unit=unit.name)


def sort(unit: Unit) -> str:
    """Kind and level in words."""
    if unit.kind == Kind.DIVISION:
        return f"{LEVEL_NAMES[unit.level]}{KIND_NAMES[unit.kind]}"
    return f"{LEVEL_NAMES[unit.level]}的{KIND_NAMES[unit.kind]}"


def refuse(field_name: str, message: str, **params: object) -> NoReturn:
    """InvalidInput with the message beside its field."""
    raise InvalidInput(message, {field_name: message % params if params else message}, **params)

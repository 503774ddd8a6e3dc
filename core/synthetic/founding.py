"""Tenants and schools for counties that have none yet: bare, visibly made up, and trailed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.extensions import Actor, new_id, today
from core.synthetic.queries import County, Node
from core.synthetic.rules.schools import School
from core.tenancy.models import Tenant
from core.tenancy.permissions import Action as TenancyAction
from core.trail.services import record
from core.units.models import Kind, Level, Unit, UnitOperation, UnitTouch
from core.units.permissions import Action
from core.units.rules.levels import spare_token
from core.units.rules.pinyin import pinyin_keys
from core.units.services.bulk import Row, insert_units
from core.units.services.locks import lock_tree

#: a school is founded on this day, or with the unit it stands under
SINCE = dt.date(2010, 1, 1)


def found_tenant(session: Session, county: County, actor: Actor) -> None:
    """Let a county be a tenant of its own, without a plan; a run that was cut off may have done so."""
    if session.get(Tenant, county.tenant_id) is not None:
        return
    session.add(Tenant(id=county.tenant_id, unit_id=county.unit.id, founded_on=today()))
    session.flush()  # the trail names the tenant
    record(session, actor, TenancyAction.PLAN_APPROVE, f"为演示人口设立租户“{county.unit.name}”（{county.tenant_id}）",
           subject=f"tenant:{county.tenant_id}", tenant_id=county.tenant_id, unit_id=county.unit.id)


def found_schools(session: Session, county: County, townships: Sequence[Node], wanted: Sequence[School],
                  actor: Actor) -> list[uuid.UUID]:
    """Put schools into the tree, all in one change; gives their ids in the order of `wanted`."""
    if not wanted:
        return []
    lock_tree(session)
    rows = list(_rows(session, county, townships, wanted))
    sentence = f"为演示人口在{county.unit.name}设立 {len(rows)} 所虚构学校"
    operation = UnitOperation(id=new_id(), kind="import", on=SINCE, unit_id=county.unit.id, sentence=sentence,
                              detail={"added": len(rows), "renamed": 0, "moved": 0}, done_by=actor.name)
    session.add(operation)
    insert_units(session, rows, lambda count: None)
    parents = {row[5] for row in rows if row[5]}
    session.execute(insert(UnitTouch), [{"unit_id": uuid.UUID(one), "operation_id": operation.id, "changed": False}
                                        for one in sorted(parents)])
    record(session, actor, Action.MANAGE, sentence, subject=f"operation:{operation.id}", unit_id=county.unit.id,
           after={"added": len(rows)})
    return [uuid.UUID(row[0]) for row in rows]


def _rows(session: Session, county: County, townships: Sequence[Node], wanted: Sequence[School]) -> Iterator[Row]:
    numbers: dict[str, int] = {}
    taken = _taken(session, [county.unit, *townships])
    for school in wanted:
        parent = county.unit if school.township is None else townships[school.township]
        level = Level.TOWNSHIP if school.township is not None else _level(county)
        number = numbers.get(parent.code, 0) + 1
        while f"{parent.code}-S{number:02d}" in taken:
            number += 1
        numbers[parent.code], unit_id = number, new_id()
        yield (unit_id.hex, f"{parent.code}-S{number:02d}", school.name, str(Kind.SCHOOL), str(level), parent.id.hex,
               f"{parent.path}{spare_token(unit_id)}/", parent.depth + 1, max(SINCE, parent.since).isoformat(), None,
               *pinyin_keys(school.name))


def _level(county: County) -> Level:
    return Level.CITY if len(county.unit.code) == 4 else Level.COUNTY


def _taken(session: Session, parents: Sequence[Node]) -> frozenset[str]:
    """The codes of schools of our own beneath these units; also of closed ones, whose codes stay theirs."""
    found: set[str] = set()
    for parent in parents:
        start = f"{parent.code}-S"
        found.update(session.scalars(select(Unit.code).where(Unit.code >= start, Unit.code < start + ":")))
    return frozenset(found)

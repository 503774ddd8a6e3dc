"""One child known to two counties under one number and two names: each side sees the other through masks.

The one module of matching that reads and writes past the tenant fence. It gives the other county's name, birthday and
number masked, and leaves an entry on the trail of every county whose rows were touched. Records whose number and name
agree need no question: the keyed hash joins them already.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, cast

from sqlalchemy import Row, Table, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, new_id, past_fence, utcnow
from core.extensions.phrases import phrase
from core.matching.models import Decision, MatchCase
from core.matching.permissions import Action
from core.matching.rules.words import STATES
from core.privacy.masks import mask_name
from core.registry.models import Person
from core.tenancy.models import Tenant
from core.trail.services import record
from core.units.models import Unit

FOUND = phrase(N_("%(tenant)s查到 %(count)s 人证件号与本县相同而姓名或出生日期不同，请双方核对"))
LOOKED = phrase(N_("跨县核对同一证件号：%(new)s 人在 %(count)s 个县的姓名或出生日期与本县不同"))
_CASES = cast(Table, MatchCase.__table__)
_PERSONS = cast(Table, Person.__table__)
REASON = "核对两县同一证件号的人员"


def find_neighbours(session: Session, tenant_id: str, actor: Actor) -> int:
    """Open a case in both counties for every number that another tenant holds under another name or birthday; gives
    how many are new. What either side has decided is left alone."""
    found = _differing(session, tenant_id)
    names = _tenant_names(session, {tenant_id, *(row.their_tenant for row in found)})
    connection, now, new = past_fence(session), utcnow(), 0
    touched: dict[str, int] = {}
    for row in found:
        pair = ":".join(sorted((row.own_id.hex, row.their_id.hex)))
        known = connection.execute(select(_CASES.c.id).where(_CASES.c.tenant_id == tenant_id, _CASES.c.pair == pair)).first()
        if known is not None:
            continue
        reasons = ["same_id", "same_name" if row.own_key == row.their_key else "other_name",
                   *(["same_birth" if row.own_birth == row.their_birth else "other_birth"] if row.own_birth and row.their_birth else [])]
        sides = ((tenant_id, row.own_unit, row.own_id, row.their_tenant, row.their_id,
                  _shown(names, row.their_tenant, row.their_name, row.their_birth, row.their_mask)),
                 (row.their_tenant, row.their_unit, row.their_id, tenant_id, row.own_id,
                  _shown(names, tenant_id, row.own_name, row.own_birth, row.own_mask)))
        for at, unit_id, person_id, other, other_id, shown in sides:
            there = connection.execute(select(_CASES.c.id).where(_CASES.c.tenant_id == at, _CASES.c.pair == pair)).first()
            if there is None:
                connection.execute(insert(_CASES).values(
                    tenant_id=at, id=new_id(), unit_id=unit_id, kind="neighbour", pair=pair, person_id=person_id, other_id=other_id,
                    verdict="review", stage="neighbour", reasons=reasons, state=Decision.OPEN.value, decided_by="", note="",
                    other_tenant=other, other_shown=shown, proposed="", created_at=now))
        touched[row.their_tenant] = touched.get(row.their_tenant, 0) + 1
        new += 1
    for other, count in sorted(touched.items()):
        said = FOUND(tenant=names.get(tenant_id, tenant_id), count=count)
        record(session, actor, Action.MATCH_READ, said,
               subject="core.persons:elsewhere", tenant_id=other, reason=REASON)
    if touched:
        record(session, actor, Action.MATCH_READ, LOOKED(new=new, count=len(touched)),
               subject="core.persons:elsewhere", tenant_id=tenant_id, reason=REASON)
    return new


def propose(session: Session, case: MatchCase, decision: str, actor: Actor) -> None:
    """Tell the other county what has been decided here ("" when it was taken back)."""
    connection = past_fence(session)
    connection.execute(update(_CASES).where(
        _CASES.c.tenant_id == case.other_tenant, _CASES.c.pair == case.pair, _CASES.c.kind == "neighbour")
        .values(proposed=decision, proposed_at=utcnow() if decision else None))
    name = _tenant_names(session, {case.tenant_id}).get(case.tenant_id, case.tenant_id)
    said = f"认定为“{STATES[decision][0]}”，请贵县核对" if decision else "撤回了认定"
    record(session, actor, Action.MATCH_WRITE, f"{name}对两县同一证件号的一人{said}", subject=f"core.persons:{case.other_id}",
           tenant_id=case.other_tenant, reason=REASON)


def _differing(session: Session, tenant_id: str) -> list[Row[Any]]:
    own, their = _PERSONS.alias("own"), _PERSONS.alias("their")
    standing = [and_(side.c.state == "active", side.c.removed_at.is_(None)) for side in (own, their)]
    births = and_(own.c.birth_on.is_not(None), their.c.birth_on.is_not(None), own.c.birth_on != their.c.birth_on)
    statement = select(
        own.c.id.label("own_id"), own.c.unit_id.label("own_unit"), own.c.name.label("own_name"), own.c.name_key.label("own_key"),
        own.c.birth_on.label("own_birth"), own.c.id_number_mask.label("own_mask"), their.c.tenant_id.label("their_tenant"),
        their.c.id.label("their_id"), their.c.unit_id.label("their_unit"), their.c.name.label("their_name"),
        their.c.name_key.label("their_key"), their.c.birth_on.label("their_birth"), their.c.id_number_mask.label("their_mask"),
    ).select_from(own.join(their, and_(their.c.id_number_key == own.c.id_number_key, their.c.tenant_id != own.c.tenant_id))).where(
        own.c.tenant_id == tenant_id, *standing, or_(own.c.name_key != their.c.name_key, births)).order_by(own.c.id, their.c.id)
    return list(past_fence(session).execute(statement))


def _shown(names: dict[str, str], tenant_id: str, name: str, born: dt.date | None, mask: str) -> dict[str, str]:
    """What the other county may see of a record."""
    return {"tenant": names.get(tenant_id, tenant_id), "name": mask_name(name), "birth": f"{born.year}-**-**" if born else "",
            "id_number": mask}


def _tenant_names(session: Session, tenants: set[str]) -> dict[str, str]:
    tenant, unit = cast(Table, Tenant.__table__), cast(Table, Unit.__table__)
    rows = past_fence(session).execute(select(tenant.c.id, unit.c.name).join(unit, unit.c.id == tenant.c.unit_id)
                                       .where(tenant.c.id.in_(sorted(tenants))))
    return {row.id: row.name for row in rows}


def forget_shown(session: Session, person_id: uuid.UUID) -> None:
    """A person was erased: what other counties were shown of them goes too."""
    theirs = and_(_CASES.c.other_id == person_id, _CASES.c.kind == "neighbour")
    connection = past_fence(session)
    connection.execute(delete(_CASES).where(theirs, _CASES.c.state.in_(("open", "later"))))
    connection.execute(update(_CASES).where(theirs).values(other_shown={}))

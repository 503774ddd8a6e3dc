"""Break-glass: reading above or beside one's own scope, with a reason, for hours, known to a second body."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from core.access.models import BreakGlass
from core.access.permissions import Action, Role
from core.access.viewer import Viewer
from core.errors import N_, Conflict, InvalidInput, NotFound, NotPermitted
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import get_unit
from core.units.rules.levels import subtree

KNOWN = phrase(N_("%(name)s知悉%(who)s的应急访问"))
ENDED = phrase(N_("%(name)s结束应急访问"))
#: nobody needs longer in one go; whoever does is assigned there
LONGEST_HOURS = 8
SHORTEST_REASON = 10
#: it opens reading only: whatever has to be written there, the level above may write
ROLE = Role.AUDITOR


def open_glass(session: Session, actor: Actor, viewer: Viewer, unit: Unit, *, reason: str, hours: int,
               tenant_id: str) -> BreakGlass:
    """Open a unit for reading, effective at once; the unit above it is told."""
    fields = {}
    if len(reason.strip()) < SHORTEST_REASON:
        fields["reason"] = N_("请写明理由，至少 10 个字")
    if not 1 <= hours <= LONGEST_HOURS:
        fields["hours"] = N_("时限为 1 至 8 小时")
    if fields:
        raise InvalidInput(fields=fields)
    if viewer.roles_at(unit.path):
        raise Conflict(N_("“%(unit)s”已在您的任职范围内，不需要应急访问"), unit=unit.name)
    if unit.parent_id is None:
        raise NotPermitted(N_("应急访问不能打开全国"))
    above = get_unit(session, unit.parent_id)
    glass = BreakGlass(account_id=viewer.account_id, who=viewer.name, role=ROLE, unit_id=unit.id,
                       reason=reason.strip()[:400], until=utcnow() + dt.timedelta(hours=hours),
                       notified_unit_id=above.id)
    session.add(glass)
    session.flush()  # the trail names its id
    record(session, actor, Action.ACCESS_BREAK, f"{viewer.name}应急访问{unit.name}{hours}小时，已告知{above.name}",
           subject=f"break_glass:{glass.id}", tenant_id=tenant_id, unit_id=unit.id, reason=glass.reason,
           after={"until": glass.until.isoformat(), "notified": above.code})
    return glass


def take_note(session: Session, actor: Actor, viewer: Viewer, glass_id: uuid.UUID, unit: Unit, *,
              tenant_id: str) -> None:
    """A person of the notified body takes note; nobody notes their own."""
    glass = get_glass(session, glass_id)
    told = get_unit(session, glass.notified_unit_id)
    if not told.path.startswith(unit.path):
        raise NotFound(N_("没有这项应急访问，或者它没有告知本单位"))
    if glass.account_id == viewer.account_id:
        raise NotPermitted(N_("自己的应急访问要由被告知单位的其他人登记知悉"))
    if glass.noted_at is not None:
        raise Conflict(N_("%(who)s已登记知悉"), who=glass.noted_by)
    glass.noted_by, glass.noted_at = actor.name, utcnow()
    record(session, actor, Action.ACCESS_BREAK, KNOWN(name=actor.name, who=glass.who),
           subject=f"break_glass:{glass.id}", tenant_id=tenant_id, unit_id=told.id)


def close_glass(session: Session, actor: Actor, viewer: Viewer, glass_id: uuid.UUID, *, tenant_id: str) -> None:
    """End one's own break-glass before its time."""
    glass = get_glass(session, glass_id)
    if glass.account_id != viewer.account_id:
        raise NotFound(N_("没有这项应急访问"))
    if glass.closed_at is None and glass.until > utcnow():
        glass.closed_at = utcnow()
        record(session, actor, Action.ACCESS_BREAK, ENDED(name=viewer.name), subject=f"break_glass:{glass.id}",
               tenant_id=tenant_id, unit_id=glass.unit_id)


def get_glass(session: Session, glass_id: uuid.UUID) -> BreakGlass:
    """One break-glass by its id."""
    found = session.get(BreakGlass, glass_id)
    if found is None:
        raise NotFound(N_("没有这项应急访问"))
    return found


def list_glasses(session: Session, viewer: Viewer, unit: Unit, limit: int = 100
                 ) -> list[tuple[BreakGlass, Unit, Unit]]:
    """One's own, and those a body at or below this unit was told of: with the unit opened and the body."""
    opened, told = aliased(Unit), aliased(Unit)
    low, high = subtree(unit.path)
    rows = session.execute(
        select(BreakGlass, opened, told)
        .join(opened, opened.id == BreakGlass.unit_id).join(told, told.id == BreakGlass.notified_unit_id)
        .where(or_(BreakGlass.account_id == viewer.account_id, and_(told.path >= low, told.path < high)))
        .order_by(BreakGlass.id.desc()).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]

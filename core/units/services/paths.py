"""Today's paths: where a unit belongs, and moving a whole subtree by one statement."""

from __future__ import annotations

import uuid
from typing import cast

from sqlalchemy import Integer, Table, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.units.models import Unit, UnitLink
from core.units.rules.levels import spare_token, subtree, wanted_token


def above(session: Session, unit: Unit) -> Unit:
    """The unit whose path this one's continues: its parent, or its only successor once it is closed."""
    if unit.closed_on is not None:
        links = select(UnitLink.to_id).where(UnitLink.from_id == unit.id, UnitLink.on == unit.closed_on)
        found = set(session.scalars(links))
        if len(found) == 1:
            return session.get_one(Unit, found.pop())
    return session.get_one(Unit, unit.parent_id)


def free_path(session: Session, unit_id: uuid.UUID, parent_path: str, *wanted: str) -> str:
    """The first of the wanted tokens that no other unit holds under the parent, as a whole path."""
    for token in (*wanted, spare_token(unit_id)):
        path = f"{parent_path}{token}/"
        holder = session.scalar(select(Unit.id).where(Unit.path == path))
        if holder is None or holder == unit_id:
            return path
    return f"{parent_path}x{unit_id.hex}/"


def settle_path(session: Session, unit: Unit, token: str = "") -> None:
    """Bring the unit, with all beneath it, to where it belongs today; `token` is tried first."""
    parent = above(session, unit)
    wanted = [token] if token else []
    wanted.append(wanted_token(unit.kind, unit.code, parent.code, unit.id))
    path = free_path(session, unit.id, parent.path, *wanted)
    if path != unit.path:
        move_subtree(session, unit.path, path)


_UNITS = cast(Table, Unit.__table__)
_BENEATH = (_UNITS.c.path >= bindparam("low"), _UNITS.c.path < bindparam("high"))
_PATH = bindparam("new", type_=_UNITS.c.path.type).concat(func.substr(_UNITS.c.path, bindparam("cut", type_=Integer)))
#: built once, so that moving a township costs little more than its one statement; the depth is left alone where
#: it stays, because three indexes hold it
_MOVE = update(_UNITS).where(*_BENEATH).values(path=_PATH)
_MOVE_DEEPER = _MOVE.values(depth=_UNITS.c.depth + bindparam("deeper", type_=Integer))


def move_subtree(session: Session, old: str, new: str) -> int:
    """Move the unit at `old` and all beneath it to `new` by a single UPDATE; gives how many were moved."""
    low, high = subtree(old)
    deeper = new.count("/") - old.count("/")
    session.flush()  # the statement must meet what has been written so far
    values: dict[str, object] = {"new": new, "cut": len(old) + 1, "low": low, "high": high}
    if deeper:
        values["deeper"] = deeper
    moved: int = session.connection().execute(_MOVE_DEEPER if deeper else _MOVE, values).rowcount
    for row in session.identity_map.values():
        if isinstance(row, Unit) and (row.__dict__.get("path") or "").startswith(old):
            set_committed_value(row, "path", new + row.path[len(old) :])
            set_committed_value(row, "depth", row.depth + deeper)
    return moved

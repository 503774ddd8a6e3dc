"""What a record was on a day: today's state on the row, earlier ones in `Past`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Date, Uuid, insert, select, update
from sqlalchemy.orm import Session

from core.extensions import Actor, Yuan, new_id, utcnow
from core.privacy.columns import KEYED, SEALED, sensitive_fields
from core.registry.models import Dated, Past

#: how many records one statement names
CHUNK = 500
#: never part of a past state: what says whose record it is, and how often it was written
_OWN = frozenset({"tenant_id", "id", "version", "holds_from", "removed_at"})


def kept_columns(model: type[Any]) -> list[str]:
    """The columns whose past is kept; of sealed values the mask alone."""
    secret = {name + ending for name in sensitive_fields(model) for ending in (SEALED, KEYED)}
    return [column.name for column in model.__table__.columns if column.name not in _OWN | secret]


def freeze(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Values of a row as JSON keeps them."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID | Decimal) else value


def thaw(model: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with the types of the model's columns again."""
    columns = model.__table__.columns
    return {name: _typed(columns[name].type, value) for name, value in values.items() if name in columns}


def _typed(kind: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if isinstance(kind, Yuan):
        return Decimal(value)
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    return uuid.UUID(value) if isinstance(kind, Uuid) else value


def remember(session: Session, rows: Iterable[Dated], on: dt.date, actor: Actor) -> int:
    """Keep the state of these rows as it was until `on`, before they are changed; for one row and for many. Rows
    whose state holds from that very day, or a later one, have no past to keep. Gives how many were kept."""
    found: list[dict[str, Any]] = []
    names: dict[type[Any], list[str]] = {}
    for row in rows:
        if row.holds_from >= on:
            continue
        kept = names.setdefault(type(row), kept_columns(type(row)))
        found.append({"tenant_id": row.tenant_id, "id": new_id(), "subject_kind": row.__table__.name,  # type: ignore[attr-defined]
                      "subject_id": row.id, "since": row.holds_from, "until": on, "values": freeze(row, kept),
                      "changed_by": actor.name[:80], "changed_at": utcnow()})
        row.holds_from = on
    if found:
        session.execute(insert(Past), found)
    return len(found)


def remember_many(session: Session, model: type[Any], tenant_id: str, record_ids: Iterable[uuid.UUID], on: dt.date,
                  actor: Actor) -> int:
    """The same for records that are about to be changed in bulk, past the session: their state is kept, and they
    hold from `on`; their version is not touched. Gives how many were kept."""
    wanted, kept_names, count = list(record_ids), kept_columns(model), 0
    columns = [getattr(model, name) for name in kept_names]
    for at in range(0, len(wanted), CHUNK):
        mine = (model.tenant_id == tenant_id, model.id.in_(wanted[at : at + CHUNK]), model.holds_from < on)
        rows = session.execute(select(model.id, model.holds_from, *columns).where(*mine)).all()
        if not rows:
            continue
        moment = utcnow()
        session.execute(insert(Past), [
            {"tenant_id": tenant_id, "id": new_id(), "subject_kind": model.__tablename__, "subject_id": row.id,
             "since": row.holds_from, "until": on, "values": {name: _plain(getattr(row, name)) for name in kept_names},
             "changed_by": actor.name[:80], "changed_at": moment} for row in rows])
        session.execute(update(model).where(*mine).values(holds_from=on, version=model.version)
                        .execution_options(synchronize_session="fetch"))
        count += len(rows)
    return count


def as_of(session: Session, model: type[Any], tenant_id: str, record_id: uuid.UUID, day: dt.date) -> Any | None:
    """A record as it was on a day, as plain attributes, with `since`, `until` and who ended that state
    (`changed_by`); None where there was none yet."""
    return as_of_many(session, model, tenant_id, [record_id], day).get(record_id)


def as_of_many(session: Session, model: type[Any], tenant_id: str, record_ids: Iterable[uuid.UUID],
               day: dt.date) -> dict[uuid.UUID, Any]:
    """The same for many records of one kind: id → its state, those without one left out."""
    wanted = list(record_ids)
    names = kept_columns(model)
    found: dict[uuid.UUID, Any] = {}
    for row in session.scalars(select(model).where(model.tenant_id == tenant_id, model.id.in_(wanted))):
        if row.holds_from <= day:
            found[row.id] = SimpleNamespace(**{name: getattr(row, name) for name in names}, id=row.id,
                                            tenant_id=tenant_id, since=row.holds_from, until=None, changed_by="")
    missing = [record_id for record_id in wanted if record_id not in found]
    if not missing:
        return found
    past = select(Past).where(Past.tenant_id == tenant_id, Past.subject_id.in_(missing),
                              Past.subject_kind == model.__tablename__, Past.since <= day, Past.until > day)
    for kept in session.scalars(past):
        found[kept.subject_id] = _state(model, kept, names)
    return found


def _state(model: type[Any], kept: Past, names: Iterable[str]) -> Any:
    values: dict[str, Any] = {**dict.fromkeys(names), **thaw(model, kept.values)}
    own = {"id": kept.subject_id, "tenant_id": kept.tenant_id, "since": kept.since, "until": kept.until,
           "changed_by": kept.changed_by}
    return SimpleNamespace(**{**values, **own})


def list_past(session: Session, tenant_id: str, record_id: uuid.UUID) -> list[Past]:
    """Every earlier state of a record, newest first, with who ended it and when."""
    statement = select(Past).where(Past.tenant_id == tenant_id, Past.subject_id == record_id)
    return list(session.scalars(statement.order_by(Past.since.desc(), Past.changed_at.desc())))

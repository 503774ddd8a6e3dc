"""Writing one record of the registry: sealed fields, dated change, optimistic lock, trail."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, today, utcnow
from core.privacy import vault_of
from core.privacy.columns import KEYED, MASKED, SEALED, sensitive_fields, triple
from core.privacy.masks import mask
from core.registry.history import remember
from core.registry.models import Dated, Record
from core.trail.services import record

Row = TypeVar("Row", bound=Record)
#: shown masked on the trail, which nobody can clean after an erasure
_MASKED = {"name": "name", "name_key": "name", "head_name": "name", "head_name_key": "name", "helper_name": "name",
           "address": "address", "birth_on": "date", "elsewhere_school": "text", "note": "text"}


def create(session: Session, model: type[Row], tenant_id: str, unit_id: uuid.UUID, values: Mapping[str, Any],
           actor: Actor, *, action: str, sentence: str, on: dt.date | None = None) -> Row:
    """Store a new record. `values` holds columns by name and sensitive fields by their bare name in plain text.
    With `on` its first state holds from that day, else from the beginning."""
    row = model()
    row.tenant_id, row.unit_id = tenant_id, unit_id
    _put(session, row, values, blank=True)
    if on is not None and isinstance(row, Dated):
        row.holds_from = _day(on)
    session.add(row)
    session.flush()  # the id is in the trail, and a refused row must leave none
    record(session, actor, action, sentence, subject=row.subject, tenant_id=tenant_id,
           unit_id=unit_id, after=shown(row, values))
    return row


def change(session: Session, row: Record, values: Mapping[str, Any], actor: Actor, *, action: str, sentence: str,
           on: dt.date | None = None, expected: int | None = None, reason: str = "") -> bool:
    """Change a record; gives whether anything changed. With `on` the former state is kept as the past and the new
    one holds from that day; without, the entry is corrected as if it had always been so. `expected` is the version
    the caller has read: raises Conflict where somebody else has written since."""
    check_version(row, expected)
    new = _changed(session, row, values)
    if not new:
        return False
    if on is not None and isinstance(row, Dated):
        day = _day(on)
        if day < row.holds_from:
            raise InvalidInput(N_("变更日期早于现在这条记录生效的 %(since)s，请改填更晚的日期，或按更正办理"),
                               fields={"on": f"不早于 {row.holds_from}"}, since=row.holds_from)
        remember(session, [row], day, actor)
    before = shown(row, new)
    _put(session, row, new)
    flush(session)  # a refused row must leave no entry
    record(session, actor, action, sentence, subject=row.subject, tenant_id=row.tenant_id,
           unit_id=row.unit_id, before=before, after=shown(row, new), reason=reason)
    return True


def set_aside(session: Session, row: Record, actor: Actor, *, action: str, sentence: str,
              expected: int | None = None, reason: str = "") -> None:
    """Remove a record from every list; `bring_back` undoes it."""
    check_version(row, expected)
    if row.removed_at is not None:
        raise Conflict(N_("这条记录已经移除"))
    row.removed_at = utcnow()
    flush(session)
    record(session, actor, action, sentence, subject=row.subject, tenant_id=row.tenant_id,
           unit_id=row.unit_id, before={"removed": False}, after={"removed": True}, reason=reason)


def bring_back(session: Session, row: Record, actor: Actor, *, action: str, sentence: str) -> None:
    """Undo a removal."""
    if row.removed_at is None:
        raise Conflict(N_("这条记录没有被移除"))
    row.removed_at = None
    flush(session)
    record(session, actor, action, sentence, subject=row.subject, tenant_id=row.tenant_id,
           unit_id=row.unit_id, before={"removed": True}, after={"removed": False})


def check_version(row: Record, expected: int | None) -> None:
    """Raise Conflict where the record is no longer as the caller has read it."""
    if expected is not None and row.version != expected:
        raise Conflict(N_("这条记录刚被别人改过，请刷新后再改"))


def flush(session: Session) -> None:
    """Write now; two writers of one row at once: the second is told."""
    try:
        session.flush()  # here and now, so that the trail never speaks of what was refused
    except StaleDataError as error:
        raise Conflict(N_("这条记录刚被别人改过，请刷新后再改")) from error


def shown(row: Record, names: Mapping[str, Any]) -> dict[str, object]:
    """Values as the trail may show them: sealed fields, names, addresses and birthdays masked."""
    fields = sensitive_fields(type(row))
    found: dict[str, object] = {}
    for name in names:
        if name in fields:
            found[name] = getattr(row, name + MASKED, "") if hasattr(row, name + MASKED) else "******"
            continue
        value = getattr(row, name)
        kind = _MASKED.get(name)
        if value and kind == "date":
            value = f"{value.year}-**-**"
        elif value and kind:
            value = mask(kind, value)
        found[name] = value if value is None or isinstance(value, bool | int | str | list) else str(value)
    return found


def _changed(session: Session, row: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = sensitive_fields(type(row))
    vault = vault_of(session) if fields.keys() & values.keys() else None
    found = {}
    for name, value in values.items():
        if name in fields and vault is not None:
            kept = getattr(row, name + KEYED)
            if kept not in (vault.indexes(fields[name].kind, value) if value else [None]):
                found[name] = value
        elif getattr(row, name) != value:
            found[name] = value
    return found


def _put(session: Session, row: Record, values: Mapping[str, Any], *, blank: bool = False) -> None:
    fields = sensitive_fields(type(row))
    if blank:
        row.id = new_id()
    for name, value in values.items():
        if name in fields:
            for column, part in triple(vault_of(session), type(row), name, row.id, value).items():
                setattr(row, column, part)
        elif name.endswith((SEALED, MASKED)) or not hasattr(type(row), name):
            raise InvalidInput(N_("没有“%(name)s”这一栏"), name=name)
        else:
            setattr(row, name, value)


def _day(on: dt.date) -> dt.date:
    if on > today():
        raise InvalidInput(N_("变更日期不能晚于今天"), fields={"on": "不晚于今天"})
    return on

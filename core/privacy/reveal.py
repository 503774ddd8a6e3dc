"""Showing the original of a sealed value: an act with a reason, counted for each person and day, on the trail."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, NotFound, NotPermitted
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.privacy.columns import MASKED, SEALED, sensitive_fields
from core.privacy.models import RevealCount
from core.privacy.vault import vault_of
from core.trail.models import TrailEntry
from core.trail.queries import names_record
from core.trail.services import record

SEEN = phrase(N_("查看%(what)s原文（今日第 %(count)s 次）"))
#: the action of looking, and that of carrying originals out in a file
READ, EXPORT = "core:identity:read", "core:identity:export"
LEAST_REASON = 4
_NAMES = {"id_number": N_("证件号"), "phone": N_("手机号"), "bank_card": N_("银行卡号"), "register_number": N_("学籍号")}


def reveal(session: Session, actor: Actor, row: Any, ledger_code: str, field: str, reason: str) -> str:
    """The original of one sealed field of one record (an object of the session, within the caller's scope: the
    caller has asked for `core:identity:read` there). Raises InvalidInput without a reason of at least four
    characters, NotPermitted beyond the day's number, NotFound where there is no such value."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("查看原文须写明理由"), fields={"reason": f"至少 {LEAST_REASON} 个字"})
    known = sensitive_fields(type(row)).get(field)
    sealed = getattr(row, field + SEALED) if known else None
    if known is None or sealed is None:
        raise NotFound(N_("这一栏没有原文"))
    vault = vault_of(session)
    today = _counted(session, row.tenant_id, actor, vault.reveals_per_day)
    text = vault.open(known.purpose, row.id, sealed)
    what = _NAMES.get(known.kind, field)
    record(session, actor, READ, SEEN(what=what, count=today), subject=f"{ledger_code}:{row.id}",
           tenant_id=row.tenant_id, unit_id=getattr(row, "unit_id", None), reason=reason,
           after={"field": field, "shown_as": getattr(row, field + MASKED, ""), "today": today})
    return text


def lookers(session: Session, tenant_id: str, ledger_code: str, record_id: uuid.UUID, limit: int = 100) -> list[TrailEntry]:
    """Who looked at the originals of a record, newest first: one by one, and in the newest files that carried originals out."""
    def entries(subject: str, action: str) -> list[TrailEntry]:
        statement = select(TrailEntry).where(TrailEntry.tenant_id == tenant_id, TrailEntry.subject == subject, TrailEntry.action == action)
        return list(session.scalars(statement.order_by(TrailEntry.id.desc()).limit(limit)))

    files = [entry for entry in entries(f"ledger:{ledger_code}", EXPORT) if names_record(session, entry, record_id)]
    return sorted([*entries(f"{ledger_code}:{record_id}", READ), *files], key=lambda entry: entry.id, reverse=True)[:limit]


def busiest(session: Session, tenant_id: str, day: dt.date, limit: int = 50) -> list[RevealCount]:
    """Who looked at most originals on a day, for those who audit."""
    statement = select(RevealCount).where(RevealCount.tenant_id == tenant_id, RevealCount.day == day)
    return list(session.scalars(statement.order_by(RevealCount.count.desc(), RevealCount.account_id).limit(limit)))


def _counted(session: Session, tenant_id: str, actor: Actor, most: int) -> int:
    """Count one more of today; the row is held until the transaction ends, so that two at once both count."""
    account_id = actor.account_id or uuid.UUID(int=0)
    day = today()
    mine = (RevealCount.tenant_id == tenant_id, RevealCount.account_id == account_id, RevealCount.day == day)
    one_more = update(RevealCount).where(*mine).values(count=RevealCount.count + 1).execution_options(
        synchronize_session=False)
    if not session.execute(one_more).rowcount:  # type: ignore[attr-defined]
        try:
            with session.begin_nested():
                session.add(RevealCount(tenant_id=tenant_id, account_id=account_id, day=day, count=1))
        except IntegrityError:  # somebody with the same account was faster
            session.execute(one_more)
    count = session.scalar(select(RevealCount.count).where(*mine)) or 0
    if count > most:
        raise NotPermitted(N_("今天查看原文已达 %(most)d 次的上限，确有需要请联系审计管理员"), most=most)
    return count

"""Accounts and their movements as a workbook, in constant memory and within the reach of whoever asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.access.sheets import MIME, Cell, watermark, write_xlsx
from core.funds import pages
from core.funds.models import FundAccount
from core.funds.pages import Asked
from core.funds.rules.words import KINDS, LEVELS, MOVEMENTS
from core.units.queries import units_by_id

__all__ = ["ACCOUNT_HEADS", "INLINE", "MIME", "MOVEMENT_HEADS", "account_lines", "movement_lines", "watermark", "write_xlsx"]
#: more movements than this are written by a job
INLINE = 5_000
ACCOUNT_HEADS = (("编码", 14), ("账户", 26), ("单位", 22), ("种类", 12), ("层级", 10), ("专款用途", 24), ("余额（元）", 16),
                 ("其中指定用途（元）", 18), ("可用（元）", 16), ("笔数", 8), ("结账至", 12), ("核对", 30))
MOVEMENT_HEADS = (("序号", 8), ("日期", 12), ("种类", 10), ("收入（元）", 16), ("支出（元）", 16), ("余额（元）", 16), ("用途", 16),
                  ("地点", 18), ("项目", 18), ("摘要", 30), ("来源", 24), ("登记人", 12))


def account_lines(session: Session, scope: Scope) -> Iterator[Sequence[Cell]]:
    """A line for each account in scope, by unit."""
    statement = in_scope(select(FundAccount), FundAccount, scope).order_by(FundAccount.unit_id, FundAccount.id)
    accounts = list(session.scalars(statement))
    units = units_by_id(session, {account.unit_id for account in accounts}) if accounts else {}
    for one in accounts:
        name = units[one.unit_id].name if one.unit_id in units else ""
        yield (one.code, one.title, name, KINDS[one.kind], LEVELS[one.level], "、".join(one.purposes), one.balance,
               one.reserved, one.free, one.moves, one.closed_until, one.fault or ("一致" if one.checked_at else "尚未核对"))


def movement_lines(session: Session, account: FundAccount, asked: Asked) -> Iterator[Sequence[Cell]]:
    """A line for each movement asked for, in the order they were booked."""
    names: dict[uuid.UUID, str] = {}
    for one in pages.every_movement(session, account, asked):
        if one.place_id and one.place_id not in names:
            names.update({key: unit.name for key, unit in units_by_id(session, {one.place_id}).items()})
        yield (one.number, one.on, MOVEMENTS[one.kind], one.amount if one.amount > 0 else None,
               -one.amount if one.amount < 0 else None, one.balance_after, one.use,
               names.get(one.place_id, "") if one.place_id else "", one.project, one.memo, one.source.partition(":")[0], one.who)

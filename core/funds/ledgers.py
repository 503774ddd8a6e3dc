"""Accounts and every movement of their money as ledgers to read: pages and services book, nobody enters a row."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from flask import g, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_
from core.funds.models import FundAccount, FundMovement
from core.funds.permissions import Action
from core.funds.rules.words import KINDS, LEVELS, MOVEMENTS
from core.host.ledgers import Field, Ledger

GROUP = "funds"


def account_titles(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """What accounts are called."""
    return {row.id: row.title for row in session.execute(select(FundAccount.id, FundAccount.title).where(FundAccount.id.in_(ids)))}


def _account_page(row: Any) -> str:
    return url_for("funds.show", code=g.unit.code, account_id=row.id)


def _movement_page(row: Any) -> str:
    return url_for("funds.show", code=g.unit.code, account_id=row.account_id)


def _read(name: str, label: str, kind: str = "text", **options: Any) -> Field:
    """A field that nobody enters."""
    return Field(name, label, kind, editable=False, imported=False, **options)


ACCOUNTS = Ledger(
    code="core.fund_accounts", title=N_("资金账户"), one=N_("账户"), model=FundAccount, group=GROUP, order=10, icon="building-bank",
    read=Action.READ, write=Action.MANAGE, export=Action.EXPORT, title_of="title", clause="CO-016", creatable=False, removable=False,
    importable=False, page=_account_page, help=N_("账户在“资金台账”里开立；余额等于各笔收支之和。"),
    fields=(
        _read("title", N_("账户")),
        _read("code", N_("编码"), filter="prefix"),
        _read("unit_id", N_("单位"), "unit", filter="unit"),
        _read("kind", N_("种类"), "choice", choices=tuple(KINDS.items()), filter="choice"),
        _read("level", N_("层级"), "choice", choices=tuple(LEVELS.items()), filter="choice"),
        _read("fund", N_("方案中的资金"), listed=False),
        _read("balance", N_("余额"), "yuan", total=True, filter="range", measure="元"),
        _read("reserved", N_("其中指定用途"), "yuan", total=True, measure="元"),
        _read("moves", N_("笔数"), "integer", total=True),
        _read("opened_on", N_("开户日期"), "date", listed=False),
        _read("closed_on", N_("销户日期"), "date", listed=False),
        _read("closed_until", N_("结账至"), "date", listed=False),
        _read("fault", N_("核对不符"), listed=False),
    ))
MOVEMENTS_LEDGER = Ledger(
    code="core.fund_movements", title=N_("资金收支"), one=N_("收支"), model=FundMovement, group=GROUP, order=20, icon="arrows-exchange",
    read=Action.READ, write=Action.WRITE, export=Action.EXPORT, title_of="memo", clause="CO-016", creatable=False, removable=False,
    importable=False, page=_movement_page, help=N_("一笔收支记账后不改不删，有误的冲正；支出和转出记为负数，合计就是净额。"),
    fields=(
        _read("happened_on", N_("日期"), "date", sort=True, filter="range"),
        _read("account_id", N_("账户"), names=account_titles),
        _read("number", N_("序号"), "integer", listed=False),
        _read("unit_id", N_("单位"), "unit", filter="unit"),
        _read("kind", N_("种类"), "choice", choices=tuple(MOVEMENTS.items()), filter="choice"),
        _read("amount", N_("金额"), "yuan", total=True, filter="range", measure="元"),
        _read("balance_after", N_("记账后余额"), "yuan", measure="元"),
        _read("use", N_("用途"), filter="equal"),
        _read("place_id", N_("地点"), "unit", listed=False),
        _read("project", N_("项目"), listed=False),
        _read("memo", N_("摘要")),
        _read("source", N_("来源"), listed=False),
        _read("who", N_("登记人"), listed=False),
    ))
LEDGERS = [ACCOUNTS, MOVEMENTS_LEDGER]

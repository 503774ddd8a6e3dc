"""Accounts of each demo tenant with made-up money, so that the pages have something to show."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor, today
from core.funds import services
from core.funds.models import AccountKind, FundAccount
from core.funds.services import Wish
from core.units.models import Kind, Unit
from core.units.queries import find_unit_by_code, list_children

OPENED, GIVEN = dt.date(2016, 1, 1), dt.date(2016, 10, 17)
PASSED, UNDER_WAY = dt.date(2016, 10, 28), dt.timedelta(16)
SPENDING = (("助学", "18600.00", 21), ("济困", "7200.50", 23), ("助学", "12400.00", 36), ("校园维修", "9800.00", 40))


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """Open a fund, a transit account and one for money collected, unless the tenant has accounts already."""
    unit = find_unit_by_code(session, tenant_id)
    there = session.scalar(select(FundAccount.id).where(FundAccount.tenant_id == tenant_id).limit(1))
    if unit is None or unit.level == "country" or there is not None:  # the country holds no account
        return
    love = _open(session, tenant_id, unit, "demo-love", "爱心助学基金（演示）", AccountKind.NAMED, actor)
    via = _open(session, tenant_id, unit, "demo-transit", "慈善会在途专户（演示）", AccountKind.TRANSIT, actor, 10)
    collected = _open(session, tenant_id, unit, "demo-collected", "扶贫日代收款（演示）", AccountKind.COLLECTED, actor, 5)
    _fill(session, tenant_id, love, unit, actor)
    services.send(session, None, love, Decimal("8000.00"), today() - UNDER_WAY, actor, key=f"demo-{tenant_id}-transit", via=via,
                  memo="未指定用途")
    services.receive(session, collected, Decimal("3000.00"), GIVEN, actor, key=f"demo-{tenant_id}-collected", memo="机关干部捐款")
    services.pass_on(session, collected, Decimal("2900.00"), PASSED, actor, key=f"demo-{tenant_id}-passed", to="县慈善协会")


def _open(session: Session, tenant_id: str, unit: Unit, code: str, title: str, kind: str, actor: Actor,
          days: int | None = None) -> FundAccount:
    return services.open_account(session, tenant_id, unit, code, title, actor, kind=kind, pass_on_days=days, on=OPENED)


def _fill(session: Session, tenant_id: str, love: FundAccount, unit: Unit, actor: Actor) -> None:
    services.receive(session, love, Decimal("98000.00"), GIVEN, actor, key=f"demo-{tenant_id}-pool", memo="教育扶贫日捐款")
    below = next((child for child in list_children(session, unit, limit=50) if child.kind == Kind.DIVISION), None)
    if below is not None:
        wish = Wish(f"{below.name}助学", below.id, "助学")
        services.receive(session, love, Decimal("6000.00"), GIVEN, actor, key=f"demo-{tenant_id}-wish", wish=wish, memo="指定捐赠")
    for use, amount, after in SPENDING:
        services.spend(session, love, Decimal(amount), GIVEN + dt.timedelta(after), actor, key=f"demo-{tenant_id}-{after}", use=use)

"""A made-up campaign that has ended, for a demonstration: its notice, two objections to it, a project whose use waits to
be published, and an order to put something right."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ParameterError
from core.extensions import Actor, today
from core.funds.queries import get_account
from core.publicity.services import answer_objection, object_to
from core.units.models import Unit
from plugins.donations.models import Campaign, Gift
from plugins.donations.services import campaigns, orders
from plugins.donations.services.gifts import settle
from plugins.donations.services.publishing import publish
from plugins.donations.services.spendings import Payment, pay

CODE = "demo-ended"
_BEGAN, _GIVEN, _SPENT, _ENDED, _PROJECT_ENDED = (dt.timedelta(days) for days in (90, 60, 30, 20, 12))
_PAID = Decimal("3200.00")
_GIFTS: tuple[dict[str, Any], ...] = (
    {"donor_kind": "unit", "donor_name": "演示建材公司", "amount": Decimal("26000.00"), "consent": "named"},
    {"donor_kind": "person", "donor_name": "测试戊", "amount": Decimal("600.00")},
    {"donor_kind": "person", "donor_name": "测试己", "amount": Decimal("300.00"), "consent": "unnamed"},
    {"donor_kind": "pupils", "class_name": "八（1）班", "amount": Decimal("218.50")},
)


def load_ended(session: Session, tenant_id: str, home: Unit, route: str, actor: Actor) -> None:
    """Everything, for a tenant that has none of it yet."""
    if session.scalar(select(Campaign.id).where(Campaign.tenant_id == tenant_id, Campaign.code == CODE)) is not None:
        return
    day = today()
    made = campaigns.draft(session, tenant_id, home, {
        "code": CODE, "title": "图书捐赠活动（演示）", "plan_code": "", "kind": "internal", "holder": "演示教育局", "holder_kind": "office",
        "qualification": "", "starts_on": day - _BEGAN, "concentrated_from": None, "concentrated_to": None, "ends_on": None,
        "use_plan": "演示用途：学校图书角", "note": ""}, actor)
    campaigns.declare(session, made, actor)
    campaigns.open_campaign(session, made, actor)
    given = _give(session, tenant_id, home, day - _GIVEN, route, actor)
    campaigns.close(session, made, day - _ENDED, actor)
    _published(session, made, actor)
    project = campaigns.add_project(session, tenant_id, home, {
        "code": "demo-books", "title": "学校图书角（演示）", "campaign_code": CODE, "use": "school", "starts_on": day - _GIVEN}, actor)
    _spend(session, tenant_id, home, given[0], actor)
    campaigns.end_project(session, project, day - _PROJECT_ENDED, actor)
    orders.open_order(session, "gift", given[1], "演示：收据日期与捐赠日期不一致，请核对更正", actor)
    answered = orders.open_order(session, "campaign", made, "演示：倡议书没有写明自愿原则", actor)
    orders.answer(session, answered, "演示：已补写并重新印发", actor)


def _give(session: Session, tenant_id: str, home: Unit, on: dt.date, route: str, actor: Actor) -> list[Gift]:
    rows = [Gift(**{"tenant_id": tenant_id, "unit_id": home.id, "reference": f"DEMO-B{number:02d}", "campaign_code": CODE, "form": "money",
                    "given_on": on + dt.timedelta(number), "route": route, **given}) for number, given in enumerate(_GIFTS, 1)]
    session.add_all(rows)
    session.flush()  # they are settled as they are stored
    settle(session, tenant_id, [row.id for row in rows], actor)
    return rows


def _spend(session: Session, tenant_id: str, home: Unit, gift: Gift, actor: Actor) -> None:
    """What the project bought; money that is still under way cannot be spent."""
    if gift.account_id is not None and get_account(session, tenant_id, gift.account_id).free >= _PAID:
        pay(session, tenant_id, home, Payment(gift.account_id, _PAID, today() - _SPENT, "school", campaign_id=gift.campaign_id,
                                              project_code="demo-books", memo="演示支出"), actor)


def _published(session: Session, made: Campaign, actor: Actor) -> None:
    try:
        notice = publish(session, None, made, actor)
    except ParameterError:
        return  # no plan says for how long anything is shown
    object_to(session, None, notice, "演示异议：公示的金额与收据是否一致？", "", actor)
    asked, _code = object_to(session, None, notice, "演示异议：班级捐款为什么只公示合计？", "", actor)
    answer_objection(session, None, notice, asked, "noted", "演示答复：学生捐款只公示班级合计，不公示个人。", actor)

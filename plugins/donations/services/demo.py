"""Visibly made-up gifts for a demonstration."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.funds.queries import get_account
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from plugins.donations.models import Appeal, Campaign, Consumption, Contribution, Gift, Project
from plugins.donations.plan.reading import find_rule, rules_of
from plugins.donations.services import campaigns
from plugins.donations.services.demo_ended import load_ended
from plugins.donations.services.demo_library import load_needs
from plugins.donations.services.demo_papers import load_certificates
from plugins.donations.services.gifts import settle
from plugins.donations.services.spendings import Payment, pay

_PAID = Decimal("1200.00")
_GIFTS: tuple[dict[str, Any], ...] = (
    {"donor_kind": "unit", "donor_name": "演示科技公司", "amount": Decimal("60000.00"), "consent": "named"},
    {"donor_kind": "person", "donor_name": "测试甲", "amount": Decimal("5001.00")},
    {"donor_kind": "person", "donor_name": "测试乙", "amount": Decimal("200.00"), "consent": "unnamed"},
    {"donor_kind": "anonymous", "amount": Decimal("888.00")},
    {"donor_kind": "pool", "donor_name": "演示商会", "amount": Decimal("3200.00"), "consent": "named"},
    {"donor_kind": "pupils", "class_name": "七（1）班", "amount": Decimal("156.50")},
    {"donor_kind": "pupils", "class_name": "七（2）班", "amount": Decimal("143.00")},
    {"donor_kind": "unit", "donor_name": "演示纺织厂", "form": "goods", "item": "棉被", "quantity": Decimal("100.00"), "measure": "床",
     "unit_price": Decimal("120.00"), "amount": Decimal("12000.00"), "valued": True, "valuer": "演示镇", "direct": True,
     "valuation_basis": "同期市场行情", "proof_number": "YS-1", "consent": "named"},
    {"donor_kind": "unit", "donor_name": "演示建筑公司", "amount": Decimal("88000.00"), "consent": "named"},
    {"donor_kind": "person", "donor_name": "测试丙", "amount": Decimal("8000.00"), "consent": "named"},
    {"donor_kind": "unit", "donor_name": "演示书店", "form": "goods", "item": "旧书", "amount": Decimal("0.00"), "valued": False},
)


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """A campaign that runs and one that has ended, certificates and needs, each for a tenant that has none yet."""
    home = find_unit_by_code(session, tenant_id)
    if home is None or home.level == "country":
        return
    if session.scalar(select(Campaign.id).where(Campaign.tenant_id == tenant_id).limit(1)) is None:
        _run(session, tenant_id, home, actor)
    load_certificates(session, tenant_id, actor)
    load_needs(session, tenant_id, home, actor)
    load_ended(session, tenant_id, home, _route(session, tenant_id), actor)


def _run(session: Session, tenant_id: str, home: Unit, actor: Actor) -> None:
    """A campaign with its gifts, a payment, a purchase and what a firm did."""
    plan = next(iter(rules_of(session, tenant_id, "campaign")), None)
    first = max(dt.date(2018, 9, 1), plan.entry.valid_from or dt.date(2018, 9, 1)) if plan else dt.date(2018, 9, 1)
    values: dict[str, Any] = {
        "code": "demo-2018", "title": f"{plan.name if plan else '捐赠活动'}（演示）", "plan_code": plan.code if plan else "",
        "kind": "internal", "holder": "演示教育局", "holder_kind": "office", "qualification": "", "starts_on": first,
        "concentrated_from": dt.date(2018, 10, 1), "concentrated_to": dt.date(2018, 10, 17), "ends_on": None,
        "use_plan": "演示用途：资助家庭困难学生", "note": ""}
    made = campaigns.draft(session, tenant_id, home, values, actor)
    campaigns.declare(session, made, actor)
    campaigns.open_campaign(session, made, actor)
    _give(session, tenant_id, home, plan is not None and bool(plan.get("own_place")), actor)
    _beside(session, tenant_id, home)
    _spend(session, tenant_id, home, made, actor)


def _give(session: Session, tenant_id: str, home: Unit, own_place: bool, actor: Actor) -> None:
    route, rows = _route(session, tenant_id), []
    wish = {"designation": "place", "designated_place_id": home.id} if own_place else {}
    for number, given in enumerate(_GIFTS, 1):
        day = dt.date(2018, 10, 7 + number)
        rows.append(Gift(tenant_id=tenant_id, unit_id=home.id, reference=f"DEMO-{number:03d}", campaign_code="demo-2018", given_on=day,
                         valued_on=day if given.get("valued") else None, route=route, **wish, **{"form": "money", **given}))
    session.add_all(rows)
    session.flush()  # they are settled as they are stored
    settle(session, tenant_id, [row.id for row in rows], actor)


def _route(session: Session, tenant_id: str) -> str:
    """The road of the plan that any gift may take."""
    return next((rule.code for rule in rules_of(session, tenant_id, "route") if rule.get("when", "any") == "any"), "")


def _beside(session: Session, tenant_id: str, home: Unit) -> None:
    here = {"tenant_id": tenant_id, "unit_id": home.id}
    session.add_all((
        Consumption(**here, buyer="演示单位", seller="演示合作社", item="土豆", quantity=3, amount=Decimal("180.00"),
                    bought_on=dt.date(2018, 10, 10)),
        Contribution(**here, kind="jobs", contributor="演示科技公司", done_on=dt.date(2018, 10, 12), persons=6),
        Appeal(**here, kind="letter", title="扶贫日倡议书（演示）", held_on=dt.date(2018, 9, 20), recipients=120, citation="演示文件"),
        Project(**here, code="demo-study", title="困难学生资助（演示）", campaign_code="demo-2018", use="study",
                starts_on=dt.date(2018, 10, 20))))
    session.flush()  # the payment names the project


def _spend(session: Session, tenant_id: str, home: Unit, campaign: Campaign, actor: Actor) -> None:
    gift = session.scalar(select(Gift).where(Gift.tenant_id == tenant_id, Gift.reference == "DEMO-001"))
    rule = find_rule(session, tenant_id, "campaign", campaign.plan_code) if campaign.plan_code else None
    use = next(iter(rule.get("uses") or ["study"]), "study") if rule else "study"
    if gift is None or gift.account_id is None or (rule is not None and rule.get("household")):
        return  # a plan that asks for households is shown with no payment: the demonstration names none
    wished = gift.designated_place_id is not None
    if not wished and get_account(session, tenant_id, gift.account_id).free < _PAID:
        return  # money that is still under way cannot be spent
    pay(session, tenant_id, home, Payment(gift.account_id, _PAID, dt.date(2018, 11, 5), use, gift.id if wished else None, campaign.id,
                                          "demo-study", gift.designated_place_id, memo="演示支出"), actor)

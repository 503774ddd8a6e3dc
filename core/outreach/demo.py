"""A made-up campaign for the demo: three of the plan's channels used, the text messages listed and not yet sent."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor, today
from core.ledgers.storing import create
from core.outreach import plan
from core.outreach.ledgers import CAMPAIGNS, USES
from core.outreach.models import Campaign
from core.outreach.rules.words import OUTBOX, SMS
from core.outreach.services.gateways import Setting, set_gateway
from core.tenancy.queries import get_tenant

_CODE = "demo-1"
_DAYS, _REACHED = 7, (4200, 1800, 260)


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """Where the plan asks for channels; once."""
    tenant = get_tenant(session, tenant_id)
    wanted = plan.wanted(session, tenant, today())
    there = session.scalar(select(Campaign.id).where(Campaign.tenant_id == tenant_id).limit(1))
    if wanted is None or there is not None or not wanted.channels:
        return
    unit = str(tenant.unit.id)
    create(session, CAMPAIGNS, tenant_id, tenant.unit.id, {
        "title": "学生资助政策宣讲（演示）", "code": _CODE, "unit_id": unit, "area": f"{tenant.name}各乡镇、各学校",
        "content": "资助哪些学生、标准多少、到哪里申请（演示）。", "message": "【演示】学生资助开始申请，请向孩子所在学校了解标准和办法。",
        "begins_on": today() - dt.timedelta(days=_DAYS)}, actor)
    used = [one for one in wanted.channels if one != SMS]
    for channel, reached in zip(used, _REACHED, strict=False):
        create(session, USES, tenant_id, tenant.unit.id, {
            "campaign": _CODE, "channel": channel, "unit_id": unit, "happened_on": today() - dt.timedelta(days=1), "reached": reached,
            "place": "演示"}, actor)
    set_gateway(session, tenant, Setting(OUTBOX), actor)

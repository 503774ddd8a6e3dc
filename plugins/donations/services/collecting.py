"""Money collected for somebody else, passed on in full."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.extensions import Actor, new_id
from core.extensions.phrases import phrase
from core.funds import queries as funds
from core.funds.models import AccountKind, FundTransfer
from core.funds.services import open_account, send
from core.tenancy.queries import get_tenant
from plugins.donations.models import Gift
from plugins.donations.services.accounts import LONG_AGO

HANDED_ON = phrase(N_("转交%(whom)s"))


def forward(session: Session, gift: Gift, amount: Decimal, on: dt.date, actor: Actor, *, key: uuid.UUID | None = None) -> FundTransfer:
    """Pass on money that was collected on behalf; what is kept back shows as an alarm of the account."""
    if not gift.collected_for or gift.account_id is None:
        raise Conflict(N_("这笔捐赠不是代收款"))
    source = funds.get_account(session, gift.tenant_id, gift.account_id)
    home = get_tenant(session, gift.tenant_id).unit
    code = f"donations.forwarded:{gift.collected_for}"[:60]
    target = funds.find_account(session, gift.tenant_id, code) or open_account(
        session, gift.tenant_id, home, code, f"已转交{gift.collected_for}", actor, kind=AccountKind.NAMED, on=LONG_AGO)
    return send(session, source, target, amount, on, actor, key=f"donations.forward:{key or new_id()}",
                record_of=f"donations.gift:{gift.id}", memo=HANDED_ON(whom=gift.collected_for))

"""Those whose money was collected and given as one gift."""

from __future__ import annotations

import re
from decimal import Decimal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.trail.services import record
from plugins.donations.models import Contributor, Gift
from plugins.donations.permissions import Action

ENTERED = phrase(N_("登记集中捐赠（%(reference)s）的出资人 %(count)s 人"))
_LINE = re.compile(r"^(?P<name>[^\s,，\t]{1,50})[\s,，\t]+(?P<amount>[0-9]{1,10}(?:\.[0-9]{1,2})?)$")
MOST = 5_000


def read_lines(text: str) -> list[tuple[str, Decimal]]:
    """Names and amounts, one a line; raises InvalidInput naming the first line that cannot be read."""
    found: list[tuple[str, Decimal]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = _LINE.match(line.strip())
        if parts is None or Decimal(parts["amount"]) <= 0:
            raise InvalidInput(N_("第 %(number)d 行“%(line)s”写得不对"), {"lines": N_("每行写姓名和金额，如：测试甲 200.00")},
                               number=number, line=line.strip()[:30])
        found.append((parts["name"], Decimal(parts["amount"])))
    if len(found) > MOST:
        raise InvalidInput(N_("最多 %(most)d 人"), {"lines": N_("人数太多")}, most=MOST)
    return found


def set_contributors(session: Session, gift: Gift, lines: list[tuple[str, Decimal]], actor: Actor) -> None:
    """Say who is behind a pooled gift; what they gave is what was given."""
    if gift.donor_kind != "pool":
        raise InvalidInput(N_("只有“集中收取”的捐赠有出资人名单"), {"lines": N_("不是集中收取的捐赠")})
    total = sum((amount for _, amount in lines), Decimal("0.00"))
    if total != gift.amount:
        raise InvalidInput(N_("名单合计 %(total)s 元，与捐赠 %(amount)s 元不符"), {"lines": N_("合计与捐赠金额不符")},
                           total=f"{total:,.2f}", amount=f"{gift.amount:,.2f}")
    session.execute(delete(Contributor).where(Contributor.tenant_id == gift.tenant_id, Contributor.gift_id == gift.id))
    session.add_all(Contributor(tenant_id=gift.tenant_id, unit_id=gift.unit_id, gift_id=gift.id, name=name, amount=amount)
                    for name, amount in lines)
    session.flush()  # the page that follows lists them
    record(session, actor, Action.GIFT_WRITE, ENTERED(reference=gift.reference, count=len(lines)),
           subject=f"donations.gifts:{gift.id}", tenant_id=gift.tenant_id, unit_id=gift.unit_id,
           after={"count": len(lines), "total": str(total)})

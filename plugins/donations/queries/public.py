"""What a county's public page sums up: no donor, no household, no child."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.funds.models import FundAccount
from plugins.donations.models import Certificate, Gift, Project, Spending
from plugins.donations.rules import words

ZERO = Decimal("0.00")
#: projects on the front page
MOST = 20


@dataclass(frozen=True)
class Sums:
    """What was given, in money and in goods, what was spent, and how many certificates hold."""

    gifts: int
    money: Decimal
    goods: Decimal
    spent: Decimal
    #: what lies in the accounts of gifts
    balance: Decimal
    certificates: int


@dataclass(frozen=True)
class Progress:
    """A project and how far it is."""

    title: str
    use: str
    spent: Decimal
    ends_on: dt.date | None

    def ended(self, day: dt.date) -> bool:
        """Whether it is over."""
        return self.ends_on is not None and self.ends_on <= day


def sums(session: Session, tenant_id: str) -> Sums:
    """The sums of a tenant; what was given back counts no more."""
    cash = Gift.form.in_(words.CASH)
    count, money, goods = session.execute(
        select(func.count(Gift.id), func.sum(Gift.amount).filter(cash), func.sum(Gift.amount).filter(~cash))
        .where(Gift.tenant_id == tenant_id, Gift.state == "recorded")).one()
    spent = session.scalar(select(func.sum(Spending.amount)).where(Spending.tenant_id == tenant_id, Spending.state == "paid"))
    certificates = session.scalar(select(func.count(Certificate.id)).where(Certificate.tenant_id == tenant_id,
                                                                           Certificate.state == "issued"))
    balance = session.scalar(select(func.sum(FundAccount.balance)).where(
        FundAccount.tenant_id == tenant_id, FundAccount.code >= "donations.", FundAccount.code < "donations/"))
    return Sums(count, money or ZERO, goods or ZERO, spent or ZERO, balance or ZERO, certificates or 0)


def projects(session: Session, tenant_id: str, limit: int = MOST) -> list[Progress]:
    """The newest projects with what was spent on each."""
    rows = session.scalars(select(Project).where(Project.tenant_id == tenant_id).order_by(Project.id.desc()).limit(limit)).all()
    spent = session.execute(select(Spending.project_code, func.sum(Spending.amount)).where(
        Spending.tenant_id == tenant_id, Spending.state == "paid", Spending.project_code.in_([row.code for row in rows]))
        .group_by(Spending.project_code))
    known = {row[0]: row[1] for row in spent}
    return [Progress(row.title, words.label(words.USES, row.use), known.get(row.code, ZERO), row.ends_on) for row in rows]

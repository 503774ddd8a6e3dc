"""The bands of averages in a term, and what a run keeps to of the amounts that were set within them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from core.funds.rules.shares import yuan
from core.tenancy.queries import get_tenant
from plugins.education_aid.models import AidRun
from plugins.education_aid.queries import bands as reading
from plugins.education_aid.rules.bands import of_one_term
from plugins.education_aid.rules.items import AVERAGE, Amount, Item
from plugins.education_aid.services.reading import plan_items
from plugins.education_aid.services.shaping import Worked


@dataclass(frozen=True)
class Band:
    """An item with a band, and what it comes to in the term of a run."""

    item: Item
    amount: Amount

    @property
    def standard(self) -> Decimal:
        """The average of the term."""
        return yuan(self.amount.fen)

    @property
    def least(self) -> Decimal:
        """The least a single award may be."""
        return yuan(self.amount.fen if self.amount.least is None else self.amount.least)

    @property
    def most(self) -> Decimal:
        """The most."""
        return yuan(self.amount.fen if self.amount.most is None else self.amount.most)


def bands_of(session: Session, run: AidRun) -> dict[str, Band]:
    """The items of the plan of a run whose average may be varied, by code."""
    plan = plan_items(session, get_tenant(session, run.tenant_id), run.as_on)
    return {item.code: Band(item, of_one_term(item.amount, run.term)) for item in plan.items
            if item.amount.kind == AVERAGE and (item.amount.least is not None or item.amount.most is not None)}


def keep(session: Session, run: AidRun, found: Worked) -> int:
    """Put the amounts that were set into what a run has worked out; gives how many. One that its band no longer holds, or
    whose item no longer applies, is left to the standard."""
    varied = reading.varied_of(session, run.tenant_id, run.school_year, run.term)
    if not varied:
        return 0
    bands, changed = bands_of(session, run), 0
    for at, key in enumerate(zip(found.awards.columns["person_id"], found.awards.columns["item"], strict=True)):
        row, band = varied.get(key), bands.get(key[1])
        if row is not None and band is not None and band.least <= row.amount <= band.most:
            found.vary(at, row.amount, f"按平均标准分档：{row.reason}")
            changed += 1
    return changed

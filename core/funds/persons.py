"""Money named for a person follows their record: into another's when two become one, and back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_
from core.funds.models import FundDesignation, FundMovement
from core.host.contract import Retained
from core.tenancy.keeping import accounts_kept_until

MODELS = (FundMovement, FundDesignation)
#: what stands in place of a wish's title that may name the person
ERASED = N_("（已抹去）")


def follow_merge(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> int:
    """Name the kept record where the merged one was named; how many rows."""
    rows = _of(session, tenant_id, merged_id)
    for row in rows:
        row.person_id, row.came_by = kept_id, [*row.came_by, str(merge_id)]
    session.flush()  # a parting in the same transaction reads what is stored
    return len(rows)


def take_back(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> int:
    """Name the merged record again where it was named before; what has come since stays."""
    rows = [row for row in _of(session, tenant_id, kept_id) if row.came_by and row.came_by[-1] == str(merge_id)]
    for row in rows:
        row.person_id, row.came_by = merged_id, row.came_by[:-1]
    session.flush()  # as above
    return len(rows)


def retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    """Amounts stay for the years the plan gives accounts; the name may go."""
    rows = session.execute(select(FundMovement.person_id, func.count(), func.max(FundMovement.on)).where(
        FundMovement.tenant_id == tenant_id, FundMovement.person_id.in_(person_ids)).group_by(FundMovement.person_id)).all()
    kept = {year: accounts_kept_until(session, tenant_id, dt.date(year, 1, 1)) for year in {newest.year for _, _, newest in rows}}
    return [Retained(person_id, N_("资金收支"), kept[newest.year][0], until=kept[newest.year][1], count=count)
            for person_id, count, newest in rows if person_id]


def erase(session: Session, tenant_id: str, person_id: uuid.UUID) -> int:
    """Words that may tell who the person was go; amounts, days and the record's id stay, so that sums remain true."""
    rows = _of(session, tenant_id, person_id)
    for row in rows:
        if isinstance(row, FundDesignation):
            row.title = ERASED
        else:
            row.memo = ""
    session.flush()  # the erasure counts what is left
    return len(rows)


def _of(session: Session, tenant_id: str, person_id: uuid.UUID) -> list[FundMovement | FundDesignation]:
    found: list[FundMovement | FundDesignation] = []
    for model in MODELS:
        found += session.scalars(select(model).where(model.tenant_id == tenant_id, model.person_id == person_id).order_by(model.id))
    return found

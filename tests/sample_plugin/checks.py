"""What a check of visits has a row for: each visit of the unit, with its amount."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.host.checks import CheckColumn, CheckPlace, CheckRow, CheckSource
from tests.sample_plugin.models import Visit


def visits(session: Session, place: CheckPlace) -> list[CheckRow]:
    """The visits that stand at the unit, oldest first."""
    statement = select(Visit).where(Visit.tenant_id == place.tenant_id, Visit.unit_id == place.unit_id).order_by(Visit.id)
    return [CheckRow(str(visit.id), visit.title, {"amount": str(visit.amount)}) for visit in session.scalars(statement)]


CHECKS = [CheckSource("sample.visits", "走访", visits, (CheckColumn("amount", "金额", "yuan"),))]

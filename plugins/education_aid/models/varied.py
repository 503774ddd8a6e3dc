"""Single awards that were set within the band of an average: what a run keeps to, whatever the standard says."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Yuan
from plugins.education_aid.models.columns import Kept, OfTerm, by, scoped, text

_TABLE = "education_aid_varied"


class VariedAward(OfTerm, Kept, Base):
    """What one child gets of an item in a term instead of its average; `unit_id` is the school within which the average is
    kept. A child has one amount of an item and term."""

    __tablename__ = _TABLE

    item: Mapped[str] = mapped_column(text(60))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    reason: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index(f"uq_{_TABLE}_person", "tenant_id", "person_id", "school_year", "term", "item", unique=True),
                      scoped(_TABLE), by(_TABLE, "school_year", "term", "id"))

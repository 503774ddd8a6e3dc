"""An application for one item of aid in one term, from the asking to the archive."""

from __future__ import annotations

import uuid
from decimal import Decimal

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Yuan
from plugins.education_aid.models.columns import Kept, OfTerm, Removable, by, scoped, text, within

ENTITLED, DISCRETIONARY = "entitled", "discretionary"
_TABLE, _PARTS = "education_aid_applications", "education_aid_archive_parts"


class Application(OfTerm, Removable, Base):
    """A child's application for one item of a term. `unit_id` is the school, or the county's own unit for those who
    study elsewhere. `slot` holds the place of child, item and term while the application stands: a second one is
    refused by the database itself."""

    __tablename__ = _TABLE

    item: Mapped[str] = mapped_column(text(60))
    item_name: Mapped[str] = mapped_column(String(120))
    #: entitled by the plan, or discretionary (酌情), which needs a reason and is counted apart
    kind: Mapped[str] = mapped_column(String(16), default=ENTITLED)
    #: cash, waiver, …, as the plan's item says it
    form: Mapped[str] = mapped_column(String(16), default="cash")
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: the code of the plan's fund
    fund: Mapped[str] = mapped_column(text(60), default="")
    clause: Mapped[str] = mapped_column(String(300), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    stage: Mapped[str] = mapped_column(String(16), default="")
    class_name: Mapped[str] = mapped_column(text(40), default="")
    #: the computed award it comes from
    award_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the batch of publicity it was shown in
    notice_subject: Mapped[str] = mapped_column(text(120), default="")
    state: Mapped[str] = mapped_column(String(16), default="draft")
    slot: Mapped[str | None] = mapped_column(text(140))

    __table_args__ = (
        UniqueConstraint("tenant_id", "slot"),
        scoped(_TABLE),
        by(_TABLE, "state", "id"),
        by(_TABLE, "school_year", "term", "id"),
        by(_TABLE, "person_id"),
    )


def slot_of(person_id: uuid.UUID, item: str, school_year: int, term: int) -> str:
    """The place that one child, item and term has."""
    return f"{person_id.hex}:{item}:{school_year}:{term}"


class ArchivePart(Kept, Base):
    """One of the five papers of an application's archive: which document it is. One paper (a notice, a bank's voucher) may
    serve many applications."""

    __tablename__ = _PARTS

    application_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: application, assessment, approval, publicity, voucher
    part: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[uuid.UUID] = mapped_column(Id)

    __table_args__ = (
        UniqueConstraint("tenant_id", "application_id", "part"),
        within("application_id", _PARTS, _TABLE),
        scoped(_PARTS),
    )

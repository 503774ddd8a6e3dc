"""Batches for the bank, the payments in them, and what the bank said of each line."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Yuan
from plugins.education_aid.models.columns import Kept, OfTerm, by, scoped, text, within

_BATCHES, _PAYMENTS, _LINES = "education_aid_batches", "education_aid_payments", "education_aid_batch_lines"
#: of a payment
WAITING, SENT, CREDITED, RETURNED, VOID = "waiting", "sent", "credited", "returned", "void"


class Batch(Kept, Base):
    """One file for one bank. `number` is unique in the county and stands on every line of the file."""

    __tablename__ = _BATCHES

    number: Mapped[str] = mapped_column(text(40))
    title: Mapped[str] = mapped_column(String(120))
    school_year: Mapped[int] = mapped_column(Integer)
    term: Mapped[int] = mapped_column(Integer)
    #: the code of the plan's bank format
    format: Mapped[str] = mapped_column(text(60))
    #: the account of core.funds that pays
    account_id: Mapped[uuid.UUID] = mapped_column(Id)
    lines: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[Decimal] = mapped_column(Yuan, default=Decimal(0))
    credited_count: Mapped[int] = mapped_column(Integer, default=0)
    credited_total: Mapped[Decimal] = mapped_column(Yuan, default=Decimal(0))
    returned_count: Mapped[int] = mapped_column(Integer, default=0)
    due_on: Mapped[dt.date | None]
    sent_on: Mapped[dt.date | None]
    arrived_on: Mapped[dt.date | None]
    made_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: draft, approved, sent, done
    state: Mapped[str] = mapped_column(String(16), default="draft")

    __table_args__ = (UniqueConstraint("tenant_id", "number"), scoped(_BATCHES), by(_BATCHES, "state", "id"))


class Payment(OfTerm, Kept, Base):
    """What one child is paid of one item in one term. `slot` is unique: a second payment of the same cannot be written,
    whoever tries it and however many at once. It counts as received only when the bank has credited it."""

    __tablename__ = _PAYMENTS

    item: Mapped[str] = mapped_column(text(60))
    item_name: Mapped[str] = mapped_column(String(120))
    application_id: Mapped[uuid.UUID] = mapped_column(Id)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    fund: Mapped[str] = mapped_column(text(60), default="")
    #: the batch it stands in now; None while it waits for one
    batch_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    credited_on: Mapped[dt.date | None]
    #: the bank's last word where it sent the money back
    code: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    #: waiting, sent, credited, returned, void
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    slot: Mapped[str | None] = mapped_column(text(140))

    __table_args__ = (
        UniqueConstraint("tenant_id", "slot"),
        within("application_id", _PAYMENTS, "education_aid_applications"),
        within("batch_id", _PAYMENTS, _BATCHES),
        CheckConstraint("amount > 0", name="positive"),
        scoped(_PAYMENTS),
        by(_PAYMENTS, "state", "id"),
        by(_PAYMENTS, "batch_id", "id"),
        by(_PAYMENTS, "person_id"),
        by(_PAYMENTS, "school_year", "term", "id"),
        by(_PAYMENTS, "application_id"),
    )


class BatchLine(Kept, Base):
    """A payment in a batch: its line in the file, and what came back."""

    __tablename__ = _LINES

    batch_id: Mapped[uuid.UUID] = mapped_column(Id)
    payment_id: Mapped[uuid.UUID] = mapped_column(Id)
    line: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: as the card was shown when the file was made
    card_mask: Mapped[str] = mapped_column(String(40), default="")
    #: "", credited, returned
    outcome: Mapped[str] = mapped_column(String(12), default="")
    code: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        UniqueConstraint("tenant_id", "batch_id", "line"),
        UniqueConstraint("tenant_id", "batch_id", "payment_id"),
        within("batch_id", _LINES, _BATCHES),
        within("payment_id", _LINES, _PAYMENTS),
        scoped(_LINES),
    )

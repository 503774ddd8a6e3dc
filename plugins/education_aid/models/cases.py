"""Cases of aid that does not add up, and the joint letters that ask other counties about them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, Yuan
from plugins.education_aid.models.columns import Kept, OfTerm, by, scoped, text, within

_CASES, _LETTERS, _ITEMS = "education_aid_cases", "education_aid_letters", "education_aid_letter_items"


class AidCase(OfTerm, Kept, Base):
    """One child and item where what is due and what was paid differ, or that cannot be decided. `unit_id` is the unit of
    the household: it answers for its children wherever they study. `slot` keeps a case from being found twice."""

    __tablename__ = _CASES

    #: one of `rules.checking.KINDS`
    kind: Mapped[str] = mapped_column(String(12))
    item: Mapped[str] = mapped_column(text(60), default="")
    item_name: Mapped[str] = mapped_column(String(120), default="")
    due: Mapped[Decimal] = mapped_column(Yuan, default=Decimal(0))
    paid: Mapped[Decimal] = mapped_column(Yuan, default=Decimal(0))
    #: why it stands here, in words
    why: Mapped[str] = mapped_column(String(400), default="")
    school: Mapped[str] = mapped_column(String(120), default="")
    #: the school lies outside the county
    outside: Mapped[bool] = mapped_column(default=False)
    #: the code of the place the child studies at, where it is outside
    place: Mapped[str] = mapped_column(String(20), default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    found_on: Mapped[dt.date]
    due_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]
    #: one of `rules.checking.CLOSINGS`, or "gone" where the next look found it in order
    closing: Mapped[str] = mapped_column(String(16), default="")
    evidence: Mapped[str] = mapped_column(String(400), default="")
    #: open, lettered, closed
    state: Mapped[str] = mapped_column(String(16), default="open")
    slot: Mapped[str] = mapped_column(text(160))

    __table_args__ = (
        UniqueConstraint("tenant_id", "slot"),
        scoped(_CASES),
        by(_CASES, "state", "id"),
        by(_CASES, "person_id"),
        by(_CASES, "school_year", "term", "kind"),
    )


class Letter(Kept, Base):
    """A joint letter (联合发函), sent or received. Between two tenants of the platform each keeps its own row; `twin_id`
    is the other's."""

    __tablename__ = _LETTERS

    #: out or in
    direction: Mapped[str] = mapped_column(String(4))
    number: Mapped[str] = mapped_column(text(60))
    title: Mapped[str] = mapped_column(String(160))
    #: at least two bodies
    issuers: Mapped[list[str]] = mapped_column(Json, default=list)
    from_name: Mapped[str] = mapped_column(String(120))
    to_code: Mapped[str] = mapped_column(String(20), default="")
    to_name: Mapped[str] = mapped_column(String(160))
    school: Mapped[str] = mapped_column(String(160), default="")
    other_tenant: Mapped[str] = mapped_column(String(20), default="")
    twin_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(80))
    #: the keyed hash by which the receiver finds the child, and the mask people see
    id_number_key: Mapped[str] = mapped_column(String(80), default="")
    id_number_mask: Mapped[str] = mapped_column(String(40), default="")
    school_year: Mapped[int] = mapped_column(Integer)
    term: Mapped[int] = mapped_column(Integer)
    #: its items in short, and what they come to
    item_name: Mapped[str] = mapped_column(String(160), default="")
    amount: Mapped[Decimal] = mapped_column(Yuan)
    sent_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    replied_on: Mapped[dt.date | None]
    #: paid, partly, unpaid, unknown: of its items together
    reply: Mapped[str] = mapped_column(String(12), default="")
    reply_amount: Mapped[Decimal | None] = mapped_column(Yuan)
    reply_text: Mapped[str] = mapped_column(String(400), default="")
    replied_by: Mapped[str] = mapped_column(String(80), default="")
    #: draft, sent, replied
    state: Mapped[str] = mapped_column(String(16), default="draft")

    __table_args__ = (
        UniqueConstraint("tenant_id", "direction", "number"),
        scoped(_LETTERS),
        by(_LETTERS, "state", "id"),
        by(_LETTERS, "person_id"),
    )


class LetterItem(Kept, Base):
    """One item a letter asks about, and what was answered of it. `case_id` is the sender's alone; by its place the other
    county's row is the same."""

    __tablename__ = _ITEMS

    letter_id: Mapped[uuid.UUID] = mapped_column(Id)
    place: Mapped[int] = mapped_column(SmallInteger)
    case_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    item_name: Mapped[str] = mapped_column(String(120), default="")
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: paid, unpaid, unknown
    reply: Mapped[str] = mapped_column(String(12), default="")
    reply_amount: Mapped[Decimal | None] = mapped_column(Yuan)

    __table_args__ = (
        UniqueConstraint("tenant_id", "letter_id", "place"),
        within("letter_id", _ITEMS, _LETTERS),
        scoped(_ITEMS),
        by(_ITEMS, "case_id"),
    )

"""Gifts with the people behind a pooled one, and what firms and staff do beside giving."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, Yuan, new_id
from core.privacy.columns import key_column, mask_column, sealed_column


class Gift(TenantScoped, Base):
    """One gift, of money or of goods, with who gave it, for what, and where it went."""

    __tablename__ = "donations_gifts"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: the number of the payment or of the entry: the same gift is never entered twice
    reference: Mapped[str] = mapped_column(String(40))
    campaign_code: Mapped[str] = mapped_column(String(40))
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    given_on: Mapped[dt.date]
    #: standing, concentrated: which window of the campaign it falls into
    window: Mapped[str] = mapped_column(String(12), default="standing")
    #: unit, person, anonymous, pool, pupils
    donor_kind: Mapped[str] = mapped_column(String(12))
    #: as it may be shown; of an anonymous gift and of pupils empty
    donor_name: Mapped[str] = mapped_column(String(120), default="")
    #: who gave anonymously: kept for the audit, never shown
    secret_name_sealed: Mapped[bytes | None] = sealed_column("text")
    secret_name_key: Mapped[str | None] = key_column()
    secret_name_mask: Mapped[str] = mask_column()
    #: the unit whose own gift, or whose staff's gift, it is
    donor_unit_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the line of the plan that asked (工商联, 教育系统 …)
    line: Mapped[str] = mapped_column(String(40), default="")
    class_name: Mapped[str] = mapped_column(String(40), default="")
    #: how the donor wants to be named in public: named, masked, unnamed
    consent: Mapped[str] = mapped_column(String(8), default="masked")
    #: money, goods, kit, sale
    form: Mapped[str] = mapped_column(String(8))
    #: of money what was paid; of goods what they were valued at, 0 where they cannot be valued
    amount: Mapped[Decimal] = mapped_column(Yuan)
    item: Mapped[str] = mapped_column(String(120), default="")
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    measure: Mapped[str] = mapped_column(String(12), default="")
    unit_price: Mapped[Decimal | None] = mapped_column(Yuan)
    #: who valued goods, on what basis, when, under which number of proof
    valued: Mapped[bool | None]
    valuer: Mapped[str] = mapped_column(String(120), default="")
    valuation_basis: Mapped[str] = mapped_column(String(200), default="")
    valued_on: Mapped[dt.date | None]
    proof_number: Mapped[str] = mapped_column(String(40), default="")
    #: goods that went from the donor to the recipient by themselves
    direct: Mapped[bool | None]
    recipient: Mapped[str] = mapped_column(String(120), default="")
    #: money collected for somebody else, to be passed on in full
    collected_for: Mapped[str] = mapped_column(String(120), default="")
    #: none, place, purpose, project, child
    designation: Mapped[str] = mapped_column(String(8), default="none")
    designated_place_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    designated_use: Mapped[str] = mapped_column(String(16), default="")
    designated_project: Mapped[str] = mapped_column(String(40), default="")
    designated_person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the donor has agreed that it may be used elsewhere, on this day
    released_on: Mapped[dt.date | None]
    #: the route of the plan, and the account it was booked in
    route: Mapped[str] = mapped_column(String(40), default="")
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    booked: Mapped[Decimal | None] = mapped_column(Yuan)
    #: the number of the receipt, from the stock of the finance department; none is ever made up here
    receipt_number: Mapped[str | None] = mapped_column(String(40))
    receipt_on: Mapped[dt.date | None]
    #: recorded, refunded
    state: Mapped[str] = mapped_column(String(16), default="recorded")
    refunded_on: Mapped[dt.date | None]
    note: Mapped[str | None] = mapped_column(String(1000))
    extra: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (
        Index("ix_donations_gifts_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_gifts_tenant_id_reference", "tenant_id", "reference", unique=True),
        Index("ix_donations_gifts_tenant_id_receipt_number", "tenant_id", "receipt_number", unique=True),
        *(Index(f"ix_donations_gifts_tenant_id_{name}_id", "tenant_id", name, "id")
          for name in ("campaign_id", "given_on", "amount", "donor_name", "donor_unit_id")),
    )


class Contributor(TenantScoped, Base):
    """One of those whose money was collected and given as one gift."""

    __tablename__ = "donations_contributors"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    gift_id: Mapped[uuid.UUID] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(50))
    amount: Mapped[Decimal] = mapped_column(Yuan)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "gift_id"], ["donations_gifts.tenant_id", "donations_gifts.id"]),
        Index("ix_donations_contributors_tenant_id_gift_id_id", "tenant_id", "gift_id", "id"),
    )


class Contribution(TenantScoped, Base):
    """What a firm does for a village beside giving: it adopts, takes on, buys, teaches. Never added to gifts."""

    __tablename__ = "donations_contributions"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: adoption, jobs, purchase, gift, knowledge
    kind: Mapped[str] = mapped_column(String(12))
    contributor: Mapped[str] = mapped_column(String(120))
    done_on: Mapped[dt.date]
    #: yuan of an investment, a purchase or a gift
    amount: Mapped[Decimal | None] = mapped_column(Yuan)
    #: people taken on or taught
    persons: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(String(1000))
    extra: Mapped[dict[str, Any] | None] = mapped_column(Json)
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_donations_contributions_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_contributions_tenant_id_done_on_id", "tenant_id", "done_on", "id"),
    )


class Consumption(TenantScoped, Base):
    """Farm goods bought by staff: aid by consumption, not a gift."""

    __tablename__ = "donations_consumptions"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    buyer: Mapped[str] = mapped_column(String(120))
    seller: Mapped[str] = mapped_column(String(120), default="")
    item: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[int] = mapped_column(Integer, default=1)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    bought_on: Mapped[dt.date]
    note: Mapped[str | None] = mapped_column(String(1000))
    extra: Mapped[dict[str, Any] | None] = mapped_column(Json)
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_donations_consumptions_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_consumptions_tenant_id_bought_on_id", "tenant_id", "bought_on", "id"),
    )

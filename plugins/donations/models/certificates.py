"""Certificates of honour, which gifts each stands for, the series of numbers, and the seals printed on them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped, Yuan, new_id


class Certificate(TenantScoped, Base):
    """A certificate, asked for where the gift was recorded and issued by the body that the plan names."""

    __tablename__ = "donations_certificates"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: the entry of `donations.threshold` it rests on, and where that stands
    threshold_code: Mapped[str] = mapped_column(String(60))
    clause: Mapped[str] = mapped_column(String(300), default="")
    #: unit, person
    donor_kind: Mapped[str] = mapped_column(String(12))
    donor_name: Mapped[str] = mapped_column(String(120))
    #: named, masked, unnamed
    consent: Mapped[str] = mapped_column(String(8), default="masked")
    amount: Mapped[Decimal] = mapped_column(Yuan)
    #: how many gifts it stands for, and the day of the last one
    gifts: Mapped[int] = mapped_column(Integer, default=1)
    given_on: Mapped[dt.date]
    honour: Mapped[str] = mapped_column(String(60))
    #: as it is printed, and the unit whose right it is
    issuer: Mapped[str] = mapped_column(String(120))
    issuer_unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: draft, submitted, issued, revoked, dropped
    state: Mapped[str] = mapped_column(String(16), default="draft")
    #: 〔2026〕0001号: the issuer's own series, counted from 1 each year
    number: Mapped[str] = mapped_column(String(40), default="")
    series: Mapped[int | None] = mapped_column(Integer)
    serial: Mapped[int | None] = mapped_column(Integer)
    issued_on: Mapped[dt.date | None]
    #: under which the public page shows it; tells nothing and cannot be guessed
    token: Mapped[str] = mapped_column(String(32))
    #: the name the public may read, fixed when it was issued and signed with it
    public_name: Mapped[str] = mapped_column(String(120), default="")
    public_key: Mapped[str] = mapped_column(String(64), default="")
    signature: Mapped[str] = mapped_column(String(128), default="")
    revoked_on: Mapped[dt.date | None]
    #: the one revoked before it, for the same donor and honour
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(Id)

    __table_args__ = (
        Index("ix_donations_certificates_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_donations_certificates_tenant_id_token", "tenant_id", "token", unique=True),
        Index("ix_donations_certificates_tenant_id_issuer_series", "tenant_id", "issuer_unit_id", "series",
              "serial", unique=True),
        *(Index(f"ix_donations_certificates_tenant_id_{name}_id", "tenant_id", name, "id")
          for name in ("state", "number", "donor_name", "amount", "issued_on")),
    )


class CertificateClaim(TenantScoped, Base):
    """What a live certificate rests on: a gift, or one contributor's part of it. One honour is given for it once."""

    __tablename__ = "donations_certificate_claims"

    #: the gift or the contributor
    subject_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    honour: Mapped[str] = mapped_column(String(60), primary_key=True)
    gift_id: Mapped[uuid.UUID] = mapped_column(Id)
    certificate_id: Mapped[uuid.UUID] = mapped_column(Id)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "certificate_id"],
                             ["donations_certificates.tenant_id", "donations_certificates.id"],
                             name="fk_donations_certificate_claims_certificate_id"),
        Index("ix_donations_certificate_claims_tenant_id_certificate_id", "tenant_id", "certificate_id"),
        Index("ix_donations_certificate_claims_tenant_id_gift_id", "tenant_id", "gift_id"),
    )


class CertificateSeries(TenantScoped, Base):
    """The last number an issuer has given in a year."""

    __tablename__ = "donations_certificate_series"

    issuer_unit_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    series: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer, default=0)


class Seal(TenantScoped, Base):
    """The picture of an issuer's seal, printed into the place kept for it."""

    __tablename__ = "donations_seals"

    unit_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    #: SHA-256 in hex
    digest: Mapped[str] = mapped_column(String(64))
    set_on: Mapped[dt.date]
    set_by: Mapped[str] = mapped_column(String(80))

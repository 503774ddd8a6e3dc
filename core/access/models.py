"""Assignments, access rules and timed elevated access."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, new_id, utcnow


class Assignment(Base):
    """An account holds a role at a unit (任职): data, never a Casbin line. It holds there and below.

    An office seated in another unit, such as a campaign's office in the aid centre, is a unit of kind office
    beneath the one it serves. Its people are assigned at the office: they see and edit what belongs to the
    office, the levels above see it, and the units beside it neither see nor edit it.
    """

    __tablename__ = "assignments"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"))
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    valid_from: Mapped[dt.date]
    #: the first day on which the assignment holds no more
    valid_to: Mapped[dt.date | None]
    given_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index("ix_assignments_account_id", "account_id"),
        Index("ix_assignments_unit_id_role", "unit_id", "role"),
    )


class AccessRule(Base):
    """One line of the rules: who (role) may do what (act) on what (obj), in which tenants, under which
    condition. Lines are never changed; a change of the rules ends some and adds others."""

    __tablename__ = "access_rules"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: "p" for a permission, "g" for role inheritance (role inherits obj)
    kind: Mapped[str] = mapped_column(String(1), default="p")
    role: Mapped[str] = mapped_column(String(40))
    #: unit path under which the line holds; "" everywhere
    tenant: Mapped[str] = mapped_column(String(400), default="")
    obj: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(20), default="")
    cond: Mapped[str] = mapped_column(String(80), default="")
    eft: Mapped[str] = mapped_column(String(5), default="allow")
    #: the clause or document the line comes from
    source: Mapped[str] = mapped_column(String(200), default="")
    #: path of the unit by whose authority the line stands; "" for the defaults of core and the plugins
    owner: Mapped[str] = mapped_column(String(400), default="")
    since_version: Mapped[int] = mapped_column(Integer)
    until_version: Mapped[int | None] = mapped_column(Integer)


class AccessVersion(Base):
    """The rules' version; a new row is written in the transaction that changes the rules."""

    __tablename__ = "access_versions"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    made_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(400))


class AccessCase(Base):
    """A case a county adds to the case file: the rules must go on answering it so."""

    __tablename__ = "access_cases"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    role: Mapped[str] = mapped_column(String(40))
    #: path of the unit at which the case is asked; it can only be added for a unit below the adder's own
    path: Mapped[str] = mapped_column(String(400))
    action: Mapped[str] = mapped_column(String(80))
    facts: Mapped[list[str]] = mapped_column(Json)
    expect: Mapped[str] = mapped_column(String(5))
    because: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[dt.datetime] = mapped_column(default=utcnow)


class BreakGlass(Base):
    """Access above one's scope for a limited time: who, where, why, until when, and who was told."""

    __tablename__ = "break_glass"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"), index=True)
    #: the name of the person, as it was then
    who: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    reason: Mapped[str] = mapped_column(String(400))
    opened_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    until: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    #: the second body that was notified, and when one of its people took note
    notified_unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    noted_by: Mapped[str | None] = mapped_column(String(80))
    noted_at: Mapped[dt.datetime | None]

"""Accounts: a person who can sign in, their browsers, their second factor, and what is reviewed of them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, new_id, utcnow


class Account(Base):
    """A person who can sign in; what they may do is in their assignments."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[dt.datetime | None]
    #: one of the made-up people of the demo
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    #: the password is one that somebody else has seen: nothing is reachable until it is changed
    must_change: Mapped[bool] = mapped_column(Boolean, default=False)
    #: after this moment a first password is worth nothing
    first_until: Mapped[dt.datetime | None]
    #: the sealed key of the second factor; it counts once it has been confirmed by a code
    factor_key: Mapped[str | None] = mapped_column(String(200))
    factor_since: Mapped[dt.datetime | None]
    #: the time step of the last code taken: a code is taken once
    factor_step: Mapped[int] = mapped_column(BigInteger, default=0)


class PastPassword(Base):
    """A password an account has had, as its hash."""

    __tablename__ = "account_passwords"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[dt.datetime] = mapped_column(default=utcnow)


class AccountSession(Base):
    """A browser in which somebody has signed in."""

    __tablename__ = "account_sessions"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"))
    #: of the secret in the cookie, so that a copy of this table signs nobody in
    secret_hash: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(60))
    begun_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[dt.datetime | None]

    __table_args__ = (Index("ix_account_sessions_account_id_ended_at", "account_id", "ended_at"),)


class Attempts(Base):
    """Wrong attempts in a row at one name, whether an account has it or not."""

    __tablename__ = "account_attempts"

    #: a hash: people type passwords where the name belongs
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    locked_until: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code that stands in once for the second factor."""

    __tablename__ = "account_recovery_codes"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[dt.datetime | None]


class AccountImport(Base):
    """A workbook of accounts: staged at the upload, carried out once it is confirmed."""

    __tablename__ = "account_imports"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("accounts.id"))
    uploaded_by: Mapped[str] = mapped_column(String(80))
    uploaded_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    file_name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    #: the good rows, the faults by cell, and how many rows were carried out before
    rows: Mapped[list[dict[str, str]]] = mapped_column(Json)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    known: Mapped[int] = mapped_column(Integer, default=0)
    #: the uploader's own workbook with the faulty cells marked
    marked: Mapped[bytes | None] = mapped_column(LargeBinary)
    done_at: Mapped[dt.datetime | None]

    __table_args__ = (Index("ix_account_imports_unit_id_id", "unit_id", "id"),)


class PostReview(Base):
    """What was decided of an assignment in the review of a year: it stands, or it was ended."""

    __tablename__ = "account_reviews"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    assignment_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("assignments.id"))
    year: Mapped[int] = mapped_column(Integer)
    kept: Mapped[bool] = mapped_column(Boolean)
    reviewed_by: Mapped[str] = mapped_column(String(80))
    reviewed_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("assignment_id", "year"),)

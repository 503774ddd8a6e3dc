"""Identity providers of units, the accounts linked to them, and the browsers they have let in."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, new_id, utcnow


class Provider(Base):
    """An identity provider that a unit trusts; it can sign in posts of that unit and below, and no other."""

    __tablename__ = "identity_providers"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(200))
    #: sealed; empty for a client without one, which has PKCE alone
    client_secret: Mapped[str] = mapped_column(Text, default="")
    scopes: Mapped[str] = mapped_column(String(200), default="openid")
    #: the claim that links an account the first time, where its administrator has noted the value; may be empty
    link_claim: Mapped[str] = mapped_column(String(60), default="")
    #: the values of `acr` or `amr` that count as a second factor, with spaces between; empty: none does
    factor_values: Mapped[str] = mapped_column(String(300), default="")
    #: the platform's own address that the provider sends people back to; empty: wherever they came from
    home: Mapped[str] = mapped_column(String(200), default="")
    #: whom to ask, shown to whoever is not linked yet
    contact: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy's own name for it


class Identity(Base):
    """An account as a provider knows it. The subject may be an ID number, so it is kept as a keyed hash."""

    __tablename__ = "account_identities"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    provider_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("identity_providers.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"), index=True)
    subject_hash: Mapped[str | None] = mapped_column(String(64))
    #: until the first sign-in: the hash of the value that the linking claim is to have
    first_hash: Mapped[str | None] = mapped_column(String(64))
    #: the ends of the subject or value, for people to tell them apart
    hint: Mapped[str] = mapped_column(String(40))
    linked_by: Mapped[str] = mapped_column(String(80))
    linked_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    used_at: Mapped[dt.datetime | None]

    __table_args__ = (UniqueConstraint("provider_id", "account_id"), UniqueConstraint("provider_id", "subject_hash"),
                      UniqueConstraint("provider_id", "first_hash"))


class Origin(Base):
    """How a browser was signed in, where it was not by password. It holds no longer than the identity."""

    __tablename__ = "account_session_origins"

    session_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("account_sessions.id"), primary_key=True)
    #: no foreign key: when the identity goes, this row must stay, or the browser would pass for one that had
    #: given a password
    identity_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: the provider has checked a second factor that counts here
    strong: Mapped[bool] = mapped_column(Boolean)
    #: for signing out at the provider as well: its address, and the sealed token it wants to see again
    sign_out_at: Mapped[str] = mapped_column(String(300), default="")
    id_token: Mapped[str] = mapped_column(Text, default="")

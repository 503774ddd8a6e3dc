"""Accounts: a person who can sign in."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, new_id, utcnow


class Account(Base):
    """A person who can sign in; what they may do is in their assignments."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    #: part of the session cookie; changing it signs the account out everywhere
    session_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[dt.datetime | None]
    #: one of the made-up people of the demo
    demo: Mapped[bool] = mapped_column(Boolean, default=False)

"""Access tokens, and the answers kept for repeated requests."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, new_id, utcnow


class ApiToken(Base):
    """A token by which another system acts for an account, at one unit and below it, with some of the
    account's actions, for a term. Only the hash of its text is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"))
    #: what it is for, in the words of who made it
    title: Mapped[str] = mapped_column(String(80))
    #: the beginning of the text, by which people tell tokens apart
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    actions: Mapped[list[str]] = mapped_column(Json)
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    #: the moment from which it holds no more
    until: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("uq_api_tokens_digest", "digest", unique=True),
        Index("ix_api_tokens_account_id", "account_id"),
    )


class ApiAnswer(Base):
    """What a request with an Idempotency-Key was answered, written in the transaction of its work."""

    __tablename__ = "api_answers"

    account_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: hash of method, address and body: the same key with another request is refused
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(Json)
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("ix_api_answers_made_at", "made_at"),)

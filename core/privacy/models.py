"""How many originals a person has looked at in a day."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped


class RevealCount(TenantScoped, Base):
    """The reveals of one account in one tenant on one day; who looked at what stands on the trail."""

    __tablename__ = "privacy_reveals"

    account_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=0)

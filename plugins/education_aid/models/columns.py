"""What the tables of the running of aid share."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKeyConstraint, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.extensions import Base, Id, TenantScoped, new_id, utcnow


def text(length: int) -> String:
    """Text compared byte by byte on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Kept(TenantScoped):
    """A record of a unit; `version` is the lock of whoever changes it."""

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id, sort_order=-9)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, sort_order=-8)
    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=80)
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow, sort_order=81)


class Removable(Kept):
    """A record that can be taken away and brought back."""

    removed_at: Mapped[dt.datetime | None] = mapped_column(sort_order=82)


class OfTerm:
    """A record of one child in one term."""

    @declared_attr
    def person_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805
        return mapped_column(Id, sort_order=-7)

    @declared_attr
    def school_year(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(SmallInteger, sort_order=-6)

    @declared_attr
    def term(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(SmallInteger, sort_order=-5)


def scoped(table: str) -> Index:
    """The index every list goes by."""
    return Index(f"ix_{table}_tenant_id_unit_id_id", "tenant_id", "unit_id", "id")


def by(table: str, *columns: str) -> Index:
    """An index that begins with the tenant."""
    return Index(f"ix_{table}_tenant_id_{'_'.join(columns)}", "tenant_id", *columns)


def within(column: str, table: str, target: str) -> ForeignKeyConstraint:
    """A key to a record of the same tenant."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=f"fk_{table}_{column}")


__all__ = ["Base", "Kept", "OfTerm", "Removable", "by", "scoped", "text", "within"]

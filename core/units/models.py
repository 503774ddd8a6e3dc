"""The units of the tree: today's state on the unit, every earlier state as a dated version."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, PathText, new_id, utcnow
from core.units.rules.levels import ROOT_CODE, ROOT_PATH, Kind, Level

__all__ = ["ROOT_CODE", "ROOT_PATH", "Kind", "Level", "Unit", "UnitLink", "UnitOperation", "UnitTouch",
           "UnitVersion"]


def _key(length: int) -> String:
    """Text compared byte by byte on both databases, so that a prefix is a range and pages agree."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Unit(Base):
    """A unit as it is today. `id` never changes; everything else is dated.

    `path` is the parent's path plus the unit's own token and "/"; a subtree is the half-open range
    [path, path with the last "/" raised to "0"). A closed unit with one successor hangs under that
    successor's path, so that its records count there by today's tree (按现区划).
    """

    __tablename__ = "units"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: national code for a division, the school's or our own code otherwise; unique among open units
    code: Mapped[str] = mapped_column(_key(40))
    name: Mapped[str] = mapped_column(_key(120))
    kind: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(PathText, unique=True)
    depth: Mapped[int] = mapped_column(SmallInteger)
    #: the day from which the state in this row holds; earlier states are versions
    since: Mapped[dt.date]
    #: the first day on which the unit exists no more
    closed_on: Mapped[dt.date | None]
    #: full pinyin and pinyin initials of the name, lower case, for prefix search: "guidingxian", "gdx"
    pinyin: Mapped[str] = mapped_column(_key(260), default="")
    initials: Mapped[str] = mapped_column(_key(60), default="")

    __table_args__ = (
        Index("ix_units_code", "code"),
        Index("uq_units_open_code", "code", unique=True, sqlite_where=text("closed_on IS NULL"),
              postgresql_where=text("closed_on IS NULL")),
        Index("ix_units_parent_id_code", "parent_id", "code"),
        # search goes level by level from the top, so the depth leads
        Index("ix_units_depth_name", "depth", "name"),
        Index("ix_units_depth_pinyin", "depth", "pinyin"),
        Index("ix_units_depth_initials", "depth", "initials"),
    )


class UnitVersion(Base):
    """A past state of a unit, true from `since` up to but not including `until`."""

    __tablename__ = "unit_versions"

    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), primary_key=True)
    since: Mapped[dt.date] = mapped_column(primary_key=True)
    until: Mapped[dt.date]
    code: Mapped[str] = mapped_column(_key(40), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Id, index=True)
    operation_id: Mapped[uuid.UUID | None] = mapped_column(Id, index=True)

    __table_args__ = (Index("ix_unit_versions_until", "until"),)


class UnitLink(Base):
    """A successor link: what became of a unit, and when (撤并, 拆分). Renames and transfers keep the id, so
    their history is the versions alone."""

    __tablename__ = "unit_links"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    from_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), index=True)
    to_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), index=True)
    #: merge or split
    kind: Mapped[str] = mapped_column(String(12))
    on: Mapped[dt.date] = mapped_column(index=True)
    operation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("unit_operations.id"))


class UnitOperation(Base):
    """One change of the tree, with all that is needed to undo it while nothing has been built on it."""

    __tablename__ = "unit_operations"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(12))
    #: the day from which the change holds
    on: Mapped[dt.date]
    #: the unit it is about; no foreign key, for an undone founding leaves no unit behind
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: one Chinese sentence that says what was done
    sentence: Mapped[str] = mapped_column(String(400))
    document: Mapped[str] = mapped_column(String(200), default="")
    detail: Mapped[dict[str, object]] = mapped_column(Json)
    done_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    done_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(80))


class UnitTouch(Base):
    """Which units an operation has to do with; `changed` ones are its own, the others are only leaned on
    (a parent old or new). It answers what has been built on an operation."""

    __tablename__ = "unit_touches"

    unit_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    operation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("unit_operations.id"), primary_key=True)
    changed: Mapped[bool]

    __table_args__ = (Index("ix_unit_touches_operation_id", "operation_id"),)

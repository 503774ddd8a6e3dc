"""The units of the tree: today's state on the unit, every earlier state as a dated version."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, PathText, new_id, utcnow

#: the root of the tree, 全国; provinces hang under it
ROOT_CODE = "00"
ROOT_PATH = "00/"


class Kind(enum.StrEnum):
    """What a unit is; only divisions carry a code of the national list."""

    DIVISION = "division"
    SCHOOL = "school"
    STATION = "station"
    OFFICE = "office"
    DEPARTMENT = "department"
    COMMITTEE = "committee"


class Level(enum.StrEnum):
    """The level a unit stands at; units without a division code take the level of their parent."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Unit(Base):
    """A unit as it is today. `id` never changes; everything else is dated.

    `path` is the parent's path plus the unit's own token and "/"; a subtree is the half-open range
    [path, path with the last "/" raised to "0"). A closed unit with one successor hangs under that
    successor's path, so that its records count there by today's tree (按现区划).
    """

    __tablename__ = "units"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: national code for a division, the school's or our own code otherwise; unique among open units
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Id, ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(PathText, unique=True)
    depth: Mapped[int] = mapped_column(SmallInteger)
    #: the day from which the state in this row holds; earlier states are versions
    since: Mapped[dt.date]
    #: the first day on which the unit exists no more
    closed_on: Mapped[dt.date | None]
    #: pinyin initials and full pinyin of the name, lower case, for prefix search: "gdx guidingxian"
    pinyin: Mapped[str] = mapped_column(String(260), default="")
    initials: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (
        Index("ix_units_code", "code"),
        Index("ix_units_parent_id_code", "parent_id", "code"),
    )


class UnitVersion(Base):
    """A past state of a unit, true from `since` up to but not including `until`."""

    __tablename__ = "unit_versions"

    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), primary_key=True)
    since: Mapped[dt.date] = mapped_column(primary_key=True)
    until: Mapped[dt.date]
    code: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(Id, index=True)
    operation_id: Mapped[uuid.UUID | None] = mapped_column(Id)


class UnitLink(Base):
    """A successor link: what became of a unit, and when (撤并/拆分/更名/划转)."""

    __tablename__ = "unit_links"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    from_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), index=True)
    to_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"), index=True)
    #: merge, split, move, rename
    kind: Mapped[str] = mapped_column(String(12))
    on: Mapped[dt.date]
    operation_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("unit_operations.id"))


class UnitOperation(Base):
    """One change of the tree, with all that is needed to undo it while nothing has been built on it."""

    __tablename__ = "unit_operations"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(12))
    #: the day from which the change holds
    on: Mapped[dt.date]
    unit_id: Mapped[uuid.UUID] = mapped_column(Id, ForeignKey("units.id"))
    document: Mapped[str] = mapped_column(String(200), default="")
    detail: Mapped[dict[str, object]] = mapped_column(Json)
    done_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    done_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(80))

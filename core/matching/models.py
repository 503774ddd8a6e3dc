"""Outside lists, their rows, and the pairs that people look at."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow
from core.privacy.columns import key_column, mask_column, sealed_column


def _text(length: int) -> String:
    """Text compared byte by byte on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class State(StrEnum):
    """Where a list stands."""

    UPLOADED = "uploaded"
    LOADING = "loading"
    READY = "ready"


class Decision(StrEnum):
    """What became of a pair."""

    OPEN = "open"
    LATER = "later"
    MATCH = "match"
    DIFFERENT = "different"


class Source(TenantScoped, Base):
    """An outside list as it was on a day. The file itself lies sealed on disk until its rows are taken in."""

    __tablename__ = "matching_sources"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: a code of `rules.words.KINDS`
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(120))
    #: the day whose state the list shows
    as_on: Mapped[dt.date]
    file_name: Mapped[str] = mapped_column(String(160))
    file_hash: Mapped[str] = mapped_column(String(64))
    #: the sealed sheet, while it waits
    staged: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(10), default=State.UPLOADED)
    #: column letter → field, "other" (kept as it is) or "" (left out)
    mapping: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    #: labels of the columns kept beside the fields
    others: Mapped[list[str]] = mapped_column(Json, default=list)
    #: [[message, params]] of what was met in the file
    notes: Mapped[list[Any]] = mapped_column(Json, default=list)
    #: rows, faults; once it has been compared with the registry matched, review and unmatched as well
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    job_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80), default="")
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    #: taken off the lists; its rows stay for what has been decided on them
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (Index("ix_matching_sources_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),)


class SourceRow(TenantScoped, Base):
    """One person of an outside list. `unit_id` is the village or school it names, or the unit that brought it."""

    __tablename__ = "matching_source_rows"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    source_id: Mapped[uuid.UUID] = mapped_column(Id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: as Excel shows it
    row_number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(_text(80))
    name_key: Mapped[str] = mapped_column(_text(80))
    birth_on: Mapped[dt.date | None]
    id_number_sealed: Mapped[bytes | None] = sealed_column("id_number")
    id_number_key: Mapped[str | None] = key_column()
    id_number_mask: Mapped[str] = mask_column()
    #: what is wrong with the number, a key of `rules.words.ID_FAULTS`; such a number proves nothing
    id_fault: Mapped[str] = mapped_column(String(12), default="")
    #: found among the units of the tenant
    village_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    school_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: as they are written in the list
    village: Mapped[str] = mapped_column(String(120), default="")
    school: Mapped[str] = mapped_column(String(120), default="")
    guardian: Mapped[str] = mapped_column(String(80), default="")
    category: Mapped[str] = mapped_column(String(80), default="")
    #: the other columns by label; long numbers in them are masked
    other: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    #: the person of the registry, by rule or by decision
    person_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: "", a stage of the rules, "person" (decided) or "remembered"
    linked_by: Mapped[str] = mapped_column(String(20), default="")
    #: merges of persons that this row followed, oldest first
    came_by: Mapped[list[str]] = mapped_column(Json, default=list)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "source_id"], ["matching_sources.tenant_id", "matching_sources.id"],
                             name="fk_matching_source_rows_source_id"),
        Index("ix_matching_source_rows_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_matching_source_rows_tenant_id_source_id_id", "tenant_id", "source_id", "id"),
        Index("ix_matching_source_rows_tenant_id_id_number_key", "tenant_id", "id_number_key"),
        Index("ix_matching_source_rows_tenant_id_person_id", "tenant_id", "person_id"),
    )


class MatchCase(TenantScoped, Base):
    """Two records that may be one person, and what was decided. `unit_id` is the lowest unit above both."""

    __tablename__ = "matching_cases"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: registry, source or neighbour
    kind: Mapped[str] = mapped_column(String(12))
    #: what makes the pair this pair, so that it never comes twice
    pair: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: registry: the second person; source: the row of the list; neighbour: the other county's person
    other_id: Mapped[uuid.UUID] = mapped_column(Id)
    source_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: match (the rules are certain) or review
    verdict: Mapped[str] = mapped_column(String(8))
    stage: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10), default=Decision.OPEN)
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    #: the merge of two persons that the decision brought
    merge_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the other county, and what it lets us see of its record
    other_tenant: Mapped[str] = mapped_column(String(20), default="")
    other_shown: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    #: what the other county has decided, for us to follow or not
    proposed: Mapped[str] = mapped_column(String(10), default="")
    proposed_at: Mapped[dt.datetime | None]
    #: the decision on another pair, or the merge, that left nothing to decide here
    aside_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (
        Index("ix_matching_cases_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("uq_matching_cases_tenant_id_pair", "tenant_id", "pair", unique=True),
        Index("ix_matching_cases_tenant_id_state_id", "tenant_id", "state", "id"),
        Index("ix_matching_cases_tenant_id_person_id", "tenant_id", "person_id"),
        Index("ix_matching_cases_tenant_id_other_id", "tenant_id", "other_id"),
    )

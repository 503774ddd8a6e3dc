"""The table of jobs: the truth about every piece of background work. Whatever wakes a worker is only a hint."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: a job in one of these still has its key
OPEN = (State.WAITING, State.RUNNING)

#: the key of a periodic job begins with this; it keeps one row for all its turns
PERIODIC = "every:"


class Job(TenantScoped, Base):
    """One job. Its attempt is its fence: a worker may write only while `attempts` is what it took."""

    __tablename__ = "jobs"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: which `JobSpec` does it
    code: Mapped[str] = mapped_column(String(80))
    #: ids and choices, never personal data: they stand here in the clear
    arguments: Mapped[dict[str, Any]] = mapped_column(Json)
    #: what the work is for, and the same while it is unfinished: that keeps a second one away
    key: Mapped[str | None] = mapped_column(String(120))
    open_key: Mapped[str | None] = mapped_column(String(120))
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default=State.WAITING)
    created_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    #: by the database's clock, as the two below
    not_before: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    #: tries so far, and how many of them were spent before it was last begun afresh
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    spent: Mapped[int] = mapped_column(Integer, default=0)
    #: somebody has asked for an end
    cancelled_by: Mapped[str] = mapped_column(String(80), default="")
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str] = mapped_column(String(200), default="")
    #: what came of it, or why nothing did, as people read it
    sentence: Mapped[str] = mapped_column(String(400), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    #: the result file: shown name, type, bytes, and its place under the data folder
    file_name: Mapped[str] = mapped_column(String(160), default="")
    file_type: Mapped[str] = mapped_column(String(120), default="")
    file_size: Mapped[int] = mapped_column(BigInteger, default=0)
    file_path: Mapped[str] = mapped_column(String(200), default="")
    #: work of the platform: the last day an entry said that it opened every tenant
    opened_on: Mapped[dt.date | None]
    #: whether the person who started it has seen that it ended
    noticed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("tenant_id", "open_key"),
        Index("ix_jobs_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_jobs_account_id_noticed", "account_id", "noticed"),
        Index("ix_jobs_state_not_before", "state", "not_before"),
    )


def is_periodic(job: Job) -> bool:
    """Whether the job comes round by itself."""
    return (job.key or "").startswith(PERIODIC)

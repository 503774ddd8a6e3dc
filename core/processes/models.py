"""Every step a record has gone, and by which day the next ones are due."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, TenantScoped, new_id, utcnow


class ProcessMark(TenantScoped, Base):
    """A step that was done: who, when, from which state to which, and why. Registrations and corrections stand among
    them under the names BEGIN and CORRECT."""

    __tablename__ = "process_marks"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: code of the process
    process: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[uuid.UUID] = mapped_column(Id)
    step: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str] = mapped_column(String(16), default="")
    to_state: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    reason: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (Index("ix_process_marks_tenant_id_record_id_id", "tenant_id", "record_id", "id"),)


class ProcessDue(TenantScoped, Base):
    """The open deadline of a step that waits. It goes when the record leaves the state."""

    __tablename__ = "process_dues"

    process: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    step: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: the day the record entered the state, which is not counted
    since: Mapped[dt.date]
    days: Mapped[int] = mapped_column(Integer)
    #: 工作日, 自然日, 教学日
    unit: Mapped[str] = mapped_column(String(8))
    due_on: Mapped[dt.date]
    #: rests on a calendar not announced yet; counted anew when it is
    provisional: Mapped[bool]
    #: the clause that sets it
    clause: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (Index("ix_process_dues_tenant_id_process_due_on", "tenant_id", "process", "due_on"),)

"""Notices as they were published, objections to them, and the clocks of the duty to publish."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow
from core.privacy.columns import key_column, sealed_column

OPEN, CLOSED, WITHDRAWN = "open", "closed", "withdrawn"
RUNNING, MET, DROPPED = "running", "met", "dropped"


class Notice(TenantScoped, Base):
    """One notice, frozen as it was opened. Whether it is shown is told by its days, never by its state alone: past
    the last day nobody sees it, whether or not the job has closed it yet."""

    __tablename__ = "notices"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: code of its `NoticeSpec`
    spec: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    clause: Mapped[str] = mapped_column(String(200), default="")
    #: slug.noun:uuid of what it is about
    subject: Mapped[str] = mapped_column(String(120))
    #: [[name, label, mask, kind]] as they were when it was opened
    columns: Mapped[list[list[str]]] = mapped_column(Json)
    row_count: Mapped[int] = mapped_column(Integer, default=0)
    #: [{id, name, media_type, size, sha256}]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    opens_on: Mapped[dt.date]
    #: the last day it is shown; none: until it is withdrawn
    closes_on: Mapped[dt.date | None]
    days: Mapped[int | None] = mapped_column(Integer)
    day_unit: Mapped[str] = mapped_column(String(10), default="")
    #: where the number of days stands, and the flag shown where the plan itself gives none
    days_source: Mapped[str] = mapped_column(String(400), default="")
    days_flag: Mapped[str] = mapped_column(String(400), default="")
    #: the last day rests on a year whose holidays were not announced yet
    provisional: Mapped[bool] = mapped_column(default=False)
    #: open, closed (its days are over), withdrawn
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    #: of everything that was public, in hex
    sha256: Mapped[str] = mapped_column(String(64))
    objections: Mapped[bool] = mapped_column(default=True)
    opened_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    opened_by_name: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[dt.datetime | None]
    #: why it was withdrawn
    ended_for: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        Index("ix_notices_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_notices_tenant_id_subject", "tenant_id", "subject"),
        Index("ix_notices_tenant_id_state_closes_on", "tenant_id", "state", "closes_on"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it


class NoticePage(TenantScoped, Base):
    """A page of a notice's rows, written once: a list of lists of texts, masked already."""

    __tablename__ = "notice_pages"

    notice_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    rows: Mapped[list[list[str]]] = mapped_column(Json)
    #: place on the page → hash of the row as it was published, of rows whose person has been erased since
    erased: Mapped[dict[str, str]] = mapped_column(Json, default=dict)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                             name="fk_notice_pages_notice_id"),
    )


class NoticePerson(TenantScoped, Base):
    """Whom a row of a notice is about, for those who may have to be erased from it."""

    __tablename__ = "notice_people"

    notice_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    #: the row's number in the notice, from 1
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(Id)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                             name="fk_notice_people_notice_id"),
        Index("ix_notice_people_tenant_id_person_id", "tenant_id", "person_id"),
    )


class NoticeFile(TenantScoped, Base):
    """The content of a notice's attachment lies encrypted in the store of files; here lies its key, sealed."""

    __tablename__ = "notice_files"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    notice_id: Mapped[uuid.UUID] = mapped_column(Id)
    cipher_sealed: Mapped[bytes | None] = sealed_column("text")

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                             name="fk_notice_files_notice_id"),
        Index("ix_notice_files_tenant_id_notice_id", "tenant_id", "notice_id"),
    )


class Objection(TenantScoped, Base):
    """What somebody from outside says against a notice; how to reach them is sealed and never published."""

    __tablename__ = "notice_objections"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    notice_id: Mapped[uuid.UUID] = mapped_column(Id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: without identity numbers, cards and mobile numbers; where it held some, the original lies sealed beside it
    text: Mapped[str] = mapped_column(Text)
    text_sealed: Mapped[bytes | None] = sealed_column("text")
    contact_sealed: Mapped[bytes | None] = sealed_column("text")
    #: the code by which the person asks for the answer, and its keyed hash
    code_sealed: Mapped[bytes | None] = sealed_column("text")
    code_key: Mapped[str | None] = key_column()
    made_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    made_on: Mapped[dt.date]
    #: none: no plan says how long an answer may take
    due_on: Mapped[dt.date | None]
    due_source: Mapped[str] = mapped_column(String(400), default="")
    #: open, upheld, rejected, noted
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    answered_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                             name="fk_notice_objections_notice_id"),
        Index("ix_notice_objections_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_notice_objections_tenant_id_notice_id", "tenant_id", "notice_id"),
        Index("ix_notice_objections_tenant_id_code_key", "tenant_id", "code_key"),
        Index("ix_notice_objections_tenant_id_state_due_on", "tenant_id", "state", "due_on"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it


class DutyClock(TenantScoped, Base):
    """A duty to publish by a day, counted from an event; one for each kind and subject."""

    __tablename__ = "duty_clocks"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: code of its `ClockSpec`
    spec: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    event_on: Mapped[dt.date]
    #: the earliest of `terms`
    due_on: Mapped[dt.date]
    #: [{count, unit, source, due_on, binding}]: plan and law, each with its own day
    terms: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    provisional: Mapped[bool] = mapped_column(default=False)
    #: running, met, dropped
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    met_on: Mapped[dt.date | None]
    met_by: Mapped[str] = mapped_column(String(400), default="")
    notice_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    started_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        UniqueConstraint("tenant_id", "spec", "subject"),
        Index("ix_duty_clocks_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_duty_clocks_tenant_id_state_due_on", "tenant_id", "state", "due_on"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it


class PublicStamp(TenantScoped, Base):
    """Grows with every change of what a tenant shows, so that kept pages know when they are old."""

    __tablename__ = "public_stamps"

    stamp: Mapped[int] = mapped_column(Integer, default=1)

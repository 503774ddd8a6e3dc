"""All reads of notices, objections and clocks; what a person at a desk sees goes through the scoped queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, get_scoped, in_scope, scoped_page
from core.errors import N_, NotFound, PlatformError
from core.extensions import today
from core.host.manager import PluginHost
from core.host.notices import ClockSpec, NoticeSpec
from core.publicity.models import (
    CLOSED,
    OPEN,
    RUNNING,
    WITHDRAWN,
    DutyClock,
    Notice,
    NoticeFile,
    NoticePage,
    NoticePerson,
    Objection,
)
from core.publicity.rules.periods import is_shown
from core.publicity.rules.snapshots import line_hash

PAGE = 50
UPHELD = "upheld"


@dataclass(frozen=True)
class Finish:
    """A notice that ran its whole time with every objection answered."""

    notice_id: uuid.UUID
    opens_on: dt.date
    closes_on: dt.date
    objections: int


def notice_spec(host: PluginHost, code: str) -> NoticeSpec:
    """The kind of notice with this code; PlatformError where nobody registered it."""
    for spec in host.registered("register_notices"):
        if spec.code == code:
            found: NoticeSpec = spec
            return found
    raise PlatformError(N_("没有登记名为 %(code)s 的公示"), code=code)


def clock_spec(host: PluginHost, code: str) -> ClockSpec:
    """The clock with this code; PlatformError where nobody registered it."""
    for spec in host.registered("register_clocks"):
        if spec.code == code:
            found: ClockSpec = spec
            return found
    raise PlatformError(N_("没有登记名为 %(code)s 的公示时限"), code=code)


def notices_of(session: Session, subject: str) -> Sequence[Notice]:
    """The notices of a subject in the open scope, the newest first."""
    return session.scalars(select(Notice).where(Notice.subject == subject).order_by(Notice.id.desc())).all()


def is_published(session: Session, subject: str) -> bool:
    """Whether a subject is public today."""
    return any(notice.state == OPEN and is_shown(notice.opens_on, notice.closes_on, today())
               for notice in notices_of(session, subject))


def finished(session: Session, subject: str) -> Finish | None:
    """The finish of a subject's newest notice: its time is over and no objection is open or was upheld. None
    otherwise; `missing` says why."""
    if missing(session, subject):
        return None
    notice = _standing(notices_of(session, subject))
    assert notice is not None and notice.closes_on is not None  # nothing is missing
    return Finish(notice.id, notice.opens_on, notice.closes_on, len(objections_to(session, notice)))


def missing(session: Session, subject: str) -> list[tuple[str, dict[str, object]]]:
    """What a subject still lacks until its publicity is finished: messages with parameters, as a process shows them."""
    notice = _standing(notices_of(session, subject))
    if notice is None:
        return [(N_("还没有公示"), {})]
    found: list[tuple[str, dict[str, object]]] = []
    if notice.closes_on is None or notice.closes_on >= today():
        found.append((N_("公示到 %(day)s 止，期满后才能办理"), {"day": notice.closes_on or N_("长期")}))
    states = [objection.state for objection in objections_to(session, notice)]
    if OPEN in states:
        found.append((N_("公示有 %(count)d 件异议没有答复"), {"count": states.count(OPEN)}))
    if UPHELD in states:
        found.append((N_("公示的异议成立，须更正后重新公示"), {}))
    return found


def _standing(notices: Sequence[Notice]) -> Notice | None:
    return next((notice for notice in notices if notice.state != WITHDRAWN), None)


def shown_notices(session: Session, tenant_id: str, day: dt.date, limit: int = 200) -> Sequence[Notice]:
    """What the public sees on a day, the newest first."""
    return session.scalars(select(Notice).where(*_shown(tenant_id, day)).order_by(Notice.id.desc()).limit(limit)).all()


def find_public(session: Session, tenant_id: str, notice_id: uuid.UUID) -> Notice | None:
    """A notice of a tenant, shown or not; the caller asks for its days."""
    return session.get(Notice, (tenant_id, notice_id))


#: written once: making it anew for each page costs as much as asking it
_PAGE = select(Notice, NoticePage.rows).outerjoin(NoticePage, and_(
    NoticePage.tenant_id == Notice.tenant_id, NoticePage.notice_id == Notice.id, NoticePage.number == bindparam("number"))
).where(Notice.tenant_id == bindparam("tenant"), Notice.id == bindparam("notice"))


def find_page(session: Session, tenant_id: str, notice_id: uuid.UUID, number: int) -> tuple[Notice, list[list[str]]] | None:
    """The same with a page of its rows, from 1, in one statement; empty beyond the last."""
    found = session.execute(_PAGE, {"tenant": tenant_id, "notice": notice_id, "number": number}).one_or_none()
    return (found[0], found[1] or []) if found is not None else None


def _shown(tenant_id: str, day: dt.date) -> list[ColumnElement[bool]]:
    return [Notice.tenant_id == tenant_id, Notice.state == OPEN, Notice.opens_on <= day,
            or_(Notice.closes_on.is_(None), Notice.closes_on >= day)]


def due_to_close(session: Session, day: dt.date, limit: int = 500) -> Sequence[Notice]:
    """Open notices whose last day is over."""
    return session.scalars(select(Notice).where(Notice.state == OPEN, Notice.closes_on < day)
                           .order_by(Notice.tenant_id, Notice.id).limit(limit)).all()


def page_of(session: Session, notice: Notice, number: int) -> list[list[str]]:
    """A page of a notice's rows, from 1; empty beyond the last."""
    found = session.get(NoticePage, (notice.tenant_id, notice.id, number))
    return found.rows if found is not None else []


def all_rows(session: Session, notice: Notice) -> Iterator[list[str]]:
    """Every row of a notice, page by page."""
    number = 1
    while rows := page_of(session, notice, number):
        yield from rows
        number += 1


def row_hashes(session: Session, notice: Notice) -> Iterator[str]:
    """The hash of every row as it was published, also of those erased since."""
    number = 1
    while (page := session.get(NoticePage, (notice.tenant_id, notice.id, number))) is not None:
        yield from (page.erased.get(str(at)) or line_hash(row) for at, row in enumerate(page.rows))
        number += 1


def erased_rows(session: Session, notice: Notice) -> dict[int, str]:
    """Number and published hash of each row erased since."""
    found = session.execute(select(NoticePage.number, NoticePage.erased).where(
        NoticePage.tenant_id == notice.tenant_id, NoticePage.notice_id == notice.id).order_by(NoticePage.number))
    return {(number - 1) * PAGE + int(at) + 1: mark for number, erased in found for at, mark in erased.items()}


def rows_about(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> Sequence[tuple[NoticePerson, Notice]]:
    """The rows of notices that are about these persons."""
    return [(row, notice) for row, notice in session.execute(
        select(NoticePerson, Notice).join(Notice, (Notice.tenant_id == NoticePerson.tenant_id) & (Notice.id == NoticePerson.notice_id))
        .where(NoticePerson.tenant_id == tenant_id, NoticePerson.person_id.in_(person_ids)))]


def get_file(session: Session, notice: Notice, file_id: uuid.UUID) -> NoticeFile:
    """An attachment of a notice, or NotFound."""
    found = session.get(NoticeFile, (notice.tenant_id, file_id))
    if found is None or found.notice_id != notice.id:
        raise NotFound(N_("没有这个附件"))
    return found


def objections_to(session: Session, notice: Notice) -> Sequence[Objection]:
    """The objections to a notice, the oldest first."""
    return session.scalars(select(Objection).where(
        Objection.tenant_id == notice.tenant_id, Objection.notice_id == notice.id).order_by(Objection.id)).all()


def objection_by_code(session: Session, tenant_id: str, keys: Sequence[str]) -> Objection | None:
    """The objection a confirmation code belongs to."""
    return session.scalars(select(Objection).where(Objection.tenant_id == tenant_id,
                                                   Objection.code_key.in_(keys))).first()


def open_objections(session: Session, scope: Scope, *, late_on: dt.date | None = None) -> int:
    """How many objections in scope wait for an answer; with a day, those overdue on it."""
    statement = select(func.count(Objection.id)).where(Objection.state == OPEN)
    if late_on is not None:
        statement = statement.where(Objection.due_on < late_on)
    return session.scalar(in_scope(statement, Objection, scope)) or 0


def waiting_objections(session: Session, scope: Scope) -> Sequence[Objection]:
    """The objections in scope that wait for an answer, the earliest due first."""
    return session.scalars(in_scope(select(Objection).where(Objection.state == OPEN), Objection, scope)
                           .order_by(Objection.due_on.is_(None), Objection.due_on, Objection.id).limit(200)).all()


def list_notices(session: Session, scope: Scope, before: uuid.UUID | None = None, state: str = "") -> Page[Notice]:
    """A page of notices in scope, newest first."""
    where = {OPEN: [Notice.state == OPEN, or_(Notice.closes_on.is_(None), Notice.closes_on >= today())],
             CLOSED: [or_(Notice.state == CLOSED, (Notice.state == OPEN) & (Notice.closes_on < today()))],
             WITHDRAWN: [Notice.state == WITHDRAWN]}.get(state, [])
    return scoped_page(session, Notice, scope, before=before, limit=PAGE, where=where)


def get_notice(session: Session, scope: Scope, notice_id: uuid.UUID) -> Notice:
    """One notice in scope, or NotFound."""
    return get_scoped(session, Notice, notice_id, scope)


def get_objection(session: Session, scope: Scope, objection_id: uuid.UUID) -> Objection:
    """One objection in scope, or NotFound."""
    return get_scoped(session, Objection, objection_id, scope)


def find_clock(session: Session, tenant_id: str, code: str, subject: str) -> DutyClock | None:
    """The clock of a kind for a subject."""
    return session.scalars(select(DutyClock).where(DutyClock.tenant_id == tenant_id, DutyClock.spec == code,
                                                   DutyClock.subject == subject)).first()


def running_clocks(session: Session, tenant_id: str, codes: Sequence[str], subject: str) -> Sequence[DutyClock]:
    """The running clocks of these kinds for a subject."""
    return session.scalars(select(DutyClock).where(
        DutyClock.tenant_id == tenant_id, DutyClock.spec.in_(codes), DutyClock.subject == subject,
        DutyClock.state == RUNNING)).all()


def clocks_met_by(session: Session, notice: Notice) -> Sequence[DutyClock]:
    """The clocks that a notice stopped."""
    return session.scalars(select(DutyClock).where(DutyClock.tenant_id == notice.tenant_id,
                                                   DutyClock.notice_id == notice.id)).all()


def list_clocks(session: Session, scope: Scope, limit: int = 500) -> Sequence[DutyClock]:
    """The running clocks in scope, the earliest due first."""
    return session.scalars(in_scope(select(DutyClock).where(DutyClock.state == RUNNING), DutyClock, scope)
                           .order_by(DutyClock.due_on, DutyClock.id).limit(limit)).all()


def count_overdue(session: Session, scope: Scope, day: dt.date) -> int:
    """How many running clocks in scope are past their day."""
    statement = select(func.count(DutyClock.id)).where(DutyClock.state == RUNNING, DutyClock.due_on < day)
    return session.scalar(in_scope(statement, DutyClock, scope)) or 0

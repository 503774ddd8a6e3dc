"""Opening a notice: only what may be public is read, masked, scanned, counted and frozen."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.documents.storage import ORIGINAL, Store, as_text, new_cipher
from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, new_id, today
from core.host.events import emit
from core.host.manager import PluginHost
from core.host.notices import NoticeSpec
from core.privacy.columns import triple
from core.privacy.vault import vault_of
from core.publicity import events, queries
from core.publicity.models import OPEN, Notice, NoticeFile, NoticePage, NoticePerson
from core.publicity.rules.files import Attachment, check_attachment, scan_attachment
from core.publicity.rules.leaks import Leak, scan_rows, scan_text
from core.publicity.rules.periods import Period, first_day, is_shown, last_day
from core.publicity.rules.snapshots import digest, line_hash, table_of
from core.publicity.services import clocks
from core.publicity.services.periods import period_of
from core.publicity.services.stamping import touch_public
from core.tenancy.queries import get_tenant
from core.trail.services import record
from core.units.models import Unit

LAW = "教财厅函〔2017〕28号"
#: places named in one message
MOST_NAMED = 20


class LeakFound(RuleViolation):
    """What was about to be published gives somebody away; `leaks` names each place."""

    def __init__(self, leaks: Sequence[Leak]) -> None:
        self.leaks = tuple(leaks)
        named = "；".join(leak.sentence for leak in leaks[:MOST_NAMED])
        super().__init__(N_("没有公示：有 %(count)d 处会泄露个人信息——%(places)s。请去掉后再公示"),
                         rule="publicity-leak", clause=LAW, count=len(leaks), places=named)


@dataclass(frozen=True)
class _Made:
    """What will be shown: rows as texts, attachments as they came."""

    rows: list[list[str]]
    files: Sequence[Attachment]
    #: number of a row → whom it is about
    people: Mapping[int, uuid.UUID]


def open_notice(session: Session, host: PluginHost | None, spec: NoticeSpec, tenant_id: str, unit: Unit, title: str,
                rows: Iterable[Mapping[str, Any]], actor: Actor, *, subject: str, attachments: Sequence[Attachment] = (),
                on: dt.date | None = None, summary: str = "", store: Store | None = None) -> Notice:
    """Publish a notice of a unit from `on` (today) for the days of the tenant's plan. Raises LeakFound with each place
    that would give somebody away, ParameterError where no layer of the plan says how long, Conflict where the subject
    is being shown already. `store` keeps the attachments."""
    opens_on = first_day(on or today(), spec.starts)
    _check(session, spec, subject, title, opens_on)
    given = list(rows)
    made = _Made(table_of(spec.columns, given), attachments, _people(spec, given))
    if not made.rows and not made.files:
        raise InvalidInput(N_("“%(title)s”没有可以公示的内容"), title=title)
    leaks = find_leaks(spec, title, summary, made)
    if leaks:
        raise LeakFound(leaks)
    period = period_of(session, get_tenant(session, tenant_id), spec.days, opens_on) if spec.days else None
    notice = _notice(spec, tenant_id, unit, title.strip(), summary, actor, subject, opens_on, period)
    notice.row_count = len(made.rows)
    _keep(session, notice, made, store)
    _leave_word(session, host, spec, notice, actor)
    return notice


def find_leaks(spec: NoticeSpec, title: str, summary: str, made: _Made) -> list[Leak]:
    """Every place of a notice that would give somebody away."""
    found = [*scan_text(title, "标题"), *scan_text(summary, "说明")]
    found += scan_rows([column.label for column in spec.columns], made.rows)
    for file in made.files:
        found += scan_attachment(file)
    return found


def _people(spec: NoticeSpec, rows: Sequence[Mapping[str, Any]]) -> dict[int, uuid.UUID]:
    return {place: row[spec.person] for place, row in enumerate(rows, 1) if spec.person and row.get(spec.person)}


def _check(session: Session, spec: NoticeSpec, subject: str, title: str, opens_on: dt.date) -> None:
    if not 0 < len(title.strip()) <= 200:
        raise InvalidInput(N_("公示标题须有 1 到 200 字"), fields={"title": N_("须有 1 到 200 字")})
    if opens_on < today():
        raise InvalidInput(N_("公示不能从过去的日期开始"), fields={"on": N_("不能早于今天")})
    for notice in queries.notices_of(session, subject):
        if notice.spec == spec.code and notice.state == OPEN and (
                is_shown(notice.opens_on, notice.closes_on, today()) or notice.opens_on > today()):
            raise Conflict(N_("“%(title)s”正在公示，到期或撤下后才能重新公示"), title=notice.title)


def _notice(spec: NoticeSpec, tenant_id: str, unit: Unit, title: str, summary: str, actor: Actor, subject: str,
            opens_on: dt.date, period: Period | None) -> Notice:
    due = last_day(opens_on, period) if period else None
    return Notice(
        tenant_id=tenant_id, id=new_id(), unit_id=unit.id, spec=spec.code, title=title, summary=summary or spec.summary,
        clause=spec.clause, subject=subject, opens_on=opens_on, closes_on=due.day if due else None,
        columns=[[column.name, column.label, column.mask, column.kind] for column in spec.columns],
        days=period.count if period else None, day_unit=period.unit if period else "",
        days_source=period.source[:400] if period else "", days_flag=period.flag[:400] if period else "",
        provisional=due.provisional if due else False, objections=spec.objections, attachments=[],
        opened_by=actor.account_id, opened_by_name=actor.name[:80], sha256="")


def _keep(session: Session, notice: Notice, made: _Made, store: Store | None) -> None:
    ids = [new_id() for _ in made.files]
    notice.attachments = [check_attachment(file, file_id) for file, file_id in zip(made.files, ids, strict=True)]
    notice.sha256 = digest(notice.title, notice.summary, notice.columns, map(line_hash, made.rows), notice.attachments)
    session.add(notice)
    session.flush()  # pages and files refer to it
    size = queries.PAGE
    pages = [{"tenant_id": notice.tenant_id, "notice_id": notice.id, "number": number, "rows": made.rows[at : at + size],
              "erased": {}}
             for number, at in enumerate(range(0, len(made.rows), size), 1)]
    if pages:
        session.execute(insert(NoticePage), pages)
    if made.people:
        session.execute(insert(NoticePerson), [{"tenant_id": notice.tenant_id, "notice_id": notice.id, "place": place,
                                                "person_id": person_id} for place, person_id in made.people.items()])
    for file, file_id in zip(made.files, ids, strict=True):
        _keep_file(session, notice, file, file_id, store)


def _keep_file(session: Session, notice: Notice, file: Attachment, file_id: uuid.UUID, store: Store | None) -> None:
    if store is None:
        raise InvalidInput(N_("没有存放附件的地方"))
    cipher = new_cipher()
    store.put(notice.tenant_id, file_id.hex, ORIGINAL, cipher, file.data)
    sealed = triple(vault_of(session), NoticeFile, "cipher", file_id, as_text(cipher))
    session.add(NoticeFile(tenant_id=notice.tenant_id, id=file_id, notice_id=notice.id, **sealed))


def _leave_word(session: Session, host: PluginHost | None, spec: NoticeSpec, notice: Notice, actor: Actor) -> None:
    until = f"至 {notice.closes_on}（{notice.days} {notice.day_unit}）" if notice.closes_on else "长期"
    record(session, actor, spec.action, f"公示“{notice.title}”{notice.row_count} 行，{notice.opens_on} {until}",
           subject=notice.subject, tenant_id=notice.tenant_id, unit_id=notice.unit_id,
           after={"notice": str(notice.id), "sha256": notice.sha256, "days": notice.days_source})
    for clock in queries.running_clocks(session, notice.tenant_id, spec.meets, notice.subject):
        clocks.meet_clock(session, clock, actor, how=f"公示“{notice.title}”"[:400], on=notice.opens_on, notice=notice)
    emit(session, host, notice.tenant_id, events.OPENED, {
        "notice": str(notice.id), "subject": notice.subject,
        "closes_on": notice.closes_on.isoformat() if notice.closes_on else ""}, unit_id=notice.unit_id)
    touch_public(session, notice.tenant_id)

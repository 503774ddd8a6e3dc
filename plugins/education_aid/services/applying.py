"""Applications: made of what a term's run found, or entered with a reason; shown in public; their archive."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.documents.models import Document
from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.processes.services import begin, begin_many
from core.publicity.models import Notice
from core.publicity.services import open_notice
from core.registry.models import Enrolment, Person
from core.registry.queries import get_record
from core.trail.services import record
from core.units.models import Unit
from plugins.education_aid.models.applications import DISCRETIONARY, Application, ArchivePart, slot_of
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.notices import APPLICATIONS
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import quotas_of
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.queries import applications
from plugins.education_aid.rules.quotas import within
from plugins.education_aid.rules.words import PARTS, term_title

ENTERED = phrase(N_("登记酌情资助“%(item)s” %(amount)s 元"))
FILED = phrase(N_("归档%(what)s %(count)s 份"))
#: what a child need not apply for: it is given to all, and not put into money
_UNASKED = ("in_kind",)
CHUNK = 1_000


def draft_from_awards(session: Session, tenant_id: str, school_year: int, term: int, actor: Actor,
                      unit_ids: Sequence[uuid.UUID] | None = None) -> int:
    """One application for every award of a term that has none; gives how many. Asked twice it adds nothing. Where the plan
    has only so many places (名额), those beyond them wait and are not put forward."""
    _one_at_a_time(session, tenant_id, school_year, term)
    taken = applications.slots_taken(session, tenant_id, school_year, term)
    statement = select(Award).where(Award.tenant_id == tenant_id, Award.school_year == school_year, Award.term == term,
                                    Award.state == "entitled", Award.amount > Decimal(0), Award.kind.not_in(_UNASKED))
    if unit_ids is not None:
        statement = statement.where(Award.unit_id.in_(unit_ids))
    asked = [_row(award) for award in session.scalars(statement.order_by(Award.id))
             if slot_of(award.person_id, award.item, school_year, term) not in taken]
    quotas = quotas_of(session, tenant_id)
    standing = applications.places_taken(session, tenant_id, school_year, term, quotas) if quotas else {}
    rows, waiting = within(asked, quotas, standing)
    for at in range(0, len(rows), CHUNK):
        session.execute(insert(Application), rows[at : at + CHUNK])
    begin_many(session, APPLICATION, tenant_id, [row["id"] for row in rows], actor)
    if rows:
        record(session, actor, Action.APPLICATION_WRITE, f"按应享明细生成{term_title(school_year, term)}资助申请 {len(rows)} 份"
               + (f"，名额已满、列入候补 {len(waiting)} 份" if waiting else ""),
               subject="education_aid.applications:draft", tenant_id=tenant_id,
               after={"count": len(rows), "amount": str(sum((row["amount"] for row in rows), Decimal(0)))})
    return len(rows)


def _one_at_a_time(session: Session, tenant_id: str, school_year: int, term: int) -> None:
    """Hold the runs of the term until the end of the transaction: a second draft of it waits, and then sees the places that
    the first has taken. An UPDATE locks on both databases."""
    session.execute(update(AidRun).where(AidRun.tenant_id == tenant_id, AidRun.school_year == school_year, AidRun.term == term)
                    .values(version=AidRun.version).execution_options(synchronize_session=False))


def _row(award: Award) -> dict[str, Any]:
    return {
        "tenant_id": award.tenant_id, "id": new_id(), "unit_id": award.unit_id, "version": 1, "made_at": utcnow(), "removed_at": None,
        "person_id": award.person_id, "school_year": award.school_year, "term": award.term, "item": award.item,
        "item_name": award.item_name, "kind": "entitled", "form": award.kind, "amount": award.amount, "fund": award.fund,
        "clause": award.clause, "reason": "", "stage": award.stage, "class_name": award.class_name, "award_id": award.id,
        "notice_subject": "", "state": "draft",
        "slot": slot_of(award.person_id, award.item, award.school_year, award.term)}


def apply_discretionary(session: Session, person: Person, unit_id: uuid.UUID, item: str, item_name: str, school_year: int, term: int,
                        amount: Decimal, reason: str, actor: Actor, *, clause: str = "", class_name: str = "") -> Application:
    """Enter a discretionary reduction (酌情减免): the amount is said by whoever grants it, with a reason, and is counted
    apart from what is due. Raises InvalidInput without a reason (EA-004), Conflict where the child has it already."""
    if not reason.strip():
        raise InvalidInput(N_("酌情资助须写明理由"), fields={"reason": N_("必填")})
    if amount <= 0:
        raise InvalidInput(N_("金额须大于零"), fields={"amount": N_("须大于零")})
    made = Application(
        tenant_id=person.tenant_id, id=new_id(), unit_id=unit_id, person_id=person.id, school_year=school_year, term=term, item=item,
        item_name=item_name, kind=DISCRETIONARY, form="discretionary", amount=amount, reason=reason.strip()[:400], clause=clause,
        class_name=class_name, slot=slot_of(person.id, item, school_year, term))
    session.add(made)
    try:
        begin(session, APPLICATION, made, actor)
    except IntegrityError as error:
        raise Conflict(N_("这个孩子本学期已有“%(item)s”的申请"), item=item_name) from error
    record(session, actor, Action.APPLICATION_WRITE, ENTERED(item=item_name, amount=f"{amount:,.2f}"), reason=reason,
           subject=f"education_aid.applications:{made.id}", tenant_id=made.tenant_id, unit_id=unit_id)
    return made


def publicise(session: Session, host: PluginHost | None, unit: Unit, chosen: Sequence[Application], actor: Actor, *,
              title: str = "", on: dt.date | None = None) -> Notice:
    """Show applications that stand in publicity, for the days of the plan; names are masked as the notice's rules say."""
    waiting = [one for one in chosen if one.state == "publicity" and not one.notice_subject]
    if not waiting:
        raise InvalidInput(N_("没有待公示的申请：请选择“公示中”且尚未公示的"))
    first = waiting[0]
    names = applications.names_by_id(session, first.tenant_id, [one.person_id for one in waiting])
    subject = f"education_aid.publicity:{new_id()}"
    rows = [{"name": names.get(one.person_id, ""), "class_name": one.class_name, "item": one.item_name, "amount": one.amount,
             "person_id": one.person_id}
            for one in waiting]
    heading = title or f"{unit.name}{term_title(first.school_year, first.term)}学生资助公示"
    notice = open_notice(session, host, APPLICATIONS, first.tenant_id, unit, heading, rows, actor, subject=subject, on=on)
    for one in waiting:
        one.notice_subject = subject
    session.flush()  # a step in the same transaction asks for it
    return notice


def file_part(session: Session, chosen: Sequence[Application], part: str, document: Document, actor: Actor) -> int:
    """Note which document is a paper of these applications' archives; one notice or voucher may serve many."""
    if part not in dict(PARTS):
        raise InvalidInput(N_("请选择档案的组成：申请、评定、审批、公示、资金发放凭证"))
    count = 0
    for one in chosen:
        if document.tenant_id != one.tenant_id or document.removed_at is not None:
            raise NotFound(N_("没有这份材料，或者它不在您的范围内"))
        held = session.scalar(select(ArchivePart).where(ArchivePart.tenant_id == one.tenant_id, ArchivePart.part == part,
                                                        ArchivePart.application_id == one.id))
        if held is None:
            session.add(ArchivePart(tenant_id=one.tenant_id, unit_id=one.unit_id, application_id=one.id, part=part,
                                    document_id=document.id))
            count += 1
        else:
            held.document_id = document.id
    session.flush()  # the entry below must not outlive a refused row
    if chosen:
        record(session, actor, Action.APPLICATION_WRITE, FILED(what=dict(PARTS)[part], count=len(chosen)), tenant_id=chosen[0].tenant_id,
               subject=f"document:{document.id}", unit_id=document.unit_id)
    return count


def person_of(session: Session, application: Application) -> Person:
    """The child of an application."""
    return get_record(session, Person, application.tenant_id, application.person_id)


def person_at(session: Session, enrolment: Enrolment) -> Person:
    """The child of an enrolment."""
    return get_record(session, Person, enrolment.tenant_id, enrolment.person_id)

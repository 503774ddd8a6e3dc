"""Reads of applications, of what their steps need, and of their archives."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from core.access.scope import Scope
from core.access.scoping import get_scoped, in_scope
from core.publicity import services as publicity
from core.registry.models import Person
from plugins.education_aid.models.applications import Application, ArchivePart
from plugins.education_aid.models.cases import AidCase
from plugins.education_aid.models.dropout import DropoutCase
from plugins.education_aid.models.payments import CREDITED, Payment
from plugins.education_aid.plan.layers import flow_value
from plugins.education_aid.rules.quotas import Place
from plugins.education_aid.rules.words import PAID_BY_BANK, PARTS

CHUNK = 500


def get_application(session: Session, scope: Scope, application_id: uuid.UUID) -> Application:
    """An application in scope, or NotFound."""
    return get_scoped(session, Application, application_id, scope)


def list_in(session: Session, scope: Scope, state: str, school_year: int, term: int, limit: int = 2_000) -> Sequence[Application]:
    """The applications in scope that stand in a state, of one term."""
    statement = select(Application).where(
        Application.state == state, Application.school_year == school_year, Application.term == term,
        Application.removed_at.is_(None)).order_by(Application.id).limit(limit)
    return session.scalars(in_scope(statement, Application, scope)).all()


def slots_taken(session: Session, tenant_id: str, school_year: int, term: int) -> set[str]:
    """The slots of a term that stand already."""
    return {slot for slot in session.scalars(select(Application.slot).where(
        Application.tenant_id == tenant_id, Application.school_year == school_year, Application.term == term)) if slot}


def name_of(application: Application) -> str:
    """What an application is called in lists of work: the child and the item."""
    session = object_session(application)
    person = session.get(Person, (application.tenant_id, application.person_id)) if session else None
    return f"{person.name if person else '—'}　{application.item_name}"


def names_by_id(session: Session, tenant_id: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names of persons by id."""
    wanted, found = list(dict.fromkeys(ids)), dict[uuid.UUID, str]()
    for at in range(0, len(wanted), CHUNK):
        statement = select(Person.id, Person.name).where(Person.tenant_id == tenant_id, Person.id.in_(wanted[at : at + CHUNK]))
        found.update({row.id: row.name for row in session.execute(statement)})
    return found


def names_of_cases(session: Session, rows: Sequence[AidCase | DropoutCase]) -> dict[uuid.UUID, str]:
    """The same of cases."""
    return _names(session, rows)


def names_by_tenant(session: Session, rows: Sequence[Application]) -> dict[uuid.UUID, str]:
    """Names of the children of these applications, of whichever tenants."""
    return _names(session, rows)


def _names(session: Session, rows: Sequence[Application | AidCase | DropoutCase]) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for tenant_id in {row.tenant_id for row in rows}:
        found.update(names_by_id(session, tenant_id, [row.person_id for row in rows if row.tenant_id == tenant_id]))
    return found


def parts_of(session: Session, application: Application) -> dict[str, uuid.UUID]:
    """The papers of an application's archive: part → document."""
    rows = session.execute(select(ArchivePart.part, ArchivePart.document_id).where(
        ArchivePart.tenant_id == application.tenant_id, ArchivePart.application_id == application.id))
    return {row.part: row.document_id for row in rows}


def incomplete(session: Session, application: Application) -> list[str]:
    """The papers of the archive that are missing, as people call them."""
    held = parts_of(session, application)
    missing = [label for code, label in PARTS if code not in held]
    return [f"档案不全：{'、'.join(missing)}"] if missing else []


def not_published(session: Session, application: Application) -> list[str]:
    """What an application lacks until its publicity is finished."""
    if not application.notice_subject:
        return ["还没有公示"]
    return [message % params for message, params in publicity.missing(session, application.notice_subject)]


def wants_township(session: Session, application: Application) -> list[str]:
    """Why an application may not go straight to the county."""
    township = flow_value(session, application.tenant_id, "township")
    return not_published(session, application) + (["方案规定先经乡镇（中心校）审核"] if township is True else [])


def wants_county(session: Session, application: Application) -> list[str]:
    """Why an application need not go to the township."""
    township = flow_value(session, application.tenant_id, "township")
    return not_published(session, application) + ([] if township is True else ["方案没有乡镇审核这一步，请直接报县"])


def without_reason(session: Session, application: Application) -> list[str]:
    """A discretionary item says why (EA-004)."""
    found = []
    if application.kind == "discretionary" and not application.reason.strip():
        found.append("酌情资助须写明理由")
    return found + ([] if application.amount > 0 else ["金额须大于零"])


def not_credited(session: Session, application: Application) -> list[str]:
    """What the bank has not done yet; what is not paid by the bank is done by the school itself."""
    if application.form not in PAID_BY_BANK:
        return []
    payment = payment_of(session, application)
    return [] if payment is not None and payment.state == CREDITED else ["银行尚未回盘到账，到账后自动转为已享受"]


def payment_of(session: Session, application: Application) -> Payment | None:
    """The payment of an application."""
    return session.scalar(select(Payment).where(Payment.tenant_id == application.tenant_id,
                                                Payment.application_id == application.id).limit(1))


def places_taken(session: Session, tenant_id: str, school_year: int, term: int, items: Iterable[str]) -> dict[Place, int]:
    """How many applications of a term stand for these items, by item, unit and stage."""
    statement = select(Application.item, Application.unit_id, Application.stage, func.count()).where(
        Application.tenant_id == tenant_id, Application.school_year == school_year, Application.term == term,
        Application.slot.is_not(None), Application.item.in_(list(items))).group_by(Application.item, Application.unit_id, Application.stage)
    return {(item, unit, stage): count for item, unit, stage, count in session.execute(statement)}

"""What aid tells of a child, for the timeline on their page, and what of it goes when a person is erased."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.access.scoping import in_scope
from core.errors import N_
from core.extensions.phrases import phrase
from core.host.contract import Place, Subject, TimelineEntry
from plugins.education_aid import entries_needs
from plugins.education_aid.models import AidCase, AidRun, Award, DropoutCase, DropoutVisit, Letter, Payment
from plugins.education_aid.permissions import Action
from plugins.education_aid.rules import checking, hunting
from plugins.education_aid.rules.words import term_title

PAID = phrase(N_("%(term)s，%(item)s %(amount)s 元到账"))
LISTED, LISTED_CLOSED = phrase(N_("列为%(kind)s")), phrase(N_("列为%(kind)s，%(day)s 销号"))
DUE = phrase(N_("%(term)s应享 %(count)s 项，%(amount)s 元，看明白卡"))
MOST = 50


def of_person(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    """What was due, credited and found, and the hunt, as far as whoever looks may see it."""
    found = [*_awards(session, place, person), *_payments(session, place, person),
             *_cases(session, place, person), *_hunt(session, place, person),
             *entries_needs.of_person(session, place, person, MOST)]
    return sorted(found, key=lambda entry: entry.on, reverse=True)[:MOST]


def _awards(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    """A line for each term, which leads to the card for the parents."""
    of_run = (AidRun.tenant_id == Award.tenant_id) & (AidRun.id == Award.run_id)
    statement: Any = select(Award.school_year, Award.term, func.count(), func.sum(Award.amount), func.max(AidRun.as_on)).join(
        AidRun, of_run).where(Award.person_id == person.id, Award.state == "entitled", Award.amount > Decimal(0))
    statement = in_scope(statement, Award, place.scope(Action.AWARD_READ))
    return [TimelineEntry(day, DUE(term=term_title(year, term), count=count, amount=f"{amount:,.2f}"),
                          url_for("education_aid.card", code=place.code, person_id=person.id, school_year=year, term=term))
            for year, term, count, amount, day in session.execute(statement.group_by(Award.school_year, Award.term).limit(MOST))]


def _payments(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    statement = in_scope(select(Payment).where(Payment.person_id == person.id, Payment.credited_on.is_not(None)), Payment,
                         place.scope(Action.PAYMENT_READ)).order_by(Payment.credited_on.desc()).limit(MOST)
    return [TimelineEntry(row.credited_on, PAID(
                                             term=term_title(row.school_year, row.term), item=row.item_name, amount=f"{row.amount:,.2f}"),
                          url_for("education_aid.application", code=place.code, application_id=row.application_id))
            for row in session.scalars(statement) if row.credited_on is not None]


def _cases(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    words = dict(checking.KINDS)
    statement = in_scope(select(AidCase).where(AidCase.person_id == person.id), AidCase, place.scope(Action.CASE_READ))
    return [TimelineEntry(row.found_on, f"{words.get(row.kind, row.kind)}：{row.item_name or row.why}"
                          + (f"，{row.closed_on} 销号" if row.closed_on else ""),
                          url_for("education_aid.case", code=place.code, case_id=row.id))
            for row in session.scalars(statement.order_by(AidCase.id.desc()).limit(MOST))]


def _hunt(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    words = dict(hunting.KINDS)
    statement = in_scope(select(DropoutCase).where(DropoutCase.person_id == person.id), DropoutCase, place.scope(Action.DROPOUT_READ))
    return [TimelineEntry(row.found_on, LISTED_CLOSED(kind=words.get(row.kind, row.kind), day=row.closed_on) if row.closed_on
                          else LISTED(kind=words.get(row.kind, row.kind)),
                          url_for("education_aid.dropout_case", code=place.code, case_id=row.id))
            for row in session.scalars(statement.order_by(DropoutCase.id.desc()).limit(MOST))]


def forget(session: Session, tenant_id: str, person_id: uuid.UUID) -> None:
    """Names, numbers and free text about a person go; amounts and days stay, so that sums remain true."""
    entries_needs.forget(session, tenant_id, person_id)
    session.execute(update(Letter).where(Letter.tenant_id == tenant_id, Letter.person_id == person_id).values(
        name="—", id_number_key="", id_number_mask="", reply_text=""))
    session.execute(update(AidCase).where(AidCase.tenant_id == tenant_id, AidCase.person_id == person_id).values(why="", evidence=""))
    ids = list(session.scalars(select(DropoutCase.id).where(DropoutCase.tenant_id == tenant_id, DropoutCase.person_id == person_id)))
    session.execute(update(DropoutCase).where(DropoutCase.tenant_id == tenant_id, DropoutCase.person_id == person_id).values(
        note="", evidence=""))
    session.execute(update(DropoutVisit).where(DropoutVisit.tenant_id == tenant_id, DropoutVisit.case_id.in_(ids)).values(
        met="", result="—"))

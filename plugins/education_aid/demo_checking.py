"""Made-up records for the demo: facts corrected after the payment, the look for who was missed, letters, and the hunt."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.processes.services import take
from core.registry.models import Enrolment, Person
from plugins.education_aid import demo_hunt
from plugins.education_aid.models import AidCase, AidRun, Letter, Payment
from plugins.education_aid.plan.layers import flow_value
from plugins.education_aid.processes.letters import LETTER
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.queries.standing import items_of
from plugins.education_aid.rules.checking import CARD
from plugins.education_aid.services import cases, letters
from plugins.education_aid.services.entitling import begin_run, run_term

_CHIEF = Actor(None, "演示资助中心主任", role="aid_centre", source="cli")
_BOARDING = "compulsory-boarding"
#: children about whom the other county is asked
_ASKED = 4


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """The checks of the newest term that was worked out; once."""
    run = latest_run(session, tenant_id)
    looked = select(AidCase.id).where(AidCase.tenant_id == tenant_id, AidCase.kind != CARD)
    if run is None or session.scalar(looked.limit(1)) is not None:
        return
    _correct_facts(session, run, actor)
    cases.look(session, tenant_id, run.school_year, run.term, actor)
    if len(flow_value(session, tenant_id, "letter_issuers") or ()) >= letters.BODIES:
        _write_letters(session, run, actor)
    _close_some(session, tenant_id)
    demo_hunt.load(session, run, actor)


def _correct_facts(session: Session, run: AidRun, actor: Actor) -> None:
    """Of children who were paid as boarders one boards no more, one is at another stage than was said, and one has died: the
    term comes to something else than was paid."""
    of_payment = (Payment.tenant_id == Enrolment.tenant_id) & (Payment.person_id == Enrolment.person_id)
    rows = session.scalars(select(Enrolment).join(Payment, of_payment).where(
        Payment.tenant_id == run.tenant_id, Payment.item == _BOARDING, Payment.state == "credited", Payment.school_year == run.school_year,
        Payment.term == run.term, Enrolment.school_year == run.school_year, Enrolment.term == run.term,
        Enrolment.elsewhere_school == "").order_by(Enrolment.stage, Enrolment.id)).all()
    if not rows:
        return
    rows[0].boarding = False
    for old, new in (("primary", "junior"), ("junior", "primary")):
        other = next((row for row in rows[2:] if row.stage == old), None)
        if other is not None:
            other.stage = new
    _note_death(session, rows[1 % len(rows)], run)
    session.flush()  # the run below reads them
    run_term(session, begin_run(session, run.tenant_id, run.unit_id, run.school_year, run.term, run.as_on, actor), actor)


def _note_death(session: Session, row: Enrolment, run: AidRun) -> None:
    person = session.get(Person, (row.tenant_id, row.person_id))
    assert person is not None  # the enrolment refers to it
    person.died_on = run.as_on


def _write_letters(session: Session, run: AidRun, actor: Actor) -> None:
    """Letters about some who study outside: one answered, one on its way, the others not signed off yet."""
    people = list(dict.fromkeys(session.scalars(select(AidCase.person_id).where(
        AidCase.tenant_id == run.tenant_id, AidCase.outside, AidCase.state == "open").order_by(AidCase.item.desc(), AidCase.id))))
    chosen = session.scalars(select(AidCase).where(
        AidCase.tenant_id == run.tenant_id, AidCase.outside, AidCase.state == "open", AidCase.person_id.in_(people[:_ASKED]))).all()
    if not chosen:
        return
    made = sorted(letters.draft_letters(session, chosen, actor), key=lambda letter: letter.other_tenant, reverse=True)
    for letter in {letter.id: letter for letter in (made[0], made[-1])}.values():
        take(session, None, LETTER, letter, "send", _CHIEF)
    _answer(session, made[-1])


def _answer(session: Session, letter: Letter) -> None:
    items = items_of(session, letter)
    answers = {item.place: letters.Answer("paid", max(item.amount, Decimal(100))) for item in items[:1]}
    answers |= {item.place: letters.Answer("unpaid") for item in items[1:]}
    letters.reply(session, None, letter, answers, "其余项目就读地没有安排（演示）", _CHIEF)


def _close_some(session: Session, tenant_id: str) -> None:
    """A case of those at home that somebody has settled."""
    found: Sequence[AidCase] = session.scalars(select(AidCase).where(
        AidCase.tenant_id == tenant_id, AidCase.kind == "missed", ~AidCase.outside, AidCase.state == "open").limit(2)).all()
    for case in found:
        cases.close(session, case, "paid", "现金补发凭证 12 号（演示）", _CHIEF)

"""Made-up records for the demo: applications on their way, and where a bank is named, money on its way to the children."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.extensions import Actor, today
from core.funds.services import open_account, receive
from core.processes.bulk import MOST, take_many
from core.processes.services import take
from core.tenancy.queries import get_tenant
from plugins.education_aid.models import Application, Award, Batch
from plugins.education_aid.plan.layers import Bank, bank_of, banks_of
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.processes.batches import BATCH
from plugins.education_aid.queries.payments import lines_of
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.rules import bank_files
from plugins.education_aid.rules.words import PAID_BY_BANK, before
from plugins.education_aid.services import applying, paying

_TEACHER = Actor(None, "演示班主任", role="class_teacher", source="cli")
_HEAD = Actor(None, "演示学校", role="school_clerk", source="cli")
_CENTRAL = Actor(None, "演示中心校", role="central_school", source="cli")
_CHIEF = Actor(None, "演示资助中心主任", role="aid_centre", source="cli")
_BUDGET = Decimal(600_000)
#: how long ago the publicity of what is paid by now began
_SHOWN = dt.timedelta(28)
#: of a batch that came back, every so many lines the bank refused
_REFUSED = 9
_REASONS = ("14", "51", "62")


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """The running of the newest term that was worked out, and of the term before it; once."""
    run = latest_run(session, tenant_id)
    if run is None or session.scalar(select(Application.id).where(Application.tenant_id == tenant_id).limit(1)) is not None:
        return
    banks = banks_of(session, tenant_id)
    if banks:
        _open_account(session, tenant_id, banks[0], run.as_on, actor)
        _pay_one_school(session, tenant_id, *before(run.school_year, run.term), banks[0], actor)
    schools = _schools(session, tenant_id, run.school_year, run.term)
    applying.draft_from_awards(session, tenant_id, run.school_year, run.term, actor, schools)
    _walk(session, tenant_id, "draft", "submit", actor, 4)
    _walk(session, tenant_id, "class_review", "review", _TEACHER, 4)
    _walk(session, tenant_id, "school_review", "school", _HEAD, 4)
    if banks:
        _pay(session, tenant_id, run.school_year, run.term, banks[0], actor)


def _walk(session: Session, tenant_id: str, state: str, step: str, actor: Actor, part: int = 5) -> None:
    """Let so many of five applications of a state go on, each school's first ones."""
    rows = session.scalars(select(Application).where(Application.tenant_id == tenant_id, Application.state == state)
                           .order_by(Application.item, Application.stage.desc(), Application.id)).all()
    chosen = rows[: min(-(-len(rows) * part // 5), MOST)]
    if chosen:
        take_many(session, None, APPLICATION, chosen, step, actor)


def _open_account(session: Session, tenant_id: str, bank: Bank, on: dt.date, actor: Actor) -> None:
    unit = get_tenant(session, tenant_id).unit
    account = open_account(session, tenant_id, unit, bank.account, "学生资助资金专户（演示）", actor, on=on)
    receive(session, account, _BUDGET, on, actor, key=f"demo-{tenant_id}-aid", memo="上级下达学生资助资金")


def _schools(session: Session, tenant_id: str, year: int, term: int) -> Sequence[uuid.UUID]:
    """Of each stage the school whose pupils are entitled to most, the largest first; the others have not begun yet."""
    of_term = (Award.tenant_id == tenant_id, Award.school_year == year, Award.term == term, Award.kind.in_(PAID_BY_BANK))
    elsewhere = get_tenant(session, tenant_id).unit.id  # the county's own unit stands for the schools of others
    rows = session.execute(select(Award.stage, Award.unit_id).where(*of_term, Award.unit_id != elsewhere).group_by(
        Award.stage, Award.unit_id).order_by(func.count().desc(), Award.unit_id)).all()
    first: dict[str, uuid.UUID] = {}
    for stage, school in rows:
        first.setdefault(stage, school)
    return list(first.values())


def _pay_one_school(session: Session, tenant_id: str, year: int, term: int, bank: Bank, actor: Actor) -> None:
    """The term before, at the school that has most to pay: all of it done."""
    applying.draft_from_awards(session, tenant_id, year, term, actor, _schools(session, tenant_id, year, term)[:1])
    for state, step, hand in (("draft", "submit", actor), ("class_review", "review", _TEACHER), ("school_review", "school", _HEAD)):
        _walk(session, tenant_id, state, step, hand)
    _publicise(session, tenant_id, _in_publicity(session, tenant_id), _SHOWN * 2)
    _approve(session, tenant_id, 5)
    _return(session, _send(session, tenant_id, year, term, bank, actor), bank, {})


def _pay(session: Session, tenant_id: str, year: int, term: int, bank: Bank, actor: Actor) -> None:
    """A batch that came back with some refused, one at the bank, one that waits for its approval, and some that wait to
    be put into one; of the others some are shown in public now and some wait to be."""
    rows = _in_publicity(session, tenant_id)
    _publicise(session, tenant_id, rows[: len(rows) // 2], _SHOWN)
    _publicise(session, tenant_id, rows[len(rows) // 2 : len(rows) * 3 // 4], dt.timedelta())
    _approve(session, tenant_id, 2)
    done = _send(session, tenant_id, year, term, bank, actor)
    _return(session, done, bank, {line: _REASONS[line % len(_REASONS)] for line in range(2, done.lines + 1, _REFUSED)})
    _approve(session, tenant_id, 2)
    _send(session, tenant_id, year, term, bank, actor)
    _approve(session, tenant_id, 2)
    paying.make_batch(session, get_tenant(session, tenant_id).unit, tenant_id, bank.form.code, year, term, actor)
    _approve(session, tenant_id, 2)


def _in_publicity(session: Session, tenant_id: str) -> Sequence[Application]:
    return session.scalars(select(Application).where(Application.tenant_id == tenant_id, Application.state == "publicity")
                           .order_by(Application.item, Application.stage.desc(), Application.id)).all()


def _publicise(session: Session, tenant_id: str, rows: Sequence[Application], ago: dt.timedelta) -> None:
    """Show each school's applications by themselves; what began so long ago is over by now."""
    schools: dict[uuid.UUID, list[Application]] = {}
    for row in rows:
        schools.setdefault(row.unit_id, []).append(row)
    county = get_tenant(session, tenant_id).unit
    for chosen in schools.values():
        notice = applying.publicise(session, None, county, chosen, _HEAD)
        notice.opens_on -= ago
        if notice.closes_on is not None:
            notice.closes_on -= ago
    session.flush()  # the steps ask whether the notices are over


def _approve(session: Session, tenant_id: str, part: int) -> None:
    """What may go to the county goes there, through the township where the plan says so; so many of five are approved."""
    for state, step, hand in (("publicity", "to_township", _HEAD), ("publicity", "to_county", _HEAD), ("township", "township", _CENTRAL)):
        _walk(session, tenant_id, state, step, hand)
    _walk(session, tenant_id, "county", "approve", _CHIEF, part)


def _send(session: Session, tenant_id: str, year: int, term: int, bank: Bank, actor: Actor) -> Batch:
    batch, _ = paying.make_batch(session, get_tenant(session, tenant_id).unit, tenant_id, bank.form.code, year, term, actor)
    take(session, None, BATCH, batch, "approve", _CHIEF)
    take(session, None, BATCH, batch, "send", actor)
    return batch


def _return(session: Session, batch: Batch, bank: Bank, refused: dict[int, str]) -> None:
    """The bank's answer: every line credited but those that are refused."""
    form, good = bank_of(session, batch.tenant_id, bank.form.code).form, min(bank.form.success)
    lines = [{"batch": batch.number, "line": line.line, "amount": line.amount, "code": refused.get(line.line, good), "reason": ""}
             for line in lines_of(session, batch)]
    paying.read_return(session, None, batch, bank_files.write(replace(form, sent=form.returned), lines), today(), _CHIEF)

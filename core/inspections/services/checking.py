"""Beginning a check, answering row by row, signing: complete when every row is checked and every part has signed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, NotFound, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.checks import CheckPlace, CheckSource
from core.inspections import queries
from core.inspections.models import DONE, FAULTY, OPEN, Inspection, InspectionRow, Signature
from core.inspections.permissions import Action
from core.inspections.plan import Form
from core.inspections.rules.answers import LONGEST, fault_of, result_of
from core.inspections.rules.periods import due_day, period_of
from core.trail.services import record
from core.units.models import Unit

BEGUN = phrase(N_("发起检查“%(name)s”，%(count)s 行"))
SIGNED = phrase(N_("在检查“%(title)s”上签字"))
SIGNATURE_TAKEN_BACK = phrase(N_("撤回检查“%(title)s”上的签字"))
CHECKED_ROWS = phrase(N_("核对检查“%(title)s”%(count)s 行，共核对 %(checked)s 行，有问题 %(faulty)s 行"))
TWO_SIGNERS = "separate-signers"


def begin_check(session: Session, form: Form, source: CheckSource, tenant_id: str, unit: Unit, actor: Actor,
                due_on: dt.date | None = None) -> Inspection:
    """Begin a unit's check for the period of today, its rows filled in from what is known. A form without a rhythm is due on
    the day that is given. Raises Conflict where the period's check is there, InvalidInput where there is nothing to check."""
    period, due = _when(form, due_on)
    if queries.find_inspection(session, tenant_id, unit.id, form.code, period) is not None:
        raise Conflict(N_("%(unit)s的“%(form)s”本期已经发起，不必再发起"), unit=unit.name, form=form.name)
    rows = source.rows(session, CheckPlace(tenant_id, unit.id, unit.path, today()))
    if not rows:
        raise InvalidInput(N_("%(unit)s没有可核对的%(row)s，请先登记学籍、单位等台账"), unit=unit.name, row=source.title)
    made = Inspection(tenant_id=tenant_id, unit_id=unit.id, form=form.code, title=form.name, clause=form.clause[:400], period=period,
                      begun_on=today(), due_on=due, items=[dict(item) for item in form.items], signers=list(form.signers),
                      columns=[[column.name, column.label, column.kind] for column in source.columns], row_count=len(rows),
                      begun_by=actor.account_id, begun_by_name=actor.name[:80])
    session.add(made)
    try:
        session.flush()  # of two who begin it at once the second is told
    except IntegrityError as error:
        raise Conflict(N_("%(unit)s的“%(form)s”本期已经发起，不必再发起"), unit=unit.name, form=form.name) from error
    session.add_all(InspectionRow(tenant_id=tenant_id, inspection_id=made.id, place=place, key=row.key, title=row.title[:120],
                                  facts=dict(row.facts)) for place, row in enumerate(rows, start=1))
    session.flush()  # the page that follows reads them
    _trail(session, actor, made, BEGUN(name=form.name, count=len(rows)))
    return made


def answer_rows(session: Session, inspection: Inspection, answers: Mapping[uuid.UUID, Mapping[str, str]],
                notes: Mapping[uuid.UUID, str], actor: Actor) -> int:
    """Write down answers, by row and item; how many rows have changed. Raises InvalidInput with every fault, Conflict once
    somebody has signed."""
    _unsigned(session, inspection)
    rows = queries.rows_of(session, inspection)
    faults = {f"{row.id}-{item['code']}": fault for row in rows for item in inspection.items
              if (fault := fault_of(item["answer"], answers.get(row.id, {}).get(item["code"], "").strip()))}
    if faults:
        raise InvalidInput(N_("有 %(count)s 处回答不对，没有保存"), faults, count=len(faults))
    changed = [row for row in rows if row.id in answers and _answer(inspection, row, answers[row.id], notes.get(row.id, ""), actor)]
    if changed:
        inspection.checked_count = sum(bool(row.result) for row in rows)
        inspection.faulty_count = sum(row.result == FAULTY for row in rows)
        _settle(session, inspection, set())
        session.flush()  # raises where somebody was quicker
        _trail(session, actor, inspection, CHECKED_ROWS(
            title=inspection.title, count=len(changed), checked=inspection.checked_count, faulty=inspection.faulty_count))
    return len(changed)


def sign(session: Session, inspection: Inspection, part: str, held: Collection[str], actor: Actor) -> None:
    """Sign for a part, as somebody who holds its role. Raises RuleViolation for a part that is not theirs, a second signature
    of one person, and while rows are unchecked."""
    if part not in inspection.signers:
        raise NotFound(N_("这项检查不需要这一方签字"))
    left = inspection.row_count - inspection.checked_count
    if left:
        raise RuleViolation(N_("还有 %(count)s 行没有核对，核对完才能签字"), rule=TWO_SIGNERS, clause=inspection.clause, count=left)
    if part not in held or actor.account_id is None:
        raise RuleViolation(N_("您在这里没有担任这一方，不能代签"), rule=TWO_SIGNERS, clause=inspection.clause)
    before = queries.signatures_of(session, inspection)
    if any(one.part == part for one in before):
        raise Conflict(N_("这一方已经签字"))
    if any(one.account_id == actor.account_id for one in before):
        raise RuleViolation(N_("您已经代表另一方签字，同一个人不能签两方"), rule=TWO_SIGNERS, clause=inspection.clause)
    session.add(Signature(tenant_id=inspection.tenant_id, inspection_id=inspection.id, part=part, account_id=actor.account_id,
                          who=actor.name[:80]))
    _settle(session, inspection, {one.part for one in before} | {part})
    try:
        session.flush()  # of two at once the database lets one sign
    except IntegrityError as error:
        raise Conflict(N_("这一方已经签字")) from error
    _trail(session, actor, inspection, SIGNED(title=inspection.title))


def unsign(session: Session, inspection: Inspection, actor: Actor) -> None:
    """Take one's own signature back, while the check is not complete."""
    own = next((one for one in queries.signatures_of(session, inspection) if one.account_id == actor.account_id), None)
    if own is None:
        raise NotFound(N_("您没有在这项检查上签字"))
    if inspection.state == DONE:
        raise Conflict(N_("检查已经完成，签字不能撤回"))
    session.delete(own)
    session.flush()  # the entry must not outlive a refused change
    _trail(session, actor, inspection, SIGNATURE_TAKEN_BACK(title=inspection.title))


def _when(form: Form, due_on: dt.date | None) -> tuple[str, dt.date]:
    if form.every:
        period = period_of(form.every, today())
        return period.code, due_day(period, form.within_days)
    if due_on is None or due_on < today():
        raise InvalidInput(N_("方案没有写明多久查一次，请填这次检查的完成日期，不早于今天"), {"due_on": N_("不早于今天")})
    return today().isoformat(), due_on


def _unsigned(session: Session, inspection: Inspection) -> None:
    if inspection.state == DONE:
        raise Conflict(N_("检查已经完成，不能再改"))
    if queries.signatures_of(session, inspection):
        raise Conflict(N_("已有人签字，请先撤回签字再改"))


def _answer(inspection: Inspection, row: InspectionRow, given: Mapping[str, str], note: str, actor: Actor) -> bool:
    """Write one row down; whether anything changed."""
    kept = {item["code"]: text for item in inspection.items if (text := given.get(item["code"], "").strip())}
    said = note.strip()[: 2 * LONGEST]
    if kept == row.answers and said == row.note:
        return False
    row.answers, row.note, row.result = kept, said, result_of(inspection.items, kept)
    row.checked_by, row.checked_on = (actor.name[:80], today()) if row.result else ("", None)
    return True


def _settle(session: Session, inspection: Inspection, signed: Collection[str]) -> None:
    """Complete where all rows are checked and every part has signed."""
    done = inspection.checked_count == inspection.row_count and set(signed) >= set(inspection.signers)
    inspection.state, inspection.done_on = (DONE, today()) if done else (OPEN, None)


def _trail(session: Session, actor: Actor, inspection: Inspection, sentence: str) -> None:
    record(session, actor, Action.INSPECTION_WRITE, sentence, subject=f"core.inspections:{inspection.id}",
           tenant_id=inspection.tenant_id, unit_id=inspection.unit_id)

"""Making batches for the bank, writing their files, and reading what comes back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.funds import queries as funds
from core.funds.services import receive
from core.host.manager import PluginHost
from core.privacy.columns import sensitive_fields
from core.privacy.vault import vault_of
from core.processes.bulk import MOST, take_many
from core.processes.services import begin, take
from core.registry.models import Person
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import units_by_id
from plugins.education_aid.models.applications import Application
from plugins.education_aid.models.payments import CREDITED, RETURNED, Batch, BatchLine, Payment
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import bank_of
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.processes.batches import BATCH
from plugins.education_aid.queries import payments
from plugins.education_aid.queries.persons import persons_by_id
from plugins.education_aid.rules import bank_files
from plugins.education_aid.rules.words import term_title
from plugins.education_aid.services import cases
from plugins.education_aid.services.sending import source_of

SENT_BACK = phrase(N_("批次 %(number)s 银行退回"))
BATCHED = phrase(N_("编制发放批次 %(number)s：%(lines)s 笔 %(total)s 元"))
DOWNLOADED = phrase(N_("下载批次 %(number)s 的银行文件，%(lines)s 行"))
CHUNK = 500


def make_batch(session: Session, unit: Unit, tenant_id: str, bank_code: str, school_year: int, term: int, actor: Actor, *,
               again: bool = False, fund: str | None = None) -> tuple[Batch, int]:
    """Put what waits of a term into one batch; `again` takes what the bank sent back (待重发). Whose card fails its check
    stays outside and becomes a case; gives the batch and how many of those there were."""
    bank = bank_of(session, tenant_id, bank_code)
    account = funds.find_account(session, tenant_id, bank.account)
    if account is None:
        raise InvalidInput(N_("没有编码为 %(code)s 的资金账户：请先在资金里开立"), code=bank.account)
    waiting = payments.waiting_for_batch(session, tenant_id, school_year, term, again=again, fund=fund)
    batch = Batch(tenant_id=tenant_id, unit_id=unit.id, number=payments.next_number(session, tenant_id, today().year),
                  title=f"{term_title(school_year, term)}{'重发' if again else '发放'}", school_year=school_year, term=term,
                  format=bank_code, account_id=account.id, made_by=actor.account_id, state=BATCH.initial)
    session.add(batch)
    begin(session, BATCH, batch, actor)
    faulty = _fill(session, batch, waiting, actor)
    if not batch.lines:
        raise InvalidInput(N_("没有可以发放的人：待编批 %(waiting)s 笔，其中卡号有误 %(faulty)s 笔"), waiting=len(waiting), faulty=faulty)
    record(session, actor, Action.PAYMENT_WRITE, BATCHED(number=batch.number, lines=batch.lines, total=f"{batch.total:,.2f}"),
           subject=source_of(batch), tenant_id=tenant_id, unit_id=unit.id,
           after={"lines": batch.lines, "total": str(batch.total), "faulty": faulty})
    return batch, faulty


def _fill(session: Session, batch: Batch, waiting: Sequence[Payment], actor: Actor) -> int:
    persons = persons_by_id(session, batch.tenant_id, [one.person_id for one in waiting])
    faulty, total, line = 0, Decimal(0), 0
    for payment in waiting:
        person = persons.get(payment.person_id)
        fault = bank_files.card_fault(_card(session, person)) if person is not None else N_("人员已移除")
        if fault:
            faulty += 1
            cases.card_case(session, payment, fault)
            continue
        _claim(session, payment, batch)
        line, total = line + 1, total + payment.amount
        session.add(BatchLine(tenant_id=batch.tenant_id, unit_id=payment.unit_id, batch_id=batch.id, payment_id=payment.id, line=line,
                              amount=payment.amount, card_mask=person.bank_card_mask if person else ""))
    batch.lines, batch.total = line, total
    session.flush()  # the entry below must not outlive a refused row
    return faulty


def _claim(session: Session, payment: Payment, batch: Batch) -> None:
    """Two people who make batches at once do not both get a payment."""
    done = session.execute(update(Payment).where(
        Payment.tenant_id == payment.tenant_id, Payment.id == payment.id, Payment.batch_id.is_(None), Payment.state == payment.state)
        .values(batch_id=batch.id).execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(N_("有的发放刚刚被编入另一个批次，请重新编制"))
    session.expire(payment, ["batch_id"])


def file_of(session: Session, batch: Batch, actor: Actor) -> tuple[str, bytes]:
    """The batch as the bank's file, with its name. The numbers in it are opened for this alone, and it is trailed."""
    if batch.state not in ("approved", "sent"):
        raise Conflict(N_("批准以后才能生成银行文件"))
    form = bank_of(session, batch.tenant_id, batch.format).form
    data = bank_files.write(form, list(_file_rows(session, batch)))
    record(session, actor, Action.PAYMENT_EXPORT, DOWNLOADED(number=batch.number, lines=batch.lines), subject=source_of(batch),
           tenant_id=batch.tenant_id, unit_id=batch.unit_id)
    return f"{batch.number}.{form.kind}", data


def _file_rows(session: Session, batch: Batch) -> Sequence[Mapping[str, Any]]:
    held = payments.payments_in(session, batch)
    persons = persons_by_id(session, batch.tenant_id, [one.person_id for one in held.values()])
    units = units_by_id(session, {one.unit_id for one in held.values()})
    rows = []
    for line in payments.lines_of(session, batch):
        payment = held.get(line.payment_id)
        if payment is None:
            continue  # the bank has sent it back meanwhile
        person = persons[payment.person_id]
        rows.append({"number": line.line, "batch": batch.number, "line": line.line, "name": person.name,
                     "id_number": _open(session, person, "id_number"), "card": _card(session, person), "amount": line.amount,
                     "school": units[payment.unit_id].name, "memo": f"{payment.item_name}{batch.number}"})
    return rows


def read_return(session: Session, host: PluginHost | None, batch: Batch, data: bytes, on: dt.date, actor: Actor) -> bank_files.Judged:
    """Read the file that came back: what was credited counts as received, what was sent back waits to be paid again and
    its money returns to the account. A file of another batch changes nothing."""
    if batch.state != "sent":
        raise Conflict(N_("批次 %(number)s 现为“%(state)s”，不能读入回盘"), number=batch.number, state=BATCH.state(batch.state).title)
    form = bank_of(session, batch.tenant_id, batch.format).form
    lines = {line.line: line for line in payments.lines_of(session, batch)}
    judged = bank_files.judge(form, batch.number, {number: line.amount for number, line in lines.items()}, bank_files.read(form, data))
    fresh = _apply(session, batch, lines, judged, on, actor)
    _pay_applications(session, host, fresh, actor)
    batch.arrived_on = on
    session.flush()  # the step below judges it
    said = f"到账 {len(judged.credited)} 笔，退回 {len(judged.returned)} 笔"
    record(session, actor, Action.PAYMENT_WRITE, f"批次 {batch.number} 回盘：{said}", subject=source_of(batch),
           tenant_id=batch.tenant_id, unit_id=batch.unit_id,
           after={"credited": batch.credited_count, "credited_total": str(batch.credited_total), "returned": batch.returned_count})
    if not payments.silent(session, batch):
        take(session, host, BATCH, batch, "settle", actor)
    return judged


def _apply(session: Session, batch: Batch, lines: Mapping[int, BatchLine], judged: bank_files.Judged, on: dt.date,
           actor: Actor) -> list[uuid.UUID]:
    held, paid, back = payments.payments_in(session, batch), list[uuid.UUID](), dict[str, tuple[str, Decimal]]()
    for number in judged.credited:
        line = lines[number]
        if _fresh(line, CREDITED):
            payment = held[line.payment_id]
            payment.state, payment.credited_on, payment.code, payment.reason = CREDITED, on, "", ""
            paid.append(payment.application_id)
            batch.credited_count, batch.credited_total = batch.credited_count + 1, batch.credited_total + line.amount
    for number, (code, reason) in judged.returned.items():
        line = lines[number]
        if _fresh(line, RETURNED, code, reason):
            payment = held[line.payment_id]
            payment.state, payment.batch_id, payment.code, payment.reason = RETURNED, None, code[:20], reason[:200]
            back[payment.item] = (payment.item_name, back.get(payment.item, ("", Decimal(0)))[1] + line.amount)
            batch.returned_count += 1
            cases.card_case(session, payment, f"银行退回：{code} {reason}".strip())
    _take_back(session, batch, back, on, actor)
    session.flush()  # the applications below ask for the payments
    return paid


def _fresh(line: BatchLine, outcome: str, code: str = "", reason: str = "") -> bool:
    """Whether a line is told for the first time; the same word twice changes nothing, another word is refused."""
    if line.outcome:
        if line.outcome != outcome:
            raise InvalidInput(N_("第 %(line)s 号已按“%(outcome)s”回盘，文件与之不符，没有入账"), line=line.line,
                               outcome={"credited": "到账", "returned": "退回"}[line.outcome])
        return False
    line.outcome, line.code, line.reason = outcome, code[:20], reason[:200]
    return True


def _take_back(session: Session, batch: Batch, back: Mapping[str, tuple[str, Decimal]], on: dt.date, actor: Actor) -> None:
    account = funds.get_account(session, batch.tenant_id, batch.account_id)
    for item, (name, amount) in sorted(back.items()):
        receive(session, account, amount, on, actor, key=f"education_aid.batch:{batch.id}:{item}:back:{batch.returned_count}",
                source=source_of(batch), use=name, memo=SENT_BACK(number=batch.number))


def _pay_applications(session: Session, host: PluginHost | None, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    for at in range(0, len(ids), min(CHUNK, MOST)):
        rows = session.scalars(select(Application).where(Application.id.in_(ids[at : at + CHUNK])).order_by(Application.id)).all()
        taken = take_many(session, host, APPLICATION, rows, "pay", actor)
        if taken.refused:
            raise Conflict(N_("有 %(count)s 份申请不能转为已享受：%(why)s"), count=len(taken.refused), why=taken.refused[0].why.text)


def _card(session: Session, person: Person | None) -> str:
    return _open(session, person, "bank_card") if person is not None else ""


def _open(session: Session, person: Person, field: str) -> str:
    sealed = getattr(person, f"{field}_sealed")
    return vault_of(session).open(sensitive_fields(Person)[field].purpose, person.id, sealed) if sealed else ""

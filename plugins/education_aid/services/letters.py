"""Joint letters about children who study outside: drafted from cases, answered, and what an answer closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, ParameterError
from core.extensions import Actor, new_id, today
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.processes.services import begin, take
from core.registry.models import Enrolment, Person
from core.registry.queries import present
from core.tenancy.queries import TenantPlace, find_tenant, get_tenant
from core.trail.services import record
from core.units.models import Level, Unit
from core.units.queries import ancestors, find_unit_by_code
from plugins.education_aid.models.cases import AidCase, Letter, LetterItem
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import flow_of
from plugins.education_aid.plan.running import FLOW
from plugins.education_aid.processes.letters import LETTER
from plugins.education_aid.queries.standing import items_of
from plugins.education_aid.rules.words import REPLIES, reply_of, term_title
from plugins.education_aid.services.delivering import answer_back, settle_cases

DRAFTED = phrase(N_("草拟联合函 %(count)s 份"))
BODIES = 2


@dataclass(frozen=True)
class Answer:
    """What is answered of one item: one of `REPLIES`, and the amount of what was paid."""

    reply: str
    amount: Decimal | None = None


def draft_letters(session: Session, cases: Sequence[AidCase], actor: Actor) -> list[Letter]:
    """One letter for each child who studies outside, with all of its cases that were chosen. Raises ParameterError where the
    plan does not name the two bodies that sign, InvalidInput where a case is not one for a letter."""
    wrong = [case for case in cases if not case.outside or case.state != "open"]
    if wrong or not cases:
        raise InvalidInput(N_("只能为未办结、在外县就读的问题发函：请重新勾选"))
    tenant = get_tenant(session, cases[0].tenant_id)
    flow = flow_of(session, tenant.id)
    issuers = list(flow.get("letter_issuers", [])) if flow else []
    if len(issuers) < BODIES:
        raise ParameterError(N_("方案没有写明联合发函的两个单位：请在 [[education_aid.flow]] 的 letter_issuers 写明"),
                             key=f"{FLOW}.letter_issuers")
    children: dict[tuple[object, ...], list[AidCase]] = {}
    for case in cases:
        children.setdefault((case.person_id, case.place, case.school, case.school_year, case.term), []).append(case)
    prefix = f"{flow.get('letter_prefix', '') if flow else ''}〔{today().year}〕"
    made = [_draft(session, of_child, tenant, issuers, prefix, actor) for of_child in children.values()]
    record(session, actor, Action.LETTER_WRITE, DRAFTED(count=len(made)), subject="education_aid.letters:draft", tenant_id=tenant.id)
    return made


def _draft(session: Session, cases: Sequence[AidCase], tenant: TenantPlace, issuers: list[str], prefix: str, actor: Actor) -> Letter:
    cases = sorted(cases, key=lambda one: one.item)
    case, names = cases[0], [one.item_name for one in cases if one.item_name]
    person = session.get(Person, (case.tenant_id, case.person_id))
    assert person is not None  # the case was found by the person
    where, place = _where(session, case)
    count = session.scalar(select(func.count()).select_from(Letter).where(
        Letter.tenant_id == case.tenant_id, Letter.direction == "out", Letter.number >= prefix, Letter.number < prefix + "\U0010ffff")) or 0
    letter = Letter(
        tenant_id=case.tenant_id, id=new_id(), unit_id=tenant.unit.id, direction="out", number=f"{prefix}{count + 1}号",
        title=f"关于核实{term_title(case.school_year, case.term)}学生资助发放情况的函", issuers=issuers, from_name=tenant.name,
        to_code=case.place, to_name=where, school=case.school, other_tenant=place, person_id=case.person_id,
        name=person.name, id_number_key=person.id_number_key or "", id_number_mask=person.id_number_mask, school_year=case.school_year,
        term=case.term, item_name=names[0] + (f"等 {len(names)} 项" if len(names) > 1 else "") if names else "",
        amount=sum((one.due for one in cases), Decimal(0)), state=LETTER.initial)
    session.add(letter)
    begin(session, LETTER, letter, actor)
    for number, one in enumerate(cases, 1):
        one.state = "lettered"
        session.add(LetterItem(tenant_id=letter.tenant_id, unit_id=letter.unit_id, letter_id=letter.id, place=number, case_id=one.id,
                               item_name=one.item_name, amount=one.due))
    return letter


def _where(session: Session, case: AidCase) -> tuple[str, str]:
    """Whom a letter goes to: the bureau of the place's county, or the school itself; and the tenant, where there is one."""
    unit = find_unit_by_code(session, case.place) if case.place else None
    for above in reversed([*ancestors(session, unit), unit] if unit is not None else []):
        tenant = find_tenant(session, above.code)
        if tenant is not None and tenant.id != case.tenant_id and above.level == "county":
            return _office(above), tenant.id
    return (_office(unit) if unit is not None else case.school), ""


def _office(unit: Unit) -> str:
    """The authority of a place: a province has a department (厅), a city or county a bureau (局)."""
    return f"{unit.name}{'教育厅' if unit.level == Level.PROVINCE else '教育局'}"


def reply(session: Session, host: PluginHost | None, letter: Letter, answers: Mapping[int, Answer], text: str, actor: Actor) -> None:
    """Note the answer to a letter, item by item: by the county that received it, or by the sender from a letter on paper.
    "Paid" with an amount closes the item's case; whatever else is said leaves it open, with the answer in it."""
    if letter.state != "sent":
        raise Conflict(N_("这份函现为“%(state)s”，不能答复"), state=LETTER.state(letter.state).title)
    items = items_of(session, letter)
    for item in items:
        _answer(item, answers.get(item.place, Answer("")))
    paid = [item.reply_amount for item in items if item.reply_amount is not None]
    letter.reply, letter.reply_amount = reply_of([item.reply for item in items]), sum(paid, Decimal(0)) if paid else None
    letter.reply_text, letter.replied_on, letter.replied_by = text.strip()[:400], today(), actor.name[:80]
    session.flush()  # the step below judges it
    take(session, host, LETTER, letter, "reply", actor)
    sender = letter if letter.direction == "out" else answer_back(session, letter, items, actor)
    if sender is not None:
        settle_cases(session, sender, actor)


def _answer(item: LetterItem, answer: Answer) -> None:
    if answer.reply not in dict(REPLIES):
        raise InvalidInput(N_("请选择第 %(place)s 项的答复结果"), place=item.place, fields={f"reply-{item.place}": N_("请选择")})
    if answer.reply == "paid" and (answer.amount is None or answer.amount <= 0):
        raise InvalidInput(N_("第 %(place)s 项已发放的须填写金额"), place=item.place, fields={f"amount-{item.place}": N_("须大于零")})
    item.reply, item.reply_amount = answer.reply, answer.amount if answer.reply == "paid" else None


def known_here(session: Session, letter: Letter) -> list[Enrolment]:
    """The enrolments, in the county that received a letter, of the child it asks about."""
    if not letter.id_number_key:
        return []
    return list(session.scalars(select(Enrolment).join(
        Person, (Person.tenant_id == Enrolment.tenant_id) & (Person.id == Enrolment.person_id)).where(
        Person.tenant_id == letter.tenant_id, Person.id_number_key == letter.id_number_key, present(Person), present(Enrolment),
        Enrolment.school_year == letter.school_year, Enrolment.term == letter.term)))

"""Cases of aid that does not add up: found, kept once, closed with evidence, and closed by themselves when all is in order."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.calendar import DayKind, add_days
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, today
from core.extensions.phrases import phrase
from core.ledgers.writing import insert_rows
from core.tenancy.queries import get_tenant
from core.trail.services import record
from core.units.queries import units_by_id
from plugins.education_aid.models.cases import AidCase
from plugins.education_aid.models.payments import Payment
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import flow_value
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.queries.entitlements import Child, Facts, facts_of
from plugins.education_aid.queries.neighbours import paid_elsewhere
from plugins.education_aid.rules import checking
from plugins.education_aid.rules.checking import BREAK, CARD, CONFLICT, MISSED, UNDECIDED, ZERO

CHECKED = phrase(N_("应享未享核查：%(children)s 人，新发现 %(new)s 件，仍在 %(standing)s 件，已消除 %(gone)s 件"))
CLOSED_CASE = phrase(N_("%(kind)s销号：%(how)s"))
GIVEN_TO = phrase(N_("%(count)s 件问题交由 %(owner)s"))
#: closed by the look itself, because nothing is wrong any more
GONE = "gone"
LEAST_EVIDENCE = 4
#: why a case stands, where its kind says it
_WHY = {MISSED: "应享而没有到账记录", "short": "到账少于应享", "undue": "有到账而不应享受", "over": "到账多于应享"}
#: what a look says anew of a case
_SAID = ("due", "paid", "why", "outside", "place", "school")


@dataclass(frozen=True)
class Found:
    """What a look came to: children looked at, cases that are new, that stand, and that went by themselves."""

    children: int
    new: int
    standing: int
    gone: int
    due: Decimal
    paid: Decimal


@dataclass(frozen=True)
class Seen:
    """A case as it is seen now."""

    person_id: uuid.UUID
    unit_id: uuid.UUID
    item: str
    kind: str
    due: Decimal = ZERO
    paid: Decimal = ZERO
    why: str = ""
    school: str = ""
    outside: bool = False
    place: str = ""


def look(session: Session, tenant_id: str, school_year: int, term: int, actor: Actor) -> Found:
    """Compare what is due with what was paid in a term, over all children of the county's households wherever they
    study, and keep what differs as cases. Looking twice finds nothing twice; what is in order again closes by itself."""
    facts = facts_of(session, tenant_id, school_year, term)
    _count_elsewhere(session, facts, tenant_id, school_year, term, actor)
    seen = {_slot(one, school_year, term): one for one in _seen(facts)}
    new, standing, gone = _keep(session, tenant_id, school_year, term, seen, facts.names)
    found = Found(facts.count, new, standing, gone, sum(facts.due.values(), facts.other_due), sum(facts.paid.values(), facts.other_paid))
    record(session, actor, Action.CASE_WRITE, CHECKED(children=found.children, new=new, standing=standing, gone=gone),
           subject="education_aid.cases:look", tenant_id=tenant_id,
           after={"due": str(found.due), "paid": str(found.paid), "new": new, "standing": standing, "gone": gone})
    return found


def _count_elsewhere(session: Session, facts: Facts, tenant_id: str, school_year: int, term: int, actor: Actor) -> None:
    """What another county has paid counts for the item that is due there; the amounts are theirs."""
    by_key = {child.id_key: child for child in facts.children.values() if child.outside and child.id_key}
    for one in paid_elsewhere(session, actor, tenant_id, sorted(by_key), school_year, term):
        child = by_key[one.id_key]
        due = [item for person_id, item in facts.due if person_id == child.id]
        item = next((item for item in due if facts.names.get(item) == one.item_name), due[0] if due else one.item_name)
        facts.names.setdefault(item, one.item_name)
        facts.paid[child.id, item] = facts.paid.get((child.id, item), ZERO) + one.amount


def _seen(facts: Facts) -> list[Seen]:
    found = []
    for gap in checking.compare(facts.due, facts.paid, facts.undecided).gaps:
        child = facts.children.get(gap.key[0])
        if child is not None:
            found.append(_of(child, gap.key[1], gap.kind, gap.due, gap.paid))
    for (person_id, item), missing in facts.undecided.items():
        if person_id in facts.children:
            found.append(_of(facts.children[person_id], item, UNDECIDED, why=f"缺少：{'、'.join(missing)}"))
    for person_id, item in checking.breaks(facts.before, facts.due):
        child = facts.children.get(person_id)  # who has left school is no break
        if child is not None and (person_id, item) not in facts.undecided:
            found.append(_of(child, item, BREAK, why="前一学期已享受，本学期仍在读而不在应享名单"))
    told = {person_id for person_id, _ in (*facts.due, *facts.paid, *facts.undecided)}
    for child in facts.children.values():
        if child.outside and child.id in facts.poor and child.id not in told:  # paid or not: nobody here knows (EA-061)
            found.append(_of(child, "", MISSED))
        why = "已登记死亡，仍有就读记录" if child.died else "本学期有两段就读记录" if len(child.schools) > 1 else ""
        if why:
            found.append(_of(child, "", CONFLICT, why=why))
    return found


def _of(child: Child, item: str, kind: str, due: Decimal = ZERO, paid: Decimal = ZERO, why: str = "") -> Seen:
    school_id, school, place = child.schools[0]
    said = why or _WHY.get(kind, "")
    if child.outside and kind == MISSED:
        said = "在外县就读，没有发放信息，须发函核实"
    return Seen(child.id, child.unit_id, item, kind, due, paid, said, school or str(school_id), child.outside, place)


def _slot(one: Seen, school_year: int, term: int) -> str:
    return f"{one.person_id.hex}:{one.item}:{school_year}:{term}:{one.kind}"


def _keep(session: Session, tenant_id: str, school_year: int, term: int, seen: Mapping[str, Seen],
          names: Mapping[str, str]) -> tuple[int, int, int]:
    """Open what is new, close what has gone, and put right what has changed: how many are new, stand, and have gone."""
    held = _held(session, tenant_id, school_year, term)
    schools = units_by_id(session, {uuid.UUID(one.school) for one in seen.values() if _is_id(one.school)})
    same = {"tenant_id": tenant_id, "school_year": school_year, "term": term, "owner": owner_of(session, tenant_id),
            "found_on": today(), "due_on": due_day(session, tenant_id)}
    added, changed = list[dict[str, Any]](), dict[uuid.UUID, dict[str, Any]]()
    opened = standing = 0
    for slot, one in seen.items():
        said = {"due": one.due, "paid": one.paid, "why": one.why, "outside": one.outside, "place": one.place,
                "school": schools[uuid.UUID(one.school)].name if _is_id(one.school) else one.school}
        case = held.get(slot)
        if case is None:
            added.append({**same, **said, "id": new_id(), "unit_id": one.unit_id, "person_id": one.person_id, "slot": slot,
                          "kind": one.kind, "item": one.item, "item_name": names.get(one.item, "")})
            continue
        if case.state == "closed" and case.closing != GONE:
            continue  # somebody has closed it with evidence
        if case.state == "closed":
            said |= {"state": "open", "closing": "", "closed_on": None}
            opened += 1
        else:
            standing += 1
        if any(getattr(case, name) != value for name, value in said.items()):
            changed[case.id] = said
    gone = {case.id: {"state": "closed", "closing": GONE, "closed_on": today(), "evidence": "再次核查时已相符"}
            for slot, case in held.items() if slot not in seen and case.state != "closed"}
    if added:
        insert_rows(session, cast(Table, AidCase.__table__), {name: [row[name] for row in added] for name in added[0]})
    _change(session, tenant_id, changed | gone)
    return len(added) + opened, standing, len(gone)


def _held(session: Session, tenant_id: str, school_year: int, term: int) -> dict[str, Any]:
    """The cases of a term that a look has found before, by slot; most stand as they are, and are read as rows alone."""
    columns = (AidCase.slot, AidCase.id, AidCase.state, AidCase.closing, AidCase.closed_on, *(getattr(AidCase, name) for name in _SAID))
    return {row.slot: row for row in session.execute(select(*columns).where(
        AidCase.tenant_id == tenant_id, AidCase.school_year == school_year, AidCase.term == term, AidCase.kind != CARD))}


def _change(session: Session, tenant_id: str, values: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    for part in in_parts(list(values)):
        for case in session.scalars(select(AidCase).where(AidCase.tenant_id == tenant_id, AidCase.id.in_(part))):
            for name, value in values[case.id].items():
                setattr(case, name, value)
    session.flush()  # the entry that follows must not outlive a refused row


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def due_day(session: Session, tenant_id: str) -> dt.date | None:
    """By when a case found today must be closed, where the plan says so."""
    days = flow_value(session, tenant_id, "case_days")
    return add_days(today(), days, DayKind.WORKING).day if days else None


def owner_of(session: Session, tenant_id: str) -> str:
    """Who answers for a case until somebody else is named: the county's aid centre."""
    return f"{get_tenant(session, tenant_id).name}学生资助中心"


def card_case(session: Session, payment: Payment, why: str) -> AidCase:
    """Keep a payment whose card fails its check, or that the bank has sent back, on the list of cases."""
    slot = f"{payment.person_id.hex}:{payment.item}:{payment.school_year}:{payment.term}:{CARD}"
    case = session.scalar(select(AidCase).where(AidCase.tenant_id == payment.tenant_id, AidCase.slot == slot))
    if case is None:
        case = AidCase(tenant_id=payment.tenant_id, unit_id=payment.unit_id, person_id=payment.person_id, school_year=payment.school_year,
                       term=payment.term, kind=CARD, item=payment.item, item_name=payment.item_name, slot=slot, found_on=today(),
                       due_on=due_day(session, payment.tenant_id), owner=owner_of(session, payment.tenant_id))
        session.add(case)
    case.due, case.why, case.state, case.closing, case.closed_on = payment.amount, why[:400], "open", "", None
    session.flush()  # the next line of the same file may be the same child
    return case


def close(session: Session, case: AidCase, closing: str, evidence: str, actor: Actor) -> None:
    """Close a case (销号): how it ended, and by which evidence."""
    if closing not in dict(checking.CLOSINGS):
        raise InvalidInput(N_("请选择办理结果"), fields={"closing": N_("请选择")})
    if len(evidence.strip()) < LEAST_EVIDENCE:
        raise InvalidInput(N_("销号须写明依据：凭证号、函件号或材料名称"), fields={"evidence": N_("至少 4 个字")})
    if case.state == "closed":
        raise Conflict(N_("这件已于 %(day)s 销号"), day=case.closed_on)
    case.state, case.closing, case.evidence, case.closed_on = "closed", closing, evidence.strip()[:400], today()
    case.version += 1
    session.flush()  # raises where the row is refused
    record(session, actor, Action.CASE_WRITE, CLOSED_CASE(kind=dict(checking.KINDS)[case.kind], how=dict(checking.CLOSINGS)[closing]),
           subject=f"education_aid.cases:{case.id}", tenant_id=case.tenant_id, unit_id=case.unit_id, reason=evidence,
           before={"state": "open"}, after={"state": "closed", "closing": closing})


def hand_to(session: Session, cases: Sequence[AidCase], owner: str, due_on: dt.date | None, actor: Actor) -> None:
    """Name who answers for cases, and by when."""
    if not owner.strip():
        raise InvalidInput(N_("请写明责任人"), fields={"owner": N_("必填")})
    for case in cases:
        case.owner, case.due_on = owner.strip()[:80], due_on or case.due_on
        case.version += 1
    session.flush()  # the entry below must not outlive a refused row
    if cases:
        record(session, actor, Action.CASE_WRITE, GIVEN_TO(count=len(cases), owner=owner.strip()), subject="education_aid.cases:owner",
               tenant_id=cases[0].tenant_id, unit_id=cases[0].unit_id)

"""Rounds at work: decided, shown in public, corrected, and those without a place passed on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.processes.services import note_correction, take
from core.publicity import services as publicity
from core.publicity.models import Notice
from core.publicity.services import open_notice
from core.tenancy.queries import TenantPlace, get_tenant
from core.trail.services import record
from core.units.queries import get_unit, units_by_id
from plugins.education_aid.models.admission import ADMITTED, OPEN, REFUSED, AdmissionRound, Applicant, Referral
from plugins.education_aid.notices import ROUNDS
from plugins.education_aid.permissions import Action
from plugins.education_aid.processes.admission import ROUND
from plugins.education_aid.queries import admission as reading
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.queries.runs import names_of
from plugins.education_aid.rules.admission_words import OUTCOMES
from plugins.education_aid.services import placing
from plugins.education_aid.services.favouring import Granted, elsewhere, facts_of

CORRECTED = phrase(N_("更正“%(title)s”一名申请人的结果为%(what)s"))
HANDED_ON = phrase(N_("转介“%(title)s”未录取的 %(count)s 人到%(destination)s"))
LEAST_REASON = 4


def decide(session: Session, round_: AdmissionRound, actor: Actor) -> None:
    """Keep the outcomes; raises Conflict where that was done already."""
    take(session, None, ROUND, round_, "decide", actor)


def publicise(session: Session, host: PluginHost | None, round_: AdmissionRound, actor: Actor) -> Notice:
    """Show who has a place, for the days of the plan: rank, masked name and school, nothing of scores or hardship."""
    if round_.state == OPEN:
        raise RuleViolation(N_("录取结果确定以后才能公示"), rule="round-open")
    found = placing.page_of(session, Scope((round_.tenant_id,)), round_, limit=None)
    chosen = [line for line in found.lines if line.admitted]
    names = names_of(session, round_.tenant_id, [line.applicant.person_id for line in chosen])
    schools = units_by_id(session, {line.applicant.unit_id for line in chosen})
    rows = [{"rank": line.rank, "name": names.get(line.applicant.person_id, ""), "school": schools[line.applicant.unit_id].name,
             "person_id": line.applicant.person_id} for line in chosen]
    return open_notice(session, host, ROUNDS, round_.tenant_id, get_unit(session, round_.unit_id), f"{round_.title}录取结果公示", rows,
                       actor, subject=reading.subject_of(round_))


def correct(session: Session, round_: AdmissionRound, applicant: Applicant, outcome: str, reason: str, actor: Actor) -> None:
    """Put one outcome of a decided round right, with a reason; before and after stand on the trail and in the timeline of the
    round. What is being shown is withdrawn first; there are never more admitted than places."""
    session.refresh(round_, with_for_update=True)  # of two corrections at once the second counts on the first
    _may_correct(session, round_, applicant, outcome, reason)
    before: dict[str, object] = {"outcome": applicant.outcome, "reason": applicant.reason}
    applicant.outcome, applicant.reason = outcome, f"更正：{reason.strip()}"[:200]
    applicant.version += 1
    session.flush()  # the entry below must not outlive a refused row
    note_correction(session, ROUND, round_, actor, reason)
    record(session, actor, Action.ADMISSION_APPROVE, CORRECTED(title=round_.title, what=dict(OUTCOMES)[outcome]), reason=reason,
           tenant_id=round_.tenant_id, unit_id=applicant.unit_id, subject=f"education_aid.applicants:{applicant.id}",
           before=before, after={"outcome": outcome, "reason": applicant.reason})


def _may_correct(session: Session, round_: AdmissionRound, applicant: Applicant, outcome: str, reason: str) -> None:
    if round_.state == OPEN:
        raise Conflict(N_("录取结果还没有确定，请直接修改申请人"))
    if outcome not in dict(OUTCOMES):
        raise InvalidInput(N_("请选择更正后的结果"), fields={"outcome": N_("请选择")})
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("更正须写明理由"), fields={"reason": N_("至少 4 个字")})
    if applicant.outcome == outcome:
        raise Conflict(N_("这名申请人的结果已经是“%(outcome)s”"), outcome=dict(OUTCOMES)[outcome])
    if publicity.is_published(session, reading.subject_of(round_)):
        raise RuleViolation(N_("录取结果正在公示：请先撤下，更正以后重新公示"), rule="round-shown")
    _, admitted = reading.count_decided(session, Scope((round_.tenant_id,)), round_)
    if outcome == ADMITTED and admitted >= round_.places:
        raise RuleViolation(N_("名额 %(places)s 个，已录取 %(count)s 人：请先更正不应录取的，再录取这一名"), rule="round-full",
                            places=round_.places, count=admitted)


def refer(session: Session, round_: AdmissionRound, preference: str, actor: Actor) -> int:
    """Pass on those without a place whom a priority of another destination favours; how many were not passed on before."""
    if round_.state == OPEN:
        raise RuleViolation(N_("录取结果确定以后才能转介"), rule="round-open")
    tenant = get_tenant(session, round_.tenant_id)
    chosen = next((one for one in elsewhere(session, tenant, round_) if one.preference.code == preference), None)
    if chosen is None:
        raise InvalidInput(N_("方案没有这一去向"), fields={"preference": N_("请选择去向")})
    made = _referrals(session, tenant, round_, chosen)
    session.add_all(made)
    record(session, actor, Action.ADMISSION_WRITE, HANDED_ON(title=round_.title, count=len(made), destination=chosen.destination),
           tenant_id=round_.tenant_id, unit_id=round_.unit_id, subject=reading.subject_of(round_))
    return len(made)


def _referrals(session: Session, tenant: TenantPlace, round_: AdmissionRound, chosen: Granted) -> list[Referral]:
    refused = {row.person_id: row for row in reading.applicants_of(session, round_, REFUSED)}
    there = set(session.scalars(select(Referral.slot).where(Referral.tenant_id == tenant.id, Referral.round == round_.code)))
    made = []
    for person_id, facts in facts_of(session, tenant, round_, refused, [chosen]):
        slot = f"{person_id.hex}:{round_.code}"
        if slot not in there and chosen.condition.holds(facts):
            made.append(Referral(tenant_id=tenant.id, unit_id=refused[person_id].unit_id, person_id=person_id,
                                 school_year=round_.school_year, term=round_.term, round=round_.code, destination=chosen.destination[:80],
                                 clause=chosen.preference.clause[:80], referred_on=today(), slot=slot))
    return made


def guard_applicants(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After applicants were written: their round is there, and open."""
    codes = {code for part in in_parts(ids) for code in session.scalars(
        select(Applicant.round).where(Applicant.tenant_id == tenant_id, Applicant.id.in_(part)).distinct())}
    rounds = {row.code: row for part in in_parts(sorted(codes)) for row in session.scalars(
        select(AdmissionRound).where(AdmissionRound.tenant_id == tenant_id, AdmissionRound.code.in_(part)))}
    unknown = sorted(codes - rounds.keys())
    if unknown:
        raise RuleViolation(N_("没有编号为 %(codes)s 的录取批次，请先登记批次，或者改正编号"), rule="round-unknown",
                            codes="、".join(unknown))
    decided = next((row for row in rounds.values() if row.state != OPEN), None)
    if decided is not None:
        raise RuleViolation(N_("“%(title)s”的录取结果已经确定，不能再改；确有错误，请在批次页更正"), rule="round-decided",
                            title=decided.title)

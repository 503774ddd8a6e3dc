"""Giving out the places of a round: worked out while it is open, kept once it is decided, and passed on where there is none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, today
from core.tenancy.queries import TenantPlace, get_tenant
from core.trail.services import record
from plugins.education_aid.models.admission import ADMITTED, DECIDED, REFUSED, AdmissionRound, Applicant, Referral
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.rules.admission import Applicant as Asking
from plugins.education_aid.rules.admission import Outcome, Preference, admit, pool_places, unquantified
from plugins.education_aid.services.favouring import Favours, Granted, elsewhere, facts_of, favours, granted
from plugins.education_aid.services.reading import Open

SUBJECT = "education_aid.rounds"


@dataclass(frozen=True)
class Worked:
    """What a round comes to: outcomes in the order in which places are given, those of a list of their own first."""

    applicants: dict[uuid.UUID, Applicant]
    outcomes: Sequence[Outcome]
    given: Sequence[Granted]
    #: preferences that cannot be used, offsets without points among them
    unused: Sequence[Open]
    favours: Favours
    #: of the places, those held for a list of their own
    held: int = 0

    @property
    def admitted(self) -> int:
        """How many get a place."""
        return sum(one.admitted for one in self.outcomes)


def work_out(session: Session, round_: AdmissionRound) -> Worked:
    """Every applicant's outcome by the plan in force on the round's day. Nothing is written."""
    tenant = get_tenant(session, round_.tenant_id)
    rows = applicants_of(session, round_)
    given, unused = granted(session, tenant, round_)
    favoured = favours(session, tenant, round_, [row.person_id for row in rows], given)
    asking = [Asking(row.id, row.score, favoured.by_person[row.person_id], row.came) for row in rows]
    wanted = [one.preference for one in given]
    pool = next((one for one in given if one.share is not None), None)
    held = pool_places(round_.places, pool.share) if pool is not None and pool.share is not None else 0
    outcomes = _placed(round_, asking, wanted, pool.preference.code if pool else "", held)
    unused += [Open(one.code, one.name, one.clause, N_("分值没有写明，未量化：不加分，也不降线")) for one in unquantified(wanted)]
    return Worked({row.id: row for row in rows}, outcomes, given, unused, favoured, held)


def _placed(round_: AdmissionRound, asking: list[Asking], wanted: list[Preference], pool: str, held: int) -> list[Outcome]:
    inside = [one for one in asking if pool and pool in one.favoured]
    outside = [one for one in asking if not pool or pool not in one.favoured]
    own: Decimal | None = round_.cutoff if round_.pool_cutoff is None else round_.pool_cutoff
    return [*admit(inside, held, own, wanted), *admit(outside, round_.places - held, round_.cutoff, wanted)]


def applicants_of(session: Session, round_: AdmissionRound) -> list[Applicant]:
    """Everybody who asks for a place of a round."""
    return list(session.scalars(select(Applicant).where(Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code)
                                .order_by(Applicant.id)))


@dataclass(frozen=True)
class Line:
    """One applicant as the list shows them."""

    rank: int
    applicant: Applicant
    admitted: bool
    reason: str
    #: facts without which it cannot be said whether they are favoured
    missing: Sequence[str] = ()


def lines_of(round_: AdmissionRound, found: Worked) -> list[Line]:
    """The outcomes as people read them: of a round that is decided what was decided, whatever has changed since."""
    lines = []
    for outcome in found.outcomes:
        row = found.applicants[uuid.UUID(str(outcome.id))]
        decided = round_.state == DECIDED
        admitted = row.outcome == ADMITTED if decided else outcome.admitted
        reason = row.reason if decided else reason_of(outcome)
        lines.append((not admitted, row, reason, () if decided else found.favours.open.get(row.person_id, ())))
    lines.sort(key=lambda line: line[0])
    return [Line(rank, row, not refused, reason, missing) for rank, (refused, row, reason, missing) in enumerate(lines, 1)]


def reason_of(outcome: Outcome) -> str:
    """Why, in words; a cut-off without needless zeros."""
    said = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in outcome.params.items()}
    return str(gettext(outcome.reason, **said))


def decide(session: Session, round_: AdmissionRound, actor: Actor) -> Worked:
    """Keep the outcomes. From then on neither the round nor its applicants change."""
    if round_.state == DECIDED:
        raise Conflict(N_("“%(title)s”已于 %(day)s 确定录取结果"), title=round_.title, day=round_.decided_on)
    found = work_out(session, round_)
    if not found.outcomes:
        raise InvalidInput(N_("还没有人申请，不能确定录取结果"))
    for outcome in found.outcomes:
        row = found.applicants[uuid.UUID(str(outcome.id))]
        row.outcome, row.reason = ADMITTED if outcome.admitted else REFUSED, reason_of(outcome)[:200]
        row.version += 1
    round_.state, round_.decided_on, round_.version = DECIDED, today(), round_.version + 1
    record(session, actor, Action.ADMISSION_WRITE, f"确定“{round_.title}”录取结果：{len(found.outcomes)} 人申请，录取 {found.admitted} 人",
           tenant_id=round_.tenant_id, unit_id=round_.unit_id, subject=f"{SUBJECT}:{round_.id}")
    return found


def refer(session: Session, round_: AdmissionRound, preference: str, actor: Actor) -> int:
    """Pass on those without a place whom a priority of another destination favours; how many were not passed on before."""
    if round_.state != DECIDED:
        raise RuleViolation(N_("录取结果确定以后才能转介"), rule="round-open")
    tenant = get_tenant(session, round_.tenant_id)
    chosen = next((one for one in elsewhere(session, tenant, round_) if one.preference.code == preference), None)
    if chosen is None:
        raise InvalidInput(N_("方案没有这一去向"), fields={"preference": N_("请选择去向")})
    made = _referrals(session, tenant, round_, chosen)
    session.add_all(made)
    record(session, actor, Action.ADMISSION_WRITE, f"转介“{round_.title}”未录取的 {len(made)} 人到{chosen.destination}",
           tenant_id=round_.tenant_id, unit_id=round_.unit_id, subject=f"{SUBJECT}:{round_.id}")
    return len(made)


def _referrals(session: Session, tenant: TenantPlace, round_: AdmissionRound, chosen: Granted) -> list[Referral]:
    facts = facts_of(session, tenant, round_, [chosen])
    there = set(session.scalars(select(Referral.slot).where(Referral.tenant_id == tenant.id, Referral.round == round_.code)))
    made = []
    for row in applicants_of(session, round_):
        slot = f"{row.person_id.hex}:{round_.code}"
        if row.outcome == REFUSED and slot not in there and chosen.condition.holds(facts.get(row.person_id, {})):
            made.append(Referral(tenant_id=tenant.id, unit_id=row.unit_id, person_id=row.person_id, school_year=round_.school_year,
                                 term=round_.term, round=round_.code, destination=chosen.destination[:80],
                                 clause=chosen.preference.clause[:80], referred_on=today(), slot=slot))
    return made


def guard_rounds(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """Before rounds are changed: one that is decided stays as it is."""
    for part in in_parts(ids):
        title = session.scalar(select(AdmissionRound.title).where(AdmissionRound.tenant_id == tenant_id, AdmissionRound.id.in_(part),
                                                                  AdmissionRound.state == DECIDED).limit(1))
        if title is not None:
            raise RuleViolation(N_("“%(title)s”的录取结果已经确定，不能再改"), rule="round-decided", title=title)


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
    guard_rounds(session, tenant_id, [row.id for row in rounds.values()], actor)

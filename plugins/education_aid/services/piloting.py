"""Pupils on a pathway: when they will have gone the whole way, and the steps from stage to stage as the registry shows them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.registry.models import Enrolment
from core.registry.queries import list_enrolments
from core.tenancy.queries import get_tenant
from core.trail.services import record
from plugins.education_aid.models.needs import PathwayMember, PathwayStep
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.rules import pathways as rules
from plugins.education_aid.rules.pathways import Pathway, Standing
from plugins.education_aid.rules.words import TERMS
from plugins.education_aid.services.agreed import pathways_of

CHECKED = phrase(N_("核对贯通培养：转段 %(stepped)s 人，完成 %(finished)s 人，退出 %(left)s 人，待查 %(gaps)s 人"))
_FIRST = {1: (9, 1), 2: (3, 1)}


@dataclass(frozen=True)
class Finding:
    """How a pupil stands: a code of `rules.pathways.FINDINGS`, and what the registry says."""

    code: str
    standing: Standing | None = None


@dataclass
class Followed:
    """What a comparison with the registry has changed, and what is left for people."""

    stepped: int = 0
    finished: int = 0
    left: int = 0
    gaps: int = 0


def settle_members(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After pupils were written: their pathway is in the plan, their end is worked out, and a change of stage leaves a step."""
    known = pathways_of(session, get_tenant(session, tenant_id), today())
    for part in in_parts(ids):
        for row in session.scalars(select(PathwayMember).where(PathwayMember.tenant_id == tenant_id, PathwayMember.id.in_(part))
                                   .execution_options(populate_existing=True)):
            pathway = known.get(row.pathway)
            if pathway is None:
                raise RuleViolation(N_("方案没有编号为“%(code)s”的贯通培养；可填：%(known)s"), rule="pathway-unknown", code=row.pathway,
                                    known="、".join(known) or "—")
            row.expected_end = _end(pathway, row)
            _note_step(session, row)
    session.flush()  # the list that comes next reads past the session


def _end(pathway: Pathway, row: PathwayMember) -> dt.date:
    try:
        return rules.expected_end(pathway, row.stage, row.grade, row.since)
    except InvalidInput as error:
        raise RuleViolation("；".join(error.fields.values()) or error.text, rule="pathway-stage") from error


def _note_step(session: Session, row: PathwayMember) -> None:
    """The entry, the next stage, or the end, if the last step noted is not that already."""
    last = session.scalars(select(PathwayStep).where(PathwayStep.tenant_id == row.tenant_id, PathwayStep.member_id == row.id)
                           .order_by(PathwayStep.id.desc()).limit(1)).first()
    target = row.stage if row.state == rules.ACTIVE else ""
    if last is not None and last.to_stage == target:
        return
    day = row.since if target else row.ended_on or today()
    session.add(PathwayStep(tenant_id=row.tenant_id, unit_id=row.unit_id, member_id=row.id, happened_on=day,
                            from_stage=last.to_stage if last else "", to_stage=target, why=row.ended_why if not target else ""))


def findings(session: Session, tenant_id: str, members: Sequence[PathwayMember], on: dt.date) -> dict[uuid.UUID, Finding]:
    """How pupils of a pathway stand by the registry on a day, by the id of their record."""
    known = pathways_of(session, get_tenant(session, tenant_id), on)
    found = _standings(session, tenant_id, [row.person_id for row in members], on)
    result = {}
    for row in members:
        pathway, standing = known.get(row.pathway), found.get(row.person_id)
        if pathway is not None and row.state == rules.ACTIVE:
            result[row.id] = Finding(rules.judge(pathway, row.stage, row.expected_end, standing, on), standing)
    return result


def _standings(session: Session, tenant_id: str, persons: Sequence[uuid.UUID], on: dt.date) -> dict[uuid.UUID, Standing]:
    """The newest schooling of each person that has begun by a day."""
    newest: dict[uuid.UUID, Enrolment] = {}
    for part in in_parts(persons):
        newest.update({one.person_id: one for one in list_enrolments(session, tenant_id, part) if _begun(one) <= on})
    return {person: Standing(one.stage, one.grade, _begun(one), one.ended_on is None or on < one.ended_on, one.ending)
            for person, one in newest.items()}


def _begun(row: Enrolment) -> dt.date:
    if row.begun_on is not None:
        return row.begun_on
    month, day = _FIRST.get(row.term, _FIRST[TERMS[0][0]])
    return dt.date(row.school_year + (row.term == TERMS[1][0]), month, day)


def follow(session: Session, tenant_id: str, members: Sequence[PathwayMember], actor: Actor) -> Followed:
    """Bring pupils to where the registry shows them: the next stage, the end, or out. Gaps are left for people."""
    day, done = today(), Followed()
    known = pathways_of(session, get_tenant(session, tenant_id), day)
    found = findings(session, tenant_id, members, day)
    for row in members:
        finding = found.get(row.id)
        if finding is None:
            continue
        done.gaps += finding.code in rules.GAPS
        if finding.standing is not None and _moved(row, known[row.pathway], finding.code, finding.standing, done, day):
            row.version += 1
            _note_step(session, row)
    session.flush()  # the page that comes next reads past the session
    record(session, actor, Action.NEED_WRITE,
           CHECKED(stepped=done.stepped, finished=done.finished, left=done.left, gaps=done.gaps),
           subject="ledger:education_aid.pathways", tenant_id=tenant_id)
    return done


def _moved(row: PathwayMember, pathway: Pathway, code: str, standing: Standing, done: Followed, day: dt.date) -> bool:
    if code == rules.STEP:
        row.stage, row.grade, row.since = standing.stage, standing.grade or 1, standing.since or day
        row.expected_end = _end(pathway, row)
        done.stepped += 1
    elif code == rules.END:
        row.state, row.ended_on, row.ended_why = rules.FINISHED, day, N_("最后学段毕业")
        done.finished += 1
    elif code == rules.GONE:
        row.state, row.ended_on, row.ended_why = rules.LEFT, day, N_("学籍中断（辍学、退学或死亡）")
        done.left += 1
    return code in (rules.STEP, rules.END, rules.GONE)

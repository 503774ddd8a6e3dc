"""Surveys and what follows from them: needs the plan knows become measures, with somebody in charge and a day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.ledgers import Proposed, Refusal
from core.tenancy.queries import get_tenant
from plugins.education_aid.models.needs import Measure, Survey
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.rules.needs import DROPPED, PLANNED, Need, measures_for, read_needs
from plugins.education_aid.services.agreed import needs_of

_UNKNOWN = phrase(N_("方案没有“%(words)s”这种需求；可填：%(known)s"))
_NO_PLAN = N_("方案没有写明需求和办法（[[education_aid.need]]），请先写入方案，或者把需求留空")


def judge_surveys(session: Session, tenant_id: str, rows: Sequence[Proposed]) -> list[Refusal]:
    """The rows of an import that name a need no plan knows."""
    known = needs_of(session, get_tenant(session, tenant_id), today())
    faults = ((at, _unknown(str(row.get("needs") or ""), known)) for at, (row, _) in enumerate(rows))
    return [Refusal(at, "needs", fault) for at, fault in faults if fault]


def _unknown(text: str, known: Mapping[str, Need]) -> str:
    strange = read_needs(text, known)[1]
    if not strange:
        return ""
    return _UNKNOWN(words="、".join(strange), known="、".join(one.name for one in known.values())) if known else _NO_PLAN


def settle_surveys(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After surveys were written: make the measures of the needs they name, and drop what nobody has begun of those they
    no longer name. Part of the same entry of the trail."""
    known = needs_of(session, get_tenant(session, tenant_id), today())
    for part in in_parts(ids):
        rows = session.scalars(select(Survey).where(Survey.tenant_id == tenant_id, Survey.id.in_(part))
                               .execution_options(populate_existing=True)).all()
        there = _measures_of(session, tenant_id, [row.person_id for row in rows])
        for row in rows:
            fault = _unknown(row.needs, known)
            if fault:
                raise RuleViolation(fault, rule="need-unknown")
            _settle(session, row, read_needs(row.needs, known)[0] if row.removed_at is None else [],
                    there.get((row.person_id, row.school_year), []))
    session.flush()  # the list that comes next reads past the session


def _measures_of(session: Session, tenant_id: str, persons: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, int], list[Measure]]:
    found: dict[tuple[uuid.UUID, int], list[Measure]] = {}
    for row in session.scalars(select(Measure).where(Measure.tenant_id == tenant_id, Measure.person_id.in_(persons))):
        found.setdefault((row.person_id, row.school_year), []).append(row)
    return found


def _settle(session: Session, survey: Survey, needs: Sequence[Need], there: Sequence[Measure]) -> None:
    by_key = {(one.need, one.title): one for one in there}
    for made in measures_for(needs, survey.surveyed_on):
        old = by_key.get((made.need.name, made.step.title))
        if old is None:
            session.add(Measure(
                tenant_id=survey.tenant_id, unit_id=survey.unit_id, person_id=survey.person_id, school_year=survey.school_year,
                need=made.need.name, title=made.step.title, clause=made.need.clause[:80], owner=made.step.owner, due_on=made.due_on))
        elif old.state == DROPPED:
            old.state, old.version = PLANNED, old.version + 1
    wanted = {need.name for need in needs}
    for old in there:
        if old.need not in wanted and old.state == PLANNED and not old.progress:
            old.state, old.version = DROPPED, old.version + 1

"""Made-up records for the demo: the running term of a tenant that has a plan of aid, worked out on its made-up children."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.registry.models import Enrolment
from core.tenancy.queries import find_tenant
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.services.entitling import begin_run, run_term

#: the newest one, and the one before it
_TERMS = 2


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """Work out the newest two terms that have pupils, each by the facts of its first day of school; once."""
    tenant = find_tenant(session, tenant_id)
    if tenant is None or latest_run(session, tenant_id) is not None:
        return
    terms = session.execute(select(Enrolment.school_year, Enrolment.term, func.max(Enrolment.begun_on)).where(
        Enrolment.tenant_id == tenant_id, Enrolment.begun_on.is_not(None)).group_by(Enrolment.school_year, Enrolment.term)
        .order_by(Enrolment.school_year.desc(), Enrolment.term.desc()).limit(_TERMS)).all()
    for year, term, begun in reversed(terms):
        assert begun is not None  # asked for above
        run_term(session, begin_run(session, tenant_id, tenant.unit.id, year, term, begun, actor), actor)

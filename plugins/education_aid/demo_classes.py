"""The class-by-class check of the demo, where a plan asks for one (EA-050): begun, and half of its classes checked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.extensions import Actor, today
from core.inspections.plan import forms_at
from core.inspections.queries import rows_of
from core.inspections.services.checking import answer_rows, begin_check
from core.tenancy.queries import find_tenant
from plugins.education_aid.checks import CHECKS

SOURCE = CHECKS[0]
_OFFICE = Actor(None, "演示财务室", role="finance_room", source="cli")


def load(session: Session, tenant_id: str) -> None:
    """Begin it for a plan's own unit; once."""
    tenant = find_tenant(session, tenant_id)
    for form in forms_at(session, tenant, tenant.unit) if tenant else []:
        if form.rows != SOURCE.code or tenant is None:
            continue
        try:
            made = begin_check(session, form, SOURCE, tenant_id, tenant.unit, _OFFICE, today() + dt.timedelta(days=14))
        except Conflict:
            return  # there already
        rows = rows_of(session, made)
        yes = {str(item["code"]): "yes" for item in form.items}
        answer_rows(session, made, {row.id: yes for row in rows[: len(rows) // 2]}, {}, _OFFICE)

"""How long a tenant's plan wants a notice to be shown, and how long an objection may wait."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.calendar import DayKind, Due, add_days
from core.errors import ParameterError
from core.publicity.rules.periods import Period
from core.tenancy.parameters import effective, parameter
from core.tenancy.queries import TenantPlace

OBJECTION_DAYS = "objection.days"


def period_of(session: Session, tenant: TenantPlace, code: str, on: dt.date) -> Period:
    """The days of a tenant's plan on a day. Where its own plan gives none, those of the layer above, and a flag that
    says so. Raises ParameterError where no layer gives any, or where the print hides the number."""
    count = int(parameter(session, tenant, code, on=on))
    found = effective(session, tenant, "value", code, on=on)
    assert found is not None  # `parameter` has read it
    source, unit = found.source, str(found.value["unit"])
    flag = ""
    if source.tenant.id != tenant.id:
        why = "规定的天数短于上级" if found.bounded else "没有写明公示天数"
        flag = f"{tenant.name}的方案{why}，按{source.reference}的 {count} 个{unit}公示"
    return Period(count, unit, source.reference, flag)


def answer_due(session: Session, tenant: TenantPlace, on: dt.date) -> tuple[Due | None, str]:
    """By when an objection made on a day has to be answered, and where that stands; None where no plan says."""
    try:
        count = int(parameter(session, tenant, OBJECTION_DAYS, on=on))
    except ParameterError as error:
        return None, error.text
    found = effective(session, tenant, "value", OBJECTION_DAYS, on=on)
    assert found is not None  # as above
    return add_days(on, count, DayKind.of_unit(str(found.value["unit"]))), found.source.reference

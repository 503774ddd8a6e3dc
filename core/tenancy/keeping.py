"""Until when the records of money must be kept, by the plan that holds and the law it cites."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.errors import N_, ParameterError
from core.tenancy.parameters import effective, parameter
from core.tenancy.queries import get_tenant

ACCOUNTS = "retention.accounts"
UNSAID = N_("方案没有写明会计资料的保管年限")


def accounts_kept_until(session: Session, tenant_id: str, newest: dt.date) -> tuple[str, dt.date | None]:
    """The rule and the last day by which accounts up to `newest` must be kept; None for the day where no plan states
    the years. They count from the first day after the accounting year (会计档案管理办法 §14)."""
    tenant = get_tenant(session, tenant_id)
    try:
        years = int(parameter(session, tenant, ACCOUNTS))
    except ParameterError:
        return UNSAID, None
    found = effective(session, tenant, "value", ACCOUNTS)
    assert found is not None  # `parameter` has read it
    return f"{found.source.reference}：{years} 年", dt.date(newest.year + years, 12, 31)

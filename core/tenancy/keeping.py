"""How long records must be kept, by the plan that holds and the law it cites.

Whoever stands above may say a period in their plan; a county may say a longer one, and of several words the longest
binds. Where nobody says one, nothing ever ends by itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import N_
from core.tenancy.grammar.masks import ACTIVE
from core.tenancy.parameters import effective
from core.tenancy.queries import get_tenant

ACCOUNTS, PUPILS, AID = "retention.accounts", "retention.pupils", "retention.aid"
UNSAID = N_("方案没有写明会计资料的保管年限")


@dataclass(frozen=True)
class Period:
    """So many years, and where they are said."""

    years: int
    reference: str

    @property
    def rule(self) -> str:
        """As an official reads it."""
        return f"{self.reference}：{self.years} 年"

    def until(self, day: dt.date) -> dt.date:
        """The last day, counted from the day after `day`; of a month that has no such day its last (民法典 §§ 201, 202)."""
        try:
            return day.replace(year=day.year + self.years)
        except ValueError:
            return dt.date(day.year + self.years, 2, 28)

    def ended_before(self, day: dt.date) -> dt.date:
        """The last day from which counted the years are over on `day`."""
        found = dt.date(day.year - self.years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
        return found - dt.timedelta(days=1)


def period(session: Session, tenant_id: str, code: str) -> Period | None:
    """The longest period that the tenant's plan, or one above it, states today; None where none does."""
    found = effective(session, get_tenant(session, tenant_id), "value", code)
    said = [Period(years, source.reference) for source in (found.chain if found else ())
            if source.entry.state == ACTIVE and isinstance(years := source.entry.value.get("value"), int)]
    return max(said, key=lambda one: one.years, default=None)


def accounts_kept_until(session: Session, tenant_id: str, newest: dt.date) -> tuple[str, dt.date | None]:
    """The rule and the last day by which accounts up to `newest` must be kept; None for the day where no plan states
    the years. They count from the first day after the accounting year (会计档案管理办法 §14)."""
    found = period(session, tenant_id, ACCOUNTS)
    return (found.rule, found.until(dt.date(newest.year, 12, 31))) if found else (UNSAID, None)

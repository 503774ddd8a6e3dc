"""Until when accounts are kept: the years of the plan, from the end of the accounting year."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.tenancy.keeping import UNSAID, accounts_kept_until
from tests.factories.tenancy import days, tenant_with_plan
from tests.factories.units import make_tree

NEWEST = dt.date(2016, 10, 17)


def years(number: int, mode: str = "open") -> str:
    return days(number, mode, "年").replace("publicity.days", "retention.accounts")


def test_the_years_count_from_the_end_of_the_accounting_year(session: Session) -> None:
    make_tree(session)
    county = tenant_with_plan(session, years(30))
    assert accounts_kept_until(session, county.id, NEWEST) == ("甲县方案　一：30 年", dt.date(2046, 12, 31))


def test_a_county_may_not_keep_them_for_less_than_the_floor(session: Session) -> None:
    make_tree(session)
    county = tenant_with_plan(session, years(15))
    tenant_with_plan(session, years(30, "floor"), unit="00", name="全国")
    assert accounts_kept_until(session, county.id, NEWEST) == ("全国方案　一：30 年", dt.date(2046, 12, 31))


def test_without_a_stated_number_nothing_ends(session: Session) -> None:
    make_tree(session)
    county = tenant_with_plan(session)
    assert accounts_kept_until(session, county.id, NEWEST) == (UNSAID, None)

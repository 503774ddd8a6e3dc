"""Until when accounts are kept: the years of the plan, from the end of the accounting year."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.tenancy.keeping import PUPILS, UNSAID, Period, accounts_kept_until, period
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


def test_of_two_layers_the_longer_word_binds_whatever_its_mode(session: Session) -> None:
    make_tree(session)
    county = tenant_with_plan(session, years(5).replace("retention.accounts", PUPILS))
    tenant_with_plan(session, years(10).replace("retention.accounts", PUPILS), unit="00", name="全国")
    assert period(session, county.id, PUPILS) == Period(10, "全国方案　一")


def test_a_period_ends_on_the_day_of_its_beginning_and_in_february_with_the_month() -> None:
    assert Period(10, "").until(dt.date(2012, 7, 1)) == dt.date(2022, 7, 1)
    assert Period(1, "").until(dt.date(2020, 2, 29)) == dt.date(2021, 2, 28)
    for day in (dt.date(2022, 7, 2), dt.date(2024, 2, 29), dt.date(2021, 3, 1)):
        before = Period(10, "").ended_before(day)
        assert Period(10, "").until(before) < day <= Period(10, "").until(before + dt.timedelta(days=2))

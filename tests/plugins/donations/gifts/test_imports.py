"""Lists of gifts as files: bad rows are named and wait, the rest is stored and booked, and no gift comes in twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.extensions import Database, tenant_scope
from core.funds.models import FundAccount, FundMovement
from core.funds.recounting import recount
from core.funds.services import close_period, reopen_period
from core.ledgers.imports import desk, queries
from core.ledgers.imports.models import State
from core.privacy.vault import KEY, Vault
from core.tenancy.models import Tenant
from plugins.donations.ledgers.gifts import GIFTS
from plugins.donations.models import Gift
from tests.core.ledgers.imports.conftest import Office
from tests.factories.units import make_tree
from tests.plugins.donations.gifts.support import ACTOR, JIA, County
from tests.support.workbooks import excel

HEADS = ["凭据号", "活动编号", "捐赠日期", "捐赠人类别", "捐赠人", "方式", "金额", "捐赠意愿"]
BAD: tuple[dict[str, Any], ...] = (
    {"金额": "0"}, {"金额": "-5"}, {"金额": "1.005"}, {"金额": "1e12"}, {"金额": "一百"}, {"金额": ""}, {"捐赠日期": "2018-02-30"},
    {"捐赠人类别": "路人"}, {"捐赠人": ""}, {"方式": "借款"}, {"凭据号": "甲1"}, {"凭据号": "R00000"})


def row(number: int, **changes: Any) -> list[Any]:
    plain = dict(zip(HEADS, [f"R{number:05}", "c1", "2018-10-17", "单位", "测试公司", "捐款", "10.01", "不指定"], strict=True))
    return list((plain | changes).values())


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, host: Any) -> Office:
    sqlite_database.info[KEY] = Vault.at(tmp_path)
    with sqlite_database.transaction() as session:
        units = make_tree(session)
        session.add(Tenant(id=JIA, unit_id=units[JIA].id, founded_on=dt.date(2015, 1, 1)))
    with sqlite_database.transaction() as session, tenant_scope(session, JIA):
        County(session, units, host).campaign(starts_on=dt.date(2018, 9, 1))
    return Office(sqlite_database, tmp_path, units, GIFTS)


def test_of_ten_thousand_gifts_twelve_bad_rows_wait_and_the_rest_is_booked_to_the_fen(office: Office) -> None:
    good = [row(number) for number in range(10_000 - len(BAD))]
    found = office.checked(excel([HEADS, *good, *(row(20_000 + at, **changes) for at, changes in enumerate(BAD))]))
    assert found.state == State.CHECKED
    assert (found.counts["rows"], found.counts["good"], found.counts["bad"]) == (10_000, 9_988, 12)
    with office.database.session() as session, tenant_scope(session, JIA):
        here = office.desk(session)
        errors = desk.errors_of(here, queries.get_import(session, GIFTS, found.id, here.scope))
        assert set(errors["field"].to_list()) == {"amount", "given_on", "donor_kind", "donor_name", "form", "reference"}
        assert session.scalar(select(func.count(Gift.id))) == 0
    assert office.confirm(found).created == 9_988
    with office.database.session() as session, tenant_scope(session, JIA):
        assert session.scalar(select(func.count(FundMovement.id))) == 9_988
        assert session.scalars(select(FundAccount)).one().balance == Decimal("99979.88")
        assert recount(session, JIA) == []
    assert office.at(found.id).counts["bad"] == 12


def test_the_same_list_again_books_nothing_twice(office: Office) -> None:
    office.confirm(office.checked(excel([HEADS, row(1), row(2)])))
    again = office.checked(excel([HEADS, row(1), row(2), row(3)]), name="再来.xlsx")
    assert (again.counts["created"], again.counts["unchanged"]) == (1, 2)
    office.confirm(again)
    with office.database.session() as session, tenant_scope(session, JIA):
        assert session.scalars(select(FundAccount)).one().balance == Decimal("30.03")


def errors_of(office: Office, found: Any) -> list[tuple[int, str, str]]:
    """Row, field and message of each bad cell."""
    with office.database.session() as session, tenant_scope(session, JIA):
        here = office.desk(session)
        frame = desk.errors_of(here, queries.get_import(session, GIFTS, found.id, here.scope))
        return [(row["row"], row["field"], row["message"]) for row in frame.iter_rows(named=True)]


def test_what_only_the_campaign_can_tell_is_said_at_the_cell_and_the_rest_is_stored(office: Office) -> None:
    wrong = row(2, 捐赠日期="2018-08-31"), row(3, 活动编号="c9"), row(4, 捐赠日期="2099-01-01")
    found = office.checked(excel([HEADS, row(1), *wrong, row(5)]))
    assert errors_of(office, found) == [(3, "given_on", "捐赠日期早于活动开始日"), (4, "campaign_code", "没有这个捐赠活动，请先登记活动"),
                                        (5, "given_on", "捐赠日期还没有到")]
    assert (found.counts["good"], found.counts["bad"], found.counts["created"]) == (2, 3, 2)
    assert office.confirm(found).created == 2
    with office.database.session() as session, tenant_scope(session, JIA):
        assert session.scalars(select(FundAccount)).one().balance == Decimal("20.02")


def test_a_receipted_gift_and_a_closed_period_are_said_at_the_cell(office: Office) -> None:
    office.confirm(office.checked(excel([HEADS, row(1), row(2)])))
    with office.database.transaction() as session, tenant_scope(session, JIA):
        gift = session.scalars(select(Gift).where(Gift.reference == "R00001")).one()
        gift.receipt_number = "0012345"
        close_period(session, session.scalars(select(FundAccount)).one(), dt.date(2018, 10, 31), ACTOR)
    again = office.checked(excel([HEADS, row(1, 金额="99"), row(3), row(4, 捐赠日期="2018-11-01")]), name="再来.xlsx")
    assert [(at, field) for at, field, _ in errors_of(office, again)] == [(2, "given_on"), (3, "given_on")]
    assert "已结账" in errors_of(office, again)[1][2]
    with office.database.transaction() as session, tenant_scope(session, JIA):
        reopen_period(session, session.scalars(select(FundAccount)).one(), ACTOR, "补记漏登的捐赠")
    last = office.checked(excel([HEADS, row(1, 金额="99"), row(3)]), name="三来.xlsx")
    assert errors_of(office, last) == [(2, "reference", "已开票据 0012345，金额、日期和指定用途不能改；请先作废票据或办理退还")]

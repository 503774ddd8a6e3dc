"""Accounts follow the tree, wishes a merged village, money named for a person their record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import new_id, tenant_scope
from core.funds import persons, queries
from core.funds.models import FundAccount, FundDesignation, FundMovement, FundPeriod, FundRecovery, FundTransfer
from core.funds.recounting import recount
from core.funds.services import Wish, close_period, open_account, order_recovery, receive, send, spend
from core.host.manager import PluginHost
from core.units.models import Unit
from core.units.rules.orders import AssignRule, Merge, NewUnit, Split
from core.units.services import do_operation, plan_operation, undo_operation
from tests.core.funds.conftest import ACTOR, DAY, JIA, OTHER, VILLAGE

TODAY = dt.date(2020, 1, 1)
KINDS = (FundAccount, FundMovement, FundDesignation, FundTransfer, FundRecovery, FundPeriod)
Units = dict[str, Unit]


@pytest.fixture
def filled(session: Session, units: Units) -> Units:
    """A village's account with something of everything, and the county's."""
    with tenant_scope(session, JIA):
        county = open_account(session, JIA, units[JIA], "county", "县专账", ACTOR, on=DAY)
        for code in ("love", "school"):
            fund = open_account(session, JIA, units[VILLAGE], code, code, ACTOR, on=DAY)
            receive(session, fund, Decimal(50), DAY, ACTOR, key=code, wish=Wish("东村助学", units[VILLAGE].id, "助学"))
            receive(session, fund, Decimal(9), DAY, ACTOR, key=f"{code}-9")
            send(session, fund, county, Decimal(4), DAY, ACTOR, key=f"{code}-t")
            order_recovery(session, fund, units[VILLAGE], Decimal(3), DAY, "虚报人数", ACTOR, key=f"{code}-r")
            close_period(session, fund, DAY, ACTOR)
    return units


def places(session: Session) -> dict[str, list[str]]:
    session.flush()
    session.expire_all()
    with tenant_scope(session, JIA):
        codes: dict[Any, str] = dict(session.execute(select(Unit.id, Unit.code)).all())  # type: ignore[arg-type]
        return {model.__tablename__: sorted(codes[unit_id] for unit_id in session.scalars(select(model.unit_id))) for model in KINDS}


def test_the_money_of_a_merged_village_follows_and_comes_back(session: Session, filled: Units, host: PluginHost) -> None:
    before = places(session)
    order = Merge(units=(filled[VILLAGE].id,), into=filled[OTHER].id, on=TODAY)
    texts = [effect.text for effect in plan_operation(session, order, hooks=host, tenants=[JIA]).effects]
    assert {"2 个资金账户随单位调整", "6 笔资金收支随单位调整", "2 项指定用途随单位调整"} <= set(texts)
    operation = do_operation(session, order, ACTOR, hooks=host)
    found = places(session)
    for kind, there in found.items():
        assert VILLAGE not in there, kind
        assert there.count(OTHER) == before[kind].count(VILLAGE), kind
    undo_operation(session, operation.id, ACTOR, hooks=host)
    assert places(session) == before


def test_a_split_takes_each_account_with_all_its_movements(session: Session, filled: Units, host: PluginHost) -> None:
    order = Split(unit=filled[VILLAGE].id, on=TODAY, default="990101100004", targets=(
        NewUnit(code="990101100003", name="甲一新村"), NewUnit(code="990101100004", name="甲一旧村")),
        rules=(AssignRule("990101100003", where={"code": ["love"]}),))
    do_operation(session, order, ACTOR, hooks=host)
    found = places(session)
    assert found["fund_accounts"] == ["990101", "990101100003", "990101100004"]
    assert found["fund_movements"].count("990101100003") == found["fund_movements"].count("990101100004") == 3
    for kind in KINDS[2:]:
        assert found[kind.__tablename__] == ["990101100003", "990101100004"], kind


def test_a_wish_for_a_village_is_kept_in_the_village_it_became(session: Session, filled: Units, host: PluginHost) -> None:
    do_operation(session, Merge(units=(filled[VILLAGE].id,), into=filled[OTHER].id, on=TODAY), ACTOR, hooks=host)
    with tenant_scope(session, JIA):
        fund = queries.find_account(session, JIA, "love")
        assert fund is not None
        (wish,) = queries.open_designations(session, fund)
        spent = spend(session, fund, Decimal(5), TODAY, ACTOR, key="s", use="助学", place_id=filled[OTHER].id,
                      designation_id=wish.id)
        assert spent.unit_id == filled[OTHER].id
        assert recount(session, JIA) == []


def test_money_named_for_a_person_follows_their_record_and_loses_their_name(session: Session, units: Units) -> None:
    kept, merged, merge = new_id(), new_id(), new_id()
    with tenant_scope(session, JIA):
        fund = open_account(session, JIA, units[JIA], "love", "爱心基金", ACTOR, on=DAY)
        receive(session, fund, Decimal(9), DAY, ACTOR, key="a", wish=Wish("指定测试乙", person_id=merged))
        (wish,) = queries.open_designations(session, fund)
        paid = spend(session, fund, Decimal(4), DAY, ACTOR, key="b", use="助学", person_id=merged, designation_id=wish.id, memo="测试乙")
        assert persons.follow_merge(session, JIA, merge, kept, merged) == 2
        spend(session, fund, Decimal(1), DAY, ACTOR, key="c", use="助学", person_id=kept, designation_id=wish.id)
        (needed,) = persons.retained(session, JIA, [kept])
        assert (needed.count, needed.identity, needed.until) == (2, False, None)
        assert persons.take_back(session, JIA, merge, kept, merged) == 2
        assert (wish.person_id, paid.person_id) == (merged, merged)
        persons.erase(session, JIA, merged)
        assert (wish.title, paid.memo, paid.amount) == ("（已抹去）", "", Decimal(-4))
        assert recount(session, JIA) == []

"""Needs: put forward with consent, as many as the plan lets a village, taken on and never beyond what is needed."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, RuleViolation
from core.extensions import Database, new_id, tenant_scope
from core.processes.services import begin, take
from plugins.donations.models import Need, Pledge
from plugins.donations.processes.needs import NEED, PLEDGE
from plugins.donations.queries import needs as queries
from plugins.donations.services import following
from plugins.donations.services.needs import pledge
from tests.factories.registry import make_household, make_person
from tests.plugins.donations.giving import JIA, VILLAGE, County, days, give_plan, make_county

CLERK, MANAGER = "town-clerk", "county-one"


def make(session: Session, county: County, code: str = "A-1", amount: str = "20000", **more: Any) -> Need:
    made = Need(**{"tenant_id": JIA, "id": new_id(), "unit_id": county.units[VILLAGE].id, "code": code, "kind": "project",
                   "summary": "村小学缺一台净水机", "amount": Decimal(amount), "consent_on": dt.date(2026, 1, 1),
                   "consent_by": "测试村委会", "consent_proof": "同意书第1号", **more})
    session.add(made)
    begin(session, NEED, made, county.people[CLERK])
    return made


def go(session: Session, county: County, record: Any, step: str, login: str = CLERK, reason: str = "") -> None:
    take(session, county.host, PLEDGE if isinstance(record, Pledge) else NEED, record, step, county.people[login], reason)


def listed(session: Session, county: County, **more: Any) -> Need:
    made = make(session, county, **more)
    go(session, county, made, "submit")
    go(session, county, made, "list", MANAGER)
    return made


def take_on(session: Session, county: County, need: Need, amount: str, **more: str) -> Pledge:
    values = {"donor_kind": "unit", "donor_name": "测试公司", "consent": "named", **more}
    return pledge(session, need, {**values, "amount": Decimal(amount)}, county.people[CLERK])


@pytest.mark.clause("DN-018")
def test_a_village_with_three_is_refused(jia: Session, county: County) -> None:
    for code in ("A-1", "A-2"):
        go(jia, county, make(jia, county, code), "submit")
    with pytest.raises(RuleViolation, match=r"本村已报 2 个，方案规定每村最多 2 个"):
        go(jia, county, make(jia, county, "A-3"), "submit")
    go(jia, county, make(jia, county, "B-1", unit_id=county.units["990101100002"].id), "submit")


def test_where_no_plan_sets_a_number_any_may_be_put_forward(jia: Session, county: County) -> None:
    give_plan(jia, county.host, days(7))
    for code in ("A-1", "A-2", "A-3"):
        go(jia, county, make(jia, county, code), "submit")


def test_what_was_closed_makes_room(jia: Session, county: County) -> None:
    first = listed(jia, county)
    go(jia, county, make(jia, county, "A-2"), "submit")
    go(jia, county, first, "close", MANAGER, "已由别处解决")
    go(jia, county, make(jia, county, "A-3"), "submit")


@pytest.mark.clause("DN-018")
def test_two_who_put_forward_the_last_one_at_once_leave_one_out(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        county = make_county(session, tmp_path)
        with tenant_scope(session, JIA):
            go(session, county, make(session, county, "A-1"), "submit")
            ids = [make(session, county, code).id for code in ("A-2", "A-3")]
    gate, raised = threading.Barrier(2), []

    def work(need_id: Any) -> None:
        gate.wait()
        try:
            with database.transaction() as session, tenant_scope(session, JIA):
                go(session, county, session.get_one(Need, (JIA, need_id)), "submit")
        except RuleViolation as error:
            raised.append(error)

    threads = [threading.Thread(target=work, args=(need_id,)) for need_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(raised) == 1


@pytest.mark.clause("DN-040", "CO-047")
@pytest.mark.parametrize("lacking", [{"consent_on": None}, {"consent_by": ""}, {"consent_proof": ""},
                                     {"consent_on": dt.date(2099, 1, 1)}])
def test_without_consent_nothing_is_put_forward_or_published(jia: Session, county: County, lacking: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation, match="同意公开"):
        go(jia, county, make(jia, county, **lacking), "submit")


@pytest.mark.clause("DN-040", "CO-047")
def test_a_consent_taken_back_takes_the_need_off_the_public_page(jia: Session, county: County) -> None:
    need = listed(jia, county)
    assert [one.code for one in queries.listed(jia, JIA)] == ["A-1"]
    need.consent_on = None
    jia.flush()
    assert queries.listed(jia, JIA) == []


@pytest.mark.clause("DN-019", "CO-047")
@pytest.mark.parametrize("summary", ["测试乙上学缺路费", "测试甲家缺口粮", "联系电话19900000001，缺冬衣"])
def test_a_text_that_tells_whose_need_it_is_is_refused(jia: Session, county: County, summary: str) -> None:
    village = county.units[VILLAGE]
    household = make_household(jia, village)
    person = make_person(jia, village, household_id=household.id)
    with pytest.raises(RuleViolation, match="公开的内容里不能有"):
        go(jia, county, make(jia, county, kind="child", summary=summary, person_id=person.id, household_id=household.id), "submit")


@pytest.mark.clause("DN-023")
def test_a_project_of_20000_is_full_with_12000_and_8000(jia: Session, county: County) -> None:
    need = listed(jia, county)
    take_on(jia, county, need, "12000")
    take_on(jia, county, need, "8000", donor_name="测试商会")
    assert need.pledged == Decimal("20000")
    assert queries.listed(jia, JIA) == []
    with pytest.raises(Conflict, match=r"还差 0\.00 元，不能认领 1\.00 元"):
        take_on(jia, county, need, "1")


@pytest.mark.clause("DN-019")
def test_what_is_pledged_is_delivered_confirmed_by_another_and_done(jia: Session, county: County) -> None:
    need = listed(jia, county)
    one = take_on(jia, county, need, "20000")
    with pytest.raises(RuleViolation, match="有 1 笔认领没有确认"):
        go(jia, county, need, "finish", MANAGER)
    go(jia, county, one, "deliver")
    with pytest.raises(RuleViolation, match="须由另一人办理"):
        go(jia, county, one, "confirm")
    go(jia, county, one, "confirm", "town-manager")
    go(jia, county, need, "finish", MANAGER)
    assert (one.state, need.state) == ("confirmed", "done")


def test_a_need_that_lacks_money_is_not_done(jia: Session, county: County) -> None:
    need = listed(jia, county)
    with pytest.raises(RuleViolation, match=r"还差 20,000\.00 元没有认领"):
        go(jia, county, need, "finish", MANAGER)


def test_a_pledge_withdrawn_makes_room(jia: Session, county: County) -> None:
    need = listed(jia, county)
    one = take_on(jia, county, need, "15000")
    with pytest.raises(Conflict, match=r"还差 5,000\.00 元，不能认领 6,000\.00 元"):
        take_on(jia, county, need, "6000")
    with pytest.raises(RuleViolation, match="没有办完"):
        go(jia, county, need, "close", MANAGER, "不再需要")
    go(jia, county, one, "withdraw", CLERK, "捐赠人改变主意")
    assert need.pledged == Decimal("0")
    take_on(jia, county, need, "20000")


def test_only_what_is_listed_can_be_taken_on(jia: Session, county: County) -> None:
    with pytest.raises(Conflict, match="不在可认领"):
        take_on(jia, county, make(jia, county), "1")


@pytest.mark.parametrize(("amount", "more"), [("0", {}), ("-1", {}), ("1", {"donor_name": ""}), ("1", {"donor_kind": "x"}),
                                              ("1", {"consent": "x"})])
def test_a_pledge_that_makes_no_sense_is_refused(jia: Session, county: County, amount: str, more: dict[str, str]) -> None:
    need = listed(jia, county)
    with pytest.raises(InvalidInput):
        take_on(jia, county, need, amount, **more)
    assert need.pledged == Decimal("0")


def test_many_who_take_on_at_once_never_go_beyond_the_need(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        county = make_county(session, tmp_path)
        with tenant_scope(session, JIA):
            need_id = listed(session, county).id
    gate, raised = threading.Barrier(6), []

    def work() -> None:
        gate.wait()
        try:
            with database.transaction() as session, tenant_scope(session, JIA):
                take_on(session, county, session.get_one(Need, (JIA, need_id)), "5000")
        except Conflict as error:
            raised.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(raised) == 2
    with database.session() as session, tenant_scope(session, JIA):
        assert session.get_one(Need, (JIA, need_id)).pledged == Decimal("20000")


def test_a_need_follows_a_merge_and_loses_whose_it_was_with_an_erasure(jia: Session, county: County) -> None:
    kept, merged, merge_id = new_id(), new_id(), new_id()
    need = make(jia, county, kind="child", person_id=merged, note="监护人另有说明")
    following.hand_over(jia, JIA, merge_id, kept, merged)
    jia.refresh(need)
    assert need.person_id == kept
    following.hand_back(jia, JIA, merge_id)
    jia.refresh(need)
    assert need.person_id == merged
    following.forget(jia, JIA, merged)
    jia.refresh(need)
    assert (need.person_id, need.consent_on, need.consent_by, need.note) == (None, None, "", None)

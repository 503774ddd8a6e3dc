"""What the plugin says to timelines, workbench and search; records follow the tree and the persons they name."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from core.access.scope import Scope
from core.extensions import new_id
from core.funds.recounting import recount
from core.host.contract import Place, Subject, UnitChange
from core.printing import picture
from core.publicity.models import Notice, Objection
from plugins.donations import desk, hooks
from plugins.donations.models import Campaign, Certificate, Contributor, Gift, Moved, Need, Order, Seal, Spending
from plugins.donations.services import contributors, following
from plugins.donations.services.certificates import list_due
from plugins.donations.services.orders import answer, open_order
from plugins.donations.services.spendings import Payment, pay
from tests.plugins.donations.gifts.support import ACTOR, JIA, TOWN, VILLAGE, County, yuan
from tests.plugins.donations.giving import days

WHOLE = Scope((JIA,), ())
NOTHING = Scope()


def place(county: County, scope: Scope = WHOLE) -> Place:
    home = county.home
    return Place(home.id, home.code, home.name, home.path, frozenset({JIA}), scope=lambda action: scope)


@pytest.mark.clause("DN-037")
def test_the_page_of_a_pupil_says_two_thousand_and_no_other_page_does(sqlite_county: County, app: Flask) -> None:
    county, pupil, other = sqlite_county, new_id(), new_id()
    county.campaign()
    gift = county.give("A1", "2000", designation="child", designated_person_id=str(pupil))
    assert gift.account_id is not None
    pay(county.session, JIA, county.home, Payment(gift.account_id, yuan("500"), dt.date(2016, 3, 1), "study", gift_id=gift.id,
                                                  person_id=pupil), ACTOR)
    with app.test_request_context():
        said = [entry.sentence for entry in desk.of_person(county.session, place(county), Subject("person", JIA, pupil, county.home.id))]
        assert said == ["指定给本人的捐赠 2,000.00 元", "领取捐赠款 500.00 元"]
        assert desk.of_person(county.session, place(county), Subject("person", JIA, other, county.home.id)) == []
        assert desk.of_person(county.session, place(county, NOTHING), Subject("person", JIA, pupil, county.home.id)) == []


def test_cards_todos_entries_and_hits_stay_in_scope(sqlite_county: County, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    county = sqlite_county
    campaign = county.campaign()
    gift = county.give("B1", "100", on="2026-01-05")
    order = open_order(county.session, "gift", gift, "金额与凭证不符", ACTOR)
    with app.test_request_context():
        (card,) = desk.cards(county.session, place(county))
        assert (card.value, card.hint) == ("100.00 元", "1 笔")
        assert [(todo.title, todo.due) for todo in desk.todos(county.session, place(county))] == [("答复捐赠纠正通知", order.due_on)]
        answer(county.session, order, "已经更正", ACTOR)
        county.session.flush()
        assert [todo.title for todo in desk.todos(county.session, place(county))] == ["核对已答复的捐赠纠正通知"]
        assert [entry.sentence for entry in desk.of_unit(county.session, place(county))] == [f"捐赠活动：{campaign.title}"]
        assert [hit.title for hit in desk.hits(county.session, place(county), "测试", 8)] == ["测试公司", "测试捐赠活动"]
        nobody = place(county, NOTHING)
        assert desk.cards(county.session, nobody) == desk.todos(county.session, nobody) == desk.of_unit(county.session, nobody) == []
        assert desk.hits(county.session, nobody, "测试", 8) == []


def test_gifts_follow_a_unit_that_ceased_and_come_back(sqlite_county: County) -> None:
    county = sqlite_county
    county.campaign()
    gift = county.give("C1", "52000", unit=VILLAGE, donor_kind="pool")
    contributors.set_contributors(county.session, gift, [("测试甲", yuan("52000"))], ACTOR)
    order = open_order(county.session, "gift", gift, "请核对名单", ACTOR)
    change = UnitChange(new_id(), "merge", dt.date(2020, 1, 1), (county.units[VILLAGE].id,),
                        {county.units[VILLAGE].id: county.units[TOWN].id})
    assert sum(effect.count for effect in hooks.collect_change_effects(county.session, change, JIA)) == 3
    hooks.on_unit_changed(county.session, change, ACTOR)
    county.session.expire_all()
    rows = [county.session.scalars(select(model)).one().unit_id for model in (Gift, Contributor, Order)]
    assert rows == [county.units[TOWN].id] * 3
    hooks.on_unit_restored(county.session, change, ACTOR)
    county.session.expire_all()
    assert [gift.unit_id, order.unit_id] == [county.units[VILLAGE].id] * 2


def test_what_names_a_person_follows_a_merge_comes_back_and_is_erased(sqlite_county: County) -> None:
    county, kept, merged, merge = sqlite_county, new_id(), new_id(), new_id()
    county.campaign()
    gift = county.give("D1", "300", designation="child", designated_person_id=str(merged), note="给测试乙")
    spending = Spending(tenant_id=JIA, unit_id=county.home.id, account_id=gift.account_id, use="study", amount=yuan("1"),
                        spent_on=dt.date(2016, 1, 1), person_id=merged, memo="给测试乙")
    county.session.add(spending)
    county.session.flush()

    def names() -> tuple[uuid.UUID | None, uuid.UUID | None]:
        county.session.expire_all()
        return gift.designated_person_id, spending.person_id

    assert following.hand_over(county.session, JIA, merge, kept, merged) == 2
    assert names() == (kept, kept)
    assert following.hand_back(county.session, JIA, merge) == 2
    assert names() == (merged, merged)
    assert county.session.scalars(select(Moved)).all() == []
    assert following.forget(county.session, JIA, merged) == 2
    assert names() == (None, None)
    assert (gift.amount, gift.note, spending.memo) == (yuan("300.00"), None, "（已抹去）")


@pytest.mark.parametrize("plan", ["", "guizhou/guiding.toml", "sichuan/qingchuan.toml", "anhui/yuan.toml"])
def test_a_demonstration_is_loaded_once_by_any_plan_and_its_accounts_agree(sqlite_county: County, plan: str) -> None:
    county = sqlite_county
    if plan:
        county.plan(plan)
    for _ in range(2):
        hooks.on_demo_loaded(county.session, JIA, ACTOR)
    assert sorted(row.code for row in county.session.scalars(select(Campaign))) == ["demo-2018", "demo-ended"]
    given = county.session.scalars(select(Gift)).all()
    assert len(given) == 15
    assert all("演示" in row.donor_name or "测试" in row.donor_name or not row.donor_name for row in given)
    assert recount(county.session, JIA) == []
    needs = county.session.scalars(select(Need)).all()
    assert needs and all("演示" in row.summary and row.person_id is None and row.consent_on for row in needs)
    assert sorted(row.state for row in county.session.scalars(select(Order))) == ["answered", "open"]


def test_a_demonstration_shows_an_ended_campaign_where_a_plan_says_for_how_long(sqlite_county: County) -> None:
    county = sqlite_county
    county.plan(text=days(7))
    for _ in range(2):
        hooks.on_demo_loaded(county.session, JIA, ACTOR)
    notices = county.session.scalars(select(Notice)).all()
    assert [(row.title, row.state, row.row_count) for row in notices] == [("图书捐赠活动（演示）：捐赠款物公示", "open", 4)]
    assert sorted(row.state for row in county.session.scalars(select(Objection))) == ["noted", "open"]


def test_a_demonstration_honours_donors_where_the_plan_does(sqlite_county: County) -> None:
    county = sqlite_county
    hooks.on_demo_loaded(county.session, JIA, ACTOR)
    assert county.session.scalars(select(Certificate)).all() == []
    county.plan("sichuan/qingchuan.toml")
    for _ in range(2):
        hooks.on_demo_loaded(county.session, JIA, ACTOR)
    made = county.session.scalars(select(Certificate)).all()
    assert sorted(row.state for row in made) == ["issued", "revoked", "submitted"]
    assert all("演示" in row.donor_name or "测试" in row.donor_name for row in made)
    seal = county.session.scalars(select(Seal)).one()
    assert seal.unit_id == made[0].issuer_unit_id and "image/png" in picture(seal.content)
    assert list_due(county.session, JIA, WHOLE)

"""The pages of trials: the form, faults of a draft, the outcome, and names within the reader's scope alone."""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.conditions.tree import All
from core.extensions import Database, tenant_scope
from core.tenancy.queries import get_tenant
from core.units.models import Unit
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.routes.why import over_term
from plugins.education_aid.rules.items import AUTUMN, DAY, FIXED, MONTH, ONCE, Amount, Item
from plugins.education_aid.services.entitling import begin_run, run_term
from plugins.education_aid.services.what_if import run_what_if
from tests.conftest import ClientAs
from tests.factories.tenancy import apply_plan, profile_text
from tests.plugins.education_aid.conftest import ACTOR, AUTUMN_2016, County
from tests.support.hosts import loaded

JIA = "990101"
AT = f"/u/{JIA}/p/education_aid/what-if"
PLUGIN = '\n[[plugin]]\ncode = "education_aid"\nclause = "一"\n'
ITEM = """
[[education_aid.item]]
code = "living"
name = "生活补助"
clause = "一"
where = {{ boarding = true }}
amount = {{ fixed = "{yuan}" }}
"""
GROUP = """
[[education_aid.item]]
code = "extra"
name = "另一项补助"
clause = "一"
where = { boarding = true }
amount = { fixed = "300.00" }

[[education_aid.exclusive]]
code = "one-only"
name = "两项补助不重复享受"
clause = "一"
items = ["living", "extra"]
"""

UNPRINTED = """
[[education_aid.item]]
code = "unprinted"
name = "条件未公布的补助"
clause = "一"
where = { state = "unspecified", printed = "评审条件未见原文" }
amount = { fixed = "500.00" }
"""


def text_of(yuan: str) -> str:
    return profile_text(PLUGIN, ITEM.format(yuan=yuan), GROUP, UNPRINTED, starts="2015-01-01")


@pytest.fixture
def jia(app: Flask, app_database: Database) -> Iterator[Session]:
    """甲县 of the small province with one item, one boarder, and a run."""
    host = loaded()
    session = app_database.session(write=True)
    with tenant_scope(session, JIA):
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        apply_plan(session, text_of("1000.00"), host)
        named = {"village": units["990101100001"], "town": units["990101100"], "county": units[JIA]}
        county = County(session, get_tenant(session, JIA), named, schools={"测试小学": units["990101-S02"]})
        county.child("primary", boarding=True)
        run_term(session, begin_run(session, JIA, units[JIA].id, 2016, 1, AUTUMN_2016, ACTOR), ACTOR)
        session.commit()
        yield session
        session.rollback()
    session.close()


def one(session: Session, kind: str) -> AidRun:
    session.rollback()
    return session.scalars(select(AidRun).where(AidRun.kind == kind).execution_options(populate_existing=True)).one()


def test_a_draft_is_tried_read_cited_and_kept(jia: Session, client_as: ClientAs, app: Flask) -> None:
    clerk, snapshot = client_as("jia-aid"), one(jia, "run")
    assert "1000.00" in clerk.get(AT).get_data(as_text=True)
    sent = clerk.post(AT, data={"text": text_of("1200.00"), "title": "提标", "snapshot": str(snapshot.id)})
    assert sent.status_code == 302
    run = one(jia, "what_if")
    assert "正在" in clerk.get(f"{AT}/{run.id}").get_data(as_text=True)
    run_what_if(jia, loaded(), run, ACTOR)
    jia.commit()
    shown = clerk.get(f"{AT}/{run.id}").get_data(as_text=True)
    assert "100.00" in shown and "测试甲" in shown and "甲一镇中心小学" in shown
    file = clerk.get(f"{AT}/{run.id}/outcome.csv").get_data(as_text=True)
    assert "项目,生活补助,1,500.00,1,600.00,,,100.00" in file and "学校,甲一镇中心小学,,,,,1,0,100.00" in file and "测试甲" not in file
    assert clerk.post(f"{AT}/{run.id}/cite", data={"cited_in": "常务会议材料"}).status_code == 302
    assert clerk.post(f"{AT}/{run.id}/delete").status_code in (409, 422)
    assert one(jia, "what_if").cited_in == "常务会议材料"


def test_what_another_item_takes_the_place_of_is_named_with_the_clause(jia: Session, client_as: ClientAs) -> None:
    person = jia.scalars(select(Award.person_id)).first()
    page = client_as("jia-aid").get(f"/u/{JIA}/p/education_aid/persons/{person}/why?school_year=2016&term=1").get_data(as_text=True)
    told = page[page.index("符合条件但没有给的项目"):]
    assert all(word in told for word in ("另一项补助", "150.00", "生活补助", "两项补助不重复享受", "同一学期只给金额最高的一项"))
    assert "学籍就读台账" in page
    assert "甲县方案第 1 版　一" in page and "1000.00 元/生/年，秋季、春季各半" in page
    assert "两项补助不重复享受" in client_as("jia-aid").get(f"/u/{JIA}/p/education_aid/").get_data(as_text=True)
    run = client_as("jia-aid").get(f"/u/{JIA}/p/education_aid/runs/{one(jia, 'run').id}").get_data(as_text=True)
    assert "因不重复享受没有给的" in run


def test_a_draft_with_faults_is_refused_with_each_of_them(jia: Session, client_as: ClientAs) -> None:
    clerk, snapshot = client_as("jia-aid"), one(jia, "run")
    answer = clerk.post(AT, data={"text": text_of("20xx"), "snapshot": str(snapshot.id)})
    assert answer.status_code == 422 and "bare-mask" in html.unescape(answer.get_data(as_text=True))
    assert jia.scalars(select(AidRun).where(AidRun.kind == "what_if")).all() == []


def test_a_draft_needs_a_finished_run_of_ones_own(jia: Session, client_as: ClientAs) -> None:
    clerk = client_as("jia-aid")
    assert clerk.post(AT, data={"text": text_of("1200.00"), "snapshot": "x"}).status_code == 422
    assert clerk.post(AT, data={"text": text_of("1200.00"), "snapshot": str(uuid.uuid4())}).status_code == 404
    snapshot = one(jia, "run")
    assert clerk.get(f"{AT}/{snapshot.id}").status_code == 404


def test_nobody_without_the_action_tries_drafts(jia: Session, client_as: ClientAs) -> None:
    snapshot = one(jia, "run")
    assert client_as("jia-school").post(AT, data={"text": text_of("1.00"), "snapshot": str(snapshot.id)}).status_code in (403, 404)


def test_an_item_without_a_printed_condition_stands_apart_with_why(jia: Session, client_as: ClientAs) -> None:
    in_force, apart = client_as("jia-aid").get(f"/u/{JIA}/p/education_aid/").get_data(as_text=True).split("不参加测算", 1)
    assert "条件未公布的补助" in apart and "条件未公布的补助" not in in_force
    assert "待核实：受助条件原文未写明（评审条件未见原文）" in apart
    assert not jia.scalars(select(Award).where(Award.item == "unprinted")).all()
    file = client_as("jia-aid").get(f"/u/{JIA}/p/education_aid/items.csv").get_data(as_text=True)
    assert "生活补助,发放；寄宿；1000.00 元/生/年" in file
    assert "条件未公布的补助,,一,,,待核实：受助条件原文未写明（评审条件未见原文）" in file


@pytest.mark.parametrize(("amount", "attended", "said"), [
    (Amount(FIXED, 400, per=DAY, days=200), None, "，本学期 100 天"), (Amount(FIXED, 400, per=DAY, days=200), 97, "，本学期 97 天"),
    (Amount(FIXED, 400, per=DAY), None, ""), (Amount(FIXED, 400, per=MONTH, months=10), None, "，一年 10 个月，秋季、春季各半"),
    (Amount(FIXED, 400, per=ONCE), None, ""), (Amount(), None, "")])
def test_what_a_term_has_of_a_standard_is_said(app: Flask, amount: Amount, attended: int | None, said: str) -> None:
    item = Item("meals", "膳食补助", "一", All(()), amount)
    with app.test_request_context():
        assert over_term(item, AUTUMN, attended) == said

"""教育局2018年扶贫日活动方案: its check of progress in each county, and the four types of problems it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.app import BUILTINS
from core.config import ROOT
from core.extensions import CHINA, Database, clock, tenant_scope
from core.host.manager import load
from core.inspections import queries
from core.inspections.plan import form_at, kinds_at
from core.inspections.services.checking import answer_rows, begin_check
from core.inspections.services.rectifying import Problem, raise_finding
from core.inspections.sources import CHECKS
from core.tenancy.queries import get_tenant
from core.units.queries import get_unit_by_code
from tests.conftest import settings_for
from tests.core.inspections.conftest import AUDITOR, COUNTY
from tests.factories.tenancy import apply_plan
from tests.factories.units import make_root, make_unit

CITY, BELOW = "9902", "990201"
DAY = dt.date(2018, 10, 8)
TOPICS = {"schools": "薄弱学校改造按进度", "digital": "教育信息化建设按进度"}


@pytest.fixture
def city(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The made-up city of the plan, with a county below."""
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime.combine(DAY, dt.time(9), CHINA))
    with sqlite_database.transaction() as session:
        make_root(session)
        text = (ROOT / "tenants/fictitious/education-bureau-2018.toml").read_text(encoding="utf-8")
        apply_plan(session, text, load(settings_for("sqlite://", tmp_path), BUILTINS), "education-bureau-2018.toml")
        make_unit(session, BELOW, get_unit_by_code(session, CITY), "虚构甲县", level="county")
    with sqlite_database.transaction() as session, tenant_scope(session, CITY):
        yield session


@pytest.mark.clause("EA-066")
def test_the_plan_names_four_types_of_problems(city: Session) -> None:
    assert [kind.name for kind in kinds_at(city, get_tenant(city, CITY))] == [
        "农村学校教师待遇不高", "优质资源短缺", "职业教育在脱贫攻坚中发挥作用不够", "学生资助政策和营养改善计划落实不到位"]


@pytest.mark.clause("SU-024")
def test_a_gap_in_one_of_two_topics_becomes_an_item_to_put_right(city: Session) -> None:
    tenant, county = get_tenant(city, CITY), get_unit_by_code(city, BELOW)
    form = form_at(city, tenant, county, "progress")
    source = next(one for one in CHECKS if one.code == form.rows)
    made = begin_check(city, form, source, CITY, county, COUNTY, dt.date(2018, 10, 17))
    asked = {str(item["code"]): str(item["question"]) for item in made.items}
    assert {code: asked[code] for code in TOPICS} == TOPICS
    (row,) = queries.rows_of(city, made)
    answer_rows(city, made, {row.id: dict.fromkeys(asked, "yes") | {"digital": "no"}}, {row.id: "两所学校没有通网"}, COUNTY)
    assert (row.result, made.faulty_count) == ("faulty", 1)
    problem = Problem(TOPICS["digital"], row.note, made.clause, "dated", dt.date(2018, 10, 31))
    raised = raise_finding(city, CITY, county, tenant.unit, problem, AUDITOR, made, row.title)
    (item,) = queries.findings_of(city, made)
    assert (item.id, item.unit_id, item.raised_on, item.state) == (raised.id, county.id, DAY, "raised")
    assert item.clause == "教育局2018年扶贫日活动方案　二（一）"

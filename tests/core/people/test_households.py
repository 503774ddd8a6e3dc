"""Pages of households and schools, those at school by household, and sums that add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.extensions import Database, tenant_scope
from core.people.queries import count_classes, list_by_household
from core.people.rules import add_up, age_words, grade_words, term_of
from core.registry import services
from core.registry.models import Household
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code, list_children
from tests.conftest import ClientAs
from tests.core.people.conftest import SCHOOL, VILLAGE, Family
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_person
from tests.support.workbooks import opened as read_book


def at(family: Family, code: str = JIA, rest: str = "") -> str:
    return f"/u/{code}/registry/households/{family.household}{rest}"


@pytest.mark.clause("EA-020")
def test_three_children_at_three_stages_are_three_lines(client_as: ClientAs, family: Family) -> None:
    """一户三个孩子分别上小学、中职、大学 → 台账 3 行、3 个学段."""
    page = client_as("jia-aid").get(f"/u/{JIA}/registry/by-household?school_year=2016&term=1&category=filing_card").text
    body = page.partition('<tbody id="household-rows">')[2].partition("</tbody>")[0]
    lines = body.split("<tr>")[1:]
    assert [next(stage for stage in ("小学", "中职", "本科") if stage in line) for line in lines] == ["小学", "中职", "本科"]
    assert all("测试甲" in line and str(family.household) in line for line in lines)
    assert "测试大学" in body and "测试职校" in body


@pytest.mark.clause("EA-020")
def test_the_ledger_follows_a_child_until_the_end_of_schooling(database: Database) -> None:
    from core.tenancy.models import Tenant
    from tests.factories.units import make_tree

    with database.transaction() as session:
        units = make_tree(session)
        session.add(Tenant(id=JIA, unit_id=units[JIA].id, founded_on=dt.date(2015, 1, 1)))
        session.flush()
        with tenant_scope(session, JIA):
            child = make_person(session, units[VILLAGE], name="测试小")
            for year, stage in ((2015, "preschool"), (2016, "primary"), (2022, "junior")):
                make_enrolment(session, child, units[SCHOOL], year, stage)
            whole = Scope(whole=(JIA,))
            found = [[row.enrolment.stage for row in list_by_household(session, whole, year, 1, day=dt.date(year, 10, 1))]
                     for year in (2015, 2016, 2022, 2023)]
            assert found == [["preschool"], ["primary"], ["junior"], []]


def test_a_township_sees_its_own_children_wherever_they_study(client_as: ClientAs, family: Family) -> None:
    assert client_as("yi-aid").get("/u/990102/registry/by-household?school_year=2016&term=1").text.count("/registry/persons/") == 0
    school = client_as("jia-school").get(f"/u/{SCHOOL}/registry/by-household?school_year=2016&term=1").text
    assert "测试中" not in school, "the home of the children is outside the school"


@pytest.mark.clause("EA-063")
def test_every_level_adds_up_from_pupils_to_the_county(client_as: ClientAs, family: Family, app_database: Database) -> None:
    """逐级汇总 → 县合计等于各校之和."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        for number, (code, grade, boarding) in enumerate(((SCHOOL, 1, True), (SCHOOL, 2, False), ("990101100", 1, False))):
            place = get_unit_by_code(session, code)
            make_enrolment(session, make_person(session, place, name=f"测试{number}"), place, grade=grade,
                           class_name="1班", boarding=boarding)
    with app_database.session() as session, tenant_scope(session, JIA):
        county = get_unit_by_code(session, JIA)
        counts = count_classes(session, Scope(whole=(JIA,)), 2016, 1)
        children = [child.path for child in list_children(session, county, limit=1000)]
        whole, parts = add_up(counts, county.path, children)
        assert whole.pupils == sum(part.pupils for part in parts.values()) == 6
        assert whole.boarders == sum(part.boarders for part in parts.values()) == 2
        for path in children:  # and so on down to the schools and classes
            below, further = add_up([one for one in counts if one.path.startswith(path)], path, ())
            assert below.pupils == parts[path].pupils if path in parts else below.pupils == 0
            assert below.pupils == sum(part.pupils for part in further.values())
    client = client_as("jia-aid")
    page = client.get(f"/u/{JIA}/registry/roll-up?school_year=2016&term=1").text
    lines = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    sums = [int(line.partition('<td class="bf-num">')[2].partition("<")[0]) for line in lines]
    total = int(page.partition("bf-sum")[2].partition('<td class="bf-num"><b>')[2].partition("<")[0])
    assert total == sum(sums) == 6
    school = client.get(f"/u/{JIA}/registry/schools/{family.school}?school_year=2016&term=1").text
    names = client.get(f"/u/{JIA}/registry/class/{family.school}?school_year=2016&term=1&stage=primary&grade=1&class_name=1班").text
    assert names.count("/registry/persons/") == 2 and ">2<" in school, "the class has as many names as it counts"
    assert "/registry/roll-up.xlsx" in page
    asked = "?school_year=2016&term=1"
    given = read_book(client.get(f"/u/{JIA}/registry/roll-up.xlsx{asked}").data).worksheets[0]
    rows = list(given.iter_rows(min_row=3, values_only=True))
    assert [row[2] for row in rows[:-1]] == sums and rows[-1][1:4] == ("合计", 6, 2)
    told = client.get(f"/u/{JIA}/registry/roll-up.csv{asked}").get_data(as_text=True)
    assert told.splitlines()[-1].startswith(",合计,6,2") and len(told.splitlines()) == len(rows) + 1
    with app_database.session() as session, tenant_scope(session, JIA):
        entries = session.scalars(select(TrailEntry.sentence).where(TrailEntry.subject == "endpoint:registry.roll_up_file")).all()
    assert [entry.rpartition("导出")[2] for entry in entries] == [f"roll-up-{JIA}-2016-1.{form}，{len(rows)}行" for form in ("xlsx", "csv")]
    assert client_as("jia-education").get(f"/u/990101-O01/registry/roll-up.xlsx{asked}").status_code == 403, "may look, not take out"
    assert client_as("yi-aid").get(f"/u/{JIA}/registry/roll-up.xlsx{asked}").status_code == 404


def test_income_of_three_quarters_adds_up(client_as: ClientAs, family: Family) -> None:
    client = client_as("jia-aid")
    for quarter, amount in ((1, "2,100"), (2, "1800"), (3, "2600.00")):
        given = {"year": "2018", "quarter": str(quarter), "kind": "wage", "amount": amount}
        assert client.post(at(family, rest="/income"), data=given).status_code == 302
    twice = client.post(at(family, rest="/income"), data={"year": "2018", "quarter": "0", "kind": "wage", "amount": "1"})
    assert twice.status_code == 409 and "重复计算" in twice.text
    page = client.get(at(family, rest="?year=2018")).text
    assert "6,500.00" in page and "2,166.67" in page, "per head of three"
    assert client_as("jia-school").get(at(family, SCHOOL)).status_code == 404
    assert client_as("yi-aid").get(at(family, "990102")).status_code == 404


def test_the_household_page_gathers_what_is_known(client_as: ClientAs, family: Family) -> None:
    page = client_as("jia-aid").get(at(family)).text
    for known in ("测试甲户", "T001", "测试大学", "因学", "省建档立卡系统", "一户一档", "列为建档立卡"):
        assert known in page, known


@pytest.mark.clause("CO-046")
def test_leaving_is_refused_with_the_reason_and_without_a_plan_nothing_is_guessed(client_as: ClientAs, family: Family,
                                                                                 app_database: Database) -> None:
    client = client_as("jia-aid")
    assert "还不能核对" in client.get(at(family, rest="/exit")).text
    refused = client.post(at(family, rest="/exit"), data={"on": "2019-01-01"})
    assert refused.status_code >= 400
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.get_one(Household, (JIA, family.household)).state == "active"


def test_a_school_has_its_facts_classes_and_staff(client_as: ClientAs, family: Family, app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        services.set_school_facts(session, JIA, family.school, {"kind": "primary", "stages": ["primary"], "boarding": True}, ACTOR)
        services.create_staff(session, JIA, family.school, {"name": "测试师", "post": "班主任", "establishment": "special_post"}, ACTOR)
    page = client_as("jia-school").get(f"/u/{SCHOOL}/registry/schools/{family.school}?school_year=2016").text
    for known in ("公办", "测试师", "特岗", "1班"):
        assert known in page, known
    assert client_as("yi-aid").get(f"/u/990102/registry/schools/{family.school}").status_code == 404
    assert client_as("jia-central").get(f"/u/990101100/registry/schools/{family.school}").status_code == 404


@pytest.fixture
def opened(app_database: Database) -> Iterator[Session]:
    with app_database.session() as session, tenant_scope(session, JIA):
        yield session


def test_words_of_grades_terms_and_ages() -> None:
    assert (grade_words("junior", 1), grade_words("senior", 3), grade_words("college", 2), grade_words("primary", None)) == (
        "七年级", "高三", "2 年级", "")
    assert [term_of(dt.date(2016, month, 1)) for month in (2, 3, 8, 9)] == [(2015, 1), (2015, 2), (2015, 2), (2016, 1)]
    assert age_words(dt.date(2010, 5, 2), dt.date(2016, 5, 1)) == "5 岁"

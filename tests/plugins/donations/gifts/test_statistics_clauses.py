"""The rows of the source plans on counting gifts, with the numbers they print."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.scope import Scope
from core.errors import InvalidInput, ParameterError
from plugins.donations.models import Appeal, Consumption, Contribution
from plugins.donations.plan.reading import find_rule, rules_of
from plugins.donations.queries import gifts as reading
from plugins.donations.queries import statistics
from plugins.donations.services import contributors, gifts
from plugins.donations.services.reporting import Tables, deadlines
from tests.plugins.donations.gifts.support import ACTOR, JIA, SCHOOL, TOWN, County, yuan

WHOLE = Scope((JIA,), ())
EVER = statistics.Period(None, dt.date(2026, 12, 31))
SECTORS = ("offices", "garrison", "taiwan", "private-firms", "foreign-firms", "farm-firms", "poverty-firms", "public")


@pytest.mark.clause("DN-010", "DN-030")
def test_own_unit_and_area_are_counted_apart(sqlite_county: County) -> None:
    county = sqlite_county
    county.campaign()
    county.give("A1", "12300", donor_unit_id=TOWN, unit=TOWN)
    county.give("A2", "33300", unit=TOWN)
    own = statistics.own(county.session, WHOLE, EVER, [county.units[TOWN].id])
    assert own.total == yuan("12,300.00")
    assert statistics.total(county.session, WHOLE, EVER).total == yuan("45,600.00")


@pytest.mark.clause("DN-030")
def test_a_masked_beginning_of_counting_is_an_error_until_it_is_set(sqlite_county: County) -> None:
    sqlite_county.plan("sichuan/wangcang.toml")
    rule = find_rule(sqlite_county.session, JIA, "statistics", "look-back")
    assert rule is not None
    with pytest.raises(ParameterError, match="20xx年以来"):
        rule.need("since")
    report = find_rule(sqlite_county.session, JIA, "deadline", "report")
    assert report is not None
    assert report.need("due") == "10-10"


@pytest.mark.clause("DN-024")
def test_eight_sectors_sum_to_the_total(sqlite_county: County) -> None:
    county = sqlite_county
    county.plan("anhui/yuan.toml")
    county.campaign()
    assert tuple(rule.code for rule in rules_of(county.session, JIA, "line")) == SECTORS
    for number, sector in enumerate(SECTORS, 1):
        county.give(f"B{number}", f"{number}00.0{number}", line=sector, on="2014-10-17")
    rows = statistics.by(county.session, WHOLE, EVER, "line")
    assert {row.key for row in rows} == set(SECTORS)
    assert sum(row.total for row in rows) == statistics.total(county.session, WHOLE, EVER).total == yuan("3600.36")


@pytest.mark.clause("DN-026")
def test_the_lines_of_a_township_sum_to_the_total(sqlite_county: County) -> None:
    county = sqlite_county
    county.plan("sichuan/bolong.toml")
    county.campaign()
    lines = [rule.code for rule in rules_of(county.session, JIA, "line")]
    assert len(lines) == 5
    for number, line in enumerate([*lines, "other"], 1):
        county.give(f"C{number}", f"{number}50.00", line=line, route="township")
    rows = statistics.by(county.session, WHOLE, EVER, "line")
    assert len(rows) == 6
    assert sum(row.total for row in rows) == statistics.total(county.session, WHOLE, EVER).total == yuan("2400.00")


@pytest.mark.clause("DN-012")
def test_a_line_without_a_responsible_body_is_a_gap(sqlite_county: County) -> None:
    from core.tenancy.grammar import check, grammar
    from plugins.donations.plan import SECTIONS
    from tests.factories.tenancy import KNOWN, profile_text

    line = '\n[[donations.line]]\ncode = "firms"\nname = "民营企业"\nclause = "一"\n'
    text = profile_text('\n[[plugin]]\ncode = "donations"\nclause = "一"\n', line)
    found = check(text, "f", grammar(SECTIONS, {"donations": ()}), directory=KNOWN)
    assert [(one.rule, one.severity, one.key) for one in found.problems] == [
        ("duty-without-body", "warning", "donations.line[firms].body")]


@pytest.mark.clause("DN-027")
def test_a_pool_of_52000_of_twenty_is_one_gift_with_twenty_lines(sqlite_county: County) -> None:
    county = sqlite_county
    county.plan("sichuan/wangcang.toml")
    county.campaign(plan_code="ten-ones")
    gift = county.give("D1", "52000", donor_kind="pool", donor_name="测试商会", on="2018-10-01")
    text = "\n".join(f"测试{'甲乙丙丁戊己庚辛壬癸'[at % 10]}{at} 2600.00" for at in range(20))
    contributors.set_contributors(county.session, gift, contributors.read_lines(text), ACTOR)
    assert len(reading.contributors_of(county.session, gift)) == 20
    assert (gift.amount, county.balance("donations.red-cross")) == (yuan("52,000.00"), yuan("52,000.00"))
    with pytest.raises(InvalidInput, match=r"名单合计 2,600.00 元，与捐赠 52,000.00 元不符"):
        contributors.set_contributors(county.session, gift, [("测试甲", yuan("2600"))], ACTOR)


@pytest.mark.clause("DN-033", "DN-034")
def test_twelve_classes_sum_to_the_school_and_no_pupil_is_named(sqlite_county: County) -> None:
    from marshmallow import ValidationError

    county = sqlite_county
    county.plan("henan/jiyuan.toml")
    county.campaign(plan_code="love", kind="pupils")
    for number in range(1, 13):
        county.give(f"E{number}", f"{number}0.50", donor_kind="pupils", donor_name="", class_name=f"七（{number}）班", unit=SCHOOL,
                    on="2016-03-05")
    rows = statistics.by(county.session, WHOLE, EVER, "class")
    assert len(rows) == 12
    assert sum(row.total for row in rows) == yuan("786.00")
    with pytest.raises(ValidationError) as named:
        county.give("E99", "5", donor_kind="pupils", donor_name="测试甲", class_name="七（1）班", on="2016-03-05")
    assert named.value.messages == {"donor_name": ["学生捐款按班登记，不填姓名"]}


@pytest.mark.clause("DN-044", "DN-045")
def test_purchases_stand_apart_and_are_never_added_to_gifts(sqlite_county: County) -> None:
    county = sqlite_county
    county.campaign()
    county.give("F1", "1000")
    county.session.add(Consumption(tenant_id=JIA, unit_id=county.home.id, buyer="测试单位", item="土豆", quantity=3, amount=yuan("180.00"),
                                   bought_on=dt.date(2018, 10, 10)))
    for at, kind in enumerate(("adoption", "jobs", "purchase", "gift", "knowledge"), 1):
        county.session.add(Contribution(tenant_id=JIA, unit_id=county.home.id, kind=kind, contributor="测试公司",
                                        done_on=dt.date(2018, 10, 1), amount=yuan(f"{at}000")))
    county.session.flush()
    assert statistics.consumption(county.session, WHOLE, EVER) == (3, yuan("180.00"))
    assert statistics.total(county.session, WHOLE, EVER).total == yuan("1000.00")
    kinds = statistics.contributions(county.session, WHOLE, EVER)
    assert {kind: amount for kind, (_, amount, _) in kinds.items()} == {
        "adoption": yuan("1000"), "jobs": yuan("2000"), "purchase": yuan("3000"), "gift": yuan("4000"), "knowledge": yuan("5000")}


@pytest.mark.clause("DN-028")
def test_direct_goods_count_twelve_thousand_in_the_statistics_and_nothing_in_the_account(sqlite_county: County) -> None:
    county = sqlite_county
    county.campaign()
    county.give("G1", form="goods", item="棉被", quantity="100", unit_price="120", valued="是", valuer="甲一镇", valuation_basis="市场行情",
                valued_on="2015-10-17", proof_number="Z1", direct="是")
    whole = statistics.total(county.session, WHOLE, EVER)
    assert (whole.goods, whole.money) == (yuan("12,000.00"), yuan("0.00"))
    assert county.balance("donations.donations") is None


@pytest.mark.clause("DN-032")
def test_an_open_letter_to_120_has_no_place_for_an_amount() -> None:
    names = set(Appeal.__table__.columns.keys())
    assert {"recipients", "citation", "held_on", "unit_id"} <= names
    assert not {name for name in names if "amount" in name or "target" in name or "quota" in name}


def test_a_table_of_some_day_can_be_made_again(sqlite_county: County) -> None:
    county = sqlite_county
    county.campaign()
    county.give("H1", "100", on="2015-10-16")
    gift = county.give("H2", "50", on="2015-10-17")
    at = statistics.Period(None, dt.date(2015, 12, 31))
    assert statistics.total(county.session, WHOLE, at).total == yuan("150.00")
    gifts.refund(county.session, gift, dt.date(2016, 1, 5), ACTOR, "捐赠人撤回")
    assert statistics.total(county.session, WHOLE, at).total == yuan("150.00")
    assert statistics.total(county.session, WHOLE, EVER).total == yuan("100.00")
    before = statistics.Period(None, dt.date(2015, 12, 31), known_on=dt.date(2015, 12, 31))
    assert statistics.total(county.session, WHOLE, before).count == 0


@pytest.mark.parametrize(("name", "tables"), [
    ("sichuan/qingchuan.toml", ["own", "area"]), ("sichuan/bolong.toml", ["line"]), ("henan/jiyuan.toml", ["class"]),
    ("sichuan/wangcang.toml", ["own", "kind"])])
def test_the_tables_are_those_the_plan_asks_for_and_the_rest_stands_apart(sqlite_county: County, name: str, tables: list[str]) -> None:
    county = sqlite_county
    county.plan(name)
    made = Tables(county.session, JIA, WHOLE, county.home, EVER)
    (report,) = made.reports()
    assert [table.what for table in report.tables] == tables
    assert not set(tables) & {table.what for table in made.others([report])}


def test_the_day_of_reporting_is_the_plans(sqlite_county: County) -> None:
    sqlite_county.plan("henan/jiyuan.toml")
    (found,) = deadlines(sqlite_county.session, JIA, dt.date(2016, 3, 12))
    assert (found.due_on, found.late) == (dt.date(2016, 3, 10), 2)

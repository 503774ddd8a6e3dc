"""Every profile that is shipped keeps the rules: it loads, cites, dates, masks and names nobody."""

from __future__ import annotations

import csv
import gzip
import re
import shutil
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.app import load_plugins
from core.config import ROOT, Settings
from core.tenancy.commands import installed_grammar
from core.tenancy.grammar import CORE, RULES, Checked, Entry, Grammar, Profile, State
from core.tenancy.grammar.dates import due_day
from core.tenancy.grammar.masks import ACTIVE, MASKED, looks_masked
from core.tenancy.grammar.sections import ClauseSchema, DocumentSchema, TenantSchema
from core.tenancy.offline import check_file
from core.tenancy.stages import STAGES
from core.tenancy.values import VALUES

TENANTS = ROOT / "tenants"
GUIDE = (TENANTS / "README.md").read_text(encoding="utf-8")
FILES = sorted(path.relative_to(TENANTS).as_posix() for path in TENANTS.rglob("*.toml"))
#: where a masked print may be quoted: the words of the document, and our own remarks on it
QUOTING = {"text", "printed", "note"}
SEAT_KEYS = {"post", "count", "standing", "holder"}
#: keys under which a person could be named
PERSONAL = re.compile(r"person|member|surname|full_?name|phone|mobile|tel|email|wechat|qq|id_number")
#: a way to reach a person: the label with what follows it, or a long run of digits
REACHABLE = re.compile(r"联系人|联系电话|电话[:：]|手机号|邮箱|[Qq]{2}|账号|(?<![\d-])\d{7,}")
#: three days where the national base asks for five
SHORT_PUBLICITY = """[[value]]
code = "publicity.days"
name = "公示天数"
clause = "保障（四）"
value = 3
unit = "工作日"

"""
LOCALITIES = {
    "gansu/province.toml": ("62", "甘肃省"),
    "gansu/lingtai-shangliang-school.toml": ("620822106-S01", "上良中学"),
    "guangdong/province.toml": ("44", "广东省"),
    "guizhou/guiding.toml": ("522723", "贵定县"),
    "jiangxi/nanchang.toml": ("3601", "南昌市"),
    "anhui/dongzhi.toml": ("341721", "东至县"),
    "anhui/yuan.toml": ("341503", "裕安区"),
    "shaanxi/dali.toml": ("610523", "大荔县"),
    "henan/jiyuan.toml": ("419001", "济源市"),
    "sichuan/wusheng.toml": ("511622", "武胜县"),
    "sichuan/qingchuan.toml": ("510822", "青川县"),
    "sichuan/wangcang.toml": ("510821", "旺苍县"),
    "sichuan/bolong.toml": ("510603103", "柏隆镇"),
    "hubei/xuanen.toml": ("422825", "宣恩县"),
    "hubei/lichuan-tuanbao.toml": ("422802105", "团堡镇"),
    "xinjiang/turpan.toml": ("6504", "吐鲁番市"),
}


@cache
def known_grammar() -> Grammar:
    """The grammar with the sections of every installed plugin."""
    return installed_grammar(load_plugins(Settings.from_env()))


@cache
def checked(name: str) -> Checked:
    return check_file(TENANTS / name, known_grammar())


def profile(name: str) -> Profile:
    found = checked(name).profile
    assert found is not None, [problem.as_dict() for problem in checked(name).errors]
    return found


def entry(name: str, section: str, code: str) -> Entry:
    return next(entry for entry in profile(name).section(section) if entry.code == code)


@cache
def raw(name: str) -> dict[str, Any]:
    return tomllib.loads((TENANTS / name).read_text(encoding="utf-8"))


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a profile with the key it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, key)
    elif isinstance(value, str):
        yield key, value


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


@pytest.mark.parametrize("name", FILES)
def test_profile_loads_without_an_error(name: str) -> None:
    assert [problem.as_dict() for problem in checked(name).errors] == []
    assert profile(name).entries


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_a_clause_and_a_start(name: str) -> None:
    for found in profile(name).entries:
        assert found.clause or found.section == "programme", found.key
        assert found.valid_from or isinstance(found.value["from"], State), found.key


@pytest.mark.parametrize("name", FILES)
def test_every_clause_is_quoted_in_a_few_words(name: str) -> None:
    for clause in profile(name).clauses:
        assert 2 <= len(clause["text"]) <= 120, clause["id"]


@pytest.mark.parametrize("name", FILES)
def test_document_says_where_it_comes_from_and_how_its_start_was_read(name: str) -> None:
    document = profile(name).documents[0]
    assert document["title"] and document["source"]
    exact = document.get("date") == document["starts"]
    assert exact or "读法" in document["note"]


@pytest.mark.parametrize("name", FILES)
def test_no_masked_print_stands_as_a_bare_value(name: str) -> None:
    bare = [(key, text) for key, text in texts(raw(name)) if key not in QUOTING and looks_masked(text)]
    assert bare == []


@pytest.mark.parametrize("name", FILES)
def test_committee_seats_name_posts_and_offices_never_a_person(name: str) -> None:
    for committee in raw(name).get("committee", []):
        seats = committee["seats"]
        for seat in seats if isinstance(seats, list) else []:
            assert set(seat) <= SEAT_KEYS, committee["code"]
            assert {"post", "count"} <= set(seat), committee["code"]


@pytest.mark.parametrize("name", FILES)
def test_nothing_by_which_a_person_could_be_reached_is_shipped(name: str) -> None:
    assert [key for key in keys(raw(name)) if PERSONAL.search(key)] == []
    reachable = [text for key, text in texts(raw(name)) if key not in {"unit", "under"} and REACHABLE.search(text)]
    assert reachable == []


@pytest.mark.parametrize("name", FILES)
def test_plugins_used_are_programmes_of_the_national_base(name: str) -> None:
    programmes = {found.code for found in profile("national.toml").section("programme")}
    assert set(profile(name).plugins) <= programmes
    assert profile(name).plugins or name == "national.toml"


@pytest.mark.parametrize(("name", "place"), LOCALITIES.items())
def test_locality_of_a_source_plan_has_its_profile(name: str, place: tuple[str, str]) -> None:
    found = profile(name).place
    assert (found.unit, found.name) == place
    assert not found.fictitious
    assert "unit-unchecked" not in {problem.rule for problem in checked(name).problems}


def test_every_profile_is_of_a_known_locality_or_marked_as_made_up() -> None:
    others = {name for name in FILES if not profile(name).place.fictitious} - set(LOCALITIES)
    assert others == {"national.toml"}


def test_place_that_is_made_up_uses_codes_no_division_has_and_says_so() -> None:
    made_up = [profile(name) for name in FILES if profile(name).place.fictitious]
    assert len(made_up) == 3
    provinces: set[str] = set()
    for path in TENANTS.glob("*/divisions.csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            provinces |= {row["code"][:2] for row in csv.DictReader(file)}
    assert provinces
    for plan in made_up:
        assert plan.place.unit[:2] == "99" and "99" not in provinces
        assert plan.place.name.startswith("虚构")
        assert "虚构" in plan.documents[0]["note"]


def test_every_tenant_has_one_profile() -> None:
    units = [profile(name).place.unit for name in FILES]
    assert len(units) == len(set(units))


def test_national_base_lists_the_five_programmes() -> None:
    titles = {found.code: found.name for found in profile("national.toml").section("programme")}
    assert titles == {
        "education_aid": "学生资助",
        "pairing": "结对帮扶",
        "donations": "捐赠",
        "school_upgrades": "改薄提升",
        "vocational_training": "职业技能培训",
    }


def test_national_publicity_of_five_working_days_is_a_floor_still_to_be_verified() -> None:
    days = entry("national.toml", "value", "publicity.days")
    assert (days.mode, days.value["value"], days.value["unit"]) == ("floor", 5, "工作日")
    assert "待核实" in days.note


def test_province_tags_58_and_17_counties_without_guessing_which() -> None:
    tags = {found.code: found for found in profile("gansu/province.toml").section("tag")}
    poor, scattered = tags["poor-counties"], tags["scattered-poor-counties"]
    assert (poor.value["count"], scattered.value["count"]) == (58, 17)
    assert poor.value["count"] + scattered.value["count"] == 75
    assert all(isinstance(tag.value["units"], State) for tag in tags.values())


def reports(name: str) -> list[tuple[int, int]]:
    """The months and days by which the plan's reports are due, in order."""
    plan = profile(name)
    found = [due_day(report.value["due"], plan.starts, plan.starts.year) for report in plan.section("report")]
    return sorted((day.month, day.day) for day in found if day is not None)


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("sichuan/wangcang.toml", [(8, 20), *[(9, 30)] * 4, (10, 10)]),
        ("henan/jiyuan.toml", [(3, 10), (3, 10), (3, 20)]),
        ("jiangxi/nanchang.toml", [(4, 30), (4, 30)]),
        ("hubei/lichuan-tuanbao.toml", [(10, 10), (10, 25), (10, 30)]),
        ("hubei/xuanen.toml", [(10, 25)]),
        ("guangdong/province.toml", [(10, 21)]),
        ("fictitious/education-bureau-2018.toml", [(10, 20)]),
    ],
)
def test_reports_are_due_on_the_days_the_plan_prints(name: str, due: list[tuple[int, int]]) -> None:
    assert reports(name) == due


def test_money_raised_is_paid_out_by_the_day_the_plan_prints() -> None:
    assert entry("henan/jiyuan.toml", "milestone", "pay-out").value["due"] == "03-15"


def test_two_reports_due_the_same_day_go_to_two_receivers() -> None:
    receivers = {report.value["to"] for report in profile("jiangxi/nanchang.toml").section("report")}
    assert receivers == {"市教育局义教处", "市教育局学生资助中心"}


def test_nine_activities_each_have_their_responsible_units() -> None:
    activities = [duty for duty in profile("hubei/xuanen.toml").section("duty") if duty.value.get("area") == "九项活动"]
    assert len(activities) == 9
    assert all(duty.value["body"] for duty in activities)


def test_list_of_ten_is_printed_with_nine_items_and_the_lost_one_is_said() -> None:
    plan = profile("sichuan/wangcang.toml")
    assert len([duty for duty in plan.section("duty") if duty.value.get("area") == "“十个一”"]) == 9
    assert "第（一）项缺失" in plan.documents[0]["note"]


def test_villages_to_be_paired_add_up_to_the_412_households_printed() -> None:
    villages = entry("sichuan/wusheng.toml", "tag", "paired-villages")
    assert villages.value["count"] == 6
    assert sum(int(number) for number in re.findall(r"村(\d+)户", villages.name)) == 412


def test_campaign_is_dispatched_by_month_and_by_week() -> None:
    meetings = profile("anhui/dongzhi.toml").section("meeting")
    assert [(meeting.value["every"], meeting.value["by"]) for meeting in meetings] == [
        ("month", ["局主要负责同志"]),
        ("week", ["领导小组办公室"]),
    ]


@pytest.mark.clause("CO-029")
def test_only_masked_or_unsaid_report_days_stay_without_a_due_day() -> None:
    waiting = {
        name: report.state for name in FILES for report in profile(name).section("report") if report.state != ACTIVE
    }
    assert waiting == {"xinjiang/turpan.toml": MASKED, "sichuan/qingchuan.toml": "unspecified"}


def test_contact_system_asks_one_contact_of_every_unit_and_ships_none() -> None:
    contact = entry("guangdong/province.toml", "contact", "unit-contact")
    assert contact.value["per"] == "unit"
    assert contact.state == ACTIVE
    assert "named" not in contact.value


def test_county_that_prints_no_days_of_publicity_leaves_them_to_the_national_base() -> None:
    plan = profile("guizhou/guiding.toml")
    assert plan.section("value") == []
    assert "公示一项，未印天数" in plan.documents[0]["note"]


@pytest.mark.clause("CO-045")
def test_county_plan_reaches_bureau_station_and_school() -> None:
    groups = {group.code: group for group in profile("guizhou/guiding.toml").section("committee")}
    assert groups["leading-group"].value["office"] == "县教育局基教科"
    assert groups["station-groups"].value["office"] == "各教育指导站、学校"
    bodies = [body for duty in profile("guizhou/guiding.toml").section("duty") for body in duty.value["body"]]
    assert {"县教育局基教科", "县学生资助管理办", "各教育指导站", "各学校"} <= set(bodies)


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Any]:
    """The real county profile with one passage written otherwise, in a copy of its surroundings."""
    folder = tmp_path / "tenants" / "guizhou"
    folder.mkdir(parents=True)
    shutil.copy(TENANTS / "national.toml", folder.parent)
    shutil.copy(TENANTS / "guizhou" / "divisions.csv.gz", folder)
    text = (TENANTS / "guizhou" / "guiding.toml").read_text(encoding="utf-8")

    def check(old: str, new: str) -> list[tuple[str, str, str, str, int]]:
        assert old in text
        path = folder / "guiding.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        outcome = check_file(path, known_grammar())
        assert outcome.profile is None
        return [(Path(fault.file).name, fault.key, fault.clause, fault.rule, fault.line) for fault in outcome.errors]

    yield check


@pytest.mark.parametrize(
    ("old", "new", "key", "clause", "rule"),
    [
        (
            'number = { state = "unspecified", printed = "（贵党发[20xx]33号）文件精神" }',
            'number = "贵党发[20xx]33号"',
            "document[1].number",
            "",
            "bare-mask",
        ),
        (
            'from = { state = "masked", printed = "从20xx年起" }',
            'from = "从20xx年起"',
            "phase[standing].from",
            "总则",
            "bare-mask",
        ),
        (
            'code = "education_aid"\nclause = "措施（一）"\n',
            'code = "education_aid"\n',
            "plugin[education_aid]",
            "",
            "no-clause",
        ),
        (
            'clause = "保障（三）"\nbody',
            'clause = "保障（九）"\nbody',
            "duty[publicise].clause",
            "保障（九）",
            "clause-not-listed",
        ),
        ('name = "贵定县"', 'name = "福泉市"', "tenant.name", "", "unit-name"),
        ('unit = "522723"', 'unit = "522799"', "tenant.unit", "", "unit-unknown"),
        (
            'post = "组长", count = 1,',
            'post = "组长", count = 1, person = "测试甲",',
            "committee[leading-group].seats[1].person",
            "保障（一）",
            "unknown-key",
        ),
        (
            'code = "primary"\nlabel = "普通小学"',
            'code = "village-primary"\nlabel = "普通小学"',
            "stage[普通小学].code",
            "措施（一）2",
            "unknown-stage",
        ),
        (
            '[[committee]]\ncode = "station-groups"',
            SHORT_PUBLICITY + '[[committee]]\ncode = "station-groups"',
            "value[publicity.days]",
            "保障（四）",
            "layer-floor",
        ),
        ('code = "donations"\n', 'code = "lottery"\n', "plugin[lottery]", "措施（四）2", "plugin-unknown"),
    ],
)
def test_broken_profile_is_refused_with_file_line_key_clause_and_rule(
    broken: Any, old: str, new: str, key: str, clause: str, rule: str
) -> None:
    *first, line = broken(old, new)[0]
    assert first == ["guiding.toml", key, clause, rule]
    assert line > 1


def test_guide_explains_every_rule_and_no_other() -> None:
    table = GUIDE.split("## 报错对照表")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(RULES)


def test_guide_names_every_section_and_every_key() -> None:
    schemas: dict[str, Any] = {spec.section: spec.schema for spec in CORE}
    schemas |= {"tenant": TenantSchema, "document": DocumentSchema, "clause": ClauseSchema}
    for section, schema in schemas.items():
        heading = f"### `[{section}]`" if section == "tenant" else f"### `[[{section}]]`"
        assert heading in GUIDE, section
        part = GUIDE.split(heading)[1].split("\n### ")[0].split("\n## ")[0]
        fields = {field.data_key or name for name, field in schema().fields.items()}
        assert {key for key in fields if f"`{key}`" not in part} == set(), section


def test_guide_lists_every_registered_value_and_stage() -> None:
    assert [code for code in [*VALUES, *STAGES] if f"`{code}`" not in GUIDE] == []


def test_worked_example_of_the_guide_has_no_error_and_the_open_questions_it_says(tmp_path: Path) -> None:
    shutil.copy(TENANTS / "national.toml", tmp_path)
    (tmp_path / "example.toml").write_text(GUIDE.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    outcome = check_file(tmp_path / "example.toml", known_grammar())
    assert outcome.errors == []
    assert outcome.profile is not None
    asked = [(question.section, question.key) for question in outcome.profile.questions]
    assert asked == [("milestone", "due"), ("committee", "seats[3].count"), ("tag", "units")]

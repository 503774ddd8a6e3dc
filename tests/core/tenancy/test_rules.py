"""Every rule of the grammar refuses its own fault, naming file, line, key, clause and rule in Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from core.host.contract import SectionSpec
from core.tenancy.grammar import RULES, Amount, Checked, EntrySchema, Grammar, Layer, check, grammar
from core.tenancy.grammar.apportionment import VOLUNTARY
from core.tenancy.grammar.problems import ProfileRefused
from core.tenancy.grammar.tables import WARNINGS
from tests.factories.tenancy import KNOWN, days, profile_text

CHINESE = re.compile("[\u4e00-\u9fff]")


class CampaignSchema(EntrySchema):
    """A section of a plugin for giving."""

    refused = VOLUNTARY
    target = Amount()


CAMPAIGN = SectionSpec("donations.campaign", "捐赠活动", CampaignSchema)
PLUGINS = {"donations": (), "pairing": ("donations",)}
PROGRAMMES = {"donations": "社会捐赠", "pairing": "结对帮扶", "education_aid": "学生资助"}
WITH_PLUGINS = grammar([CAMPAIGN], PLUGINS, PROGRAMMES)

PHASE = '\n[[phase]]\ncode = "{code}"\nname = "{code}"\nclause = "一"\nfrom = {start}\nto = {end}\n'
VALUE = '\n[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nvalue = 5\nunit = "工作日"\n'
DUTY = '\n[[duty]]\ncode = "d"\nname = "任务"\nclause = "一"\n'
DONATIONS = '\n[[plugin]]\ncode = "donations"\nclause = "一"\n'
MILESTONE = '\n[[milestone]]\ncode = "{code}"\nname = "{code}"\nclause = "一"\ndue = {due}\n'
COMMITTEE = '\n[[committee]]\ncode = "lg"\nname = "领导小组"\nclause = "一"\n'


def phase(code: str, start: str, end: str) -> str:
    return PHASE.format(code=code, start=start, end=end)


@dataclass(frozen=True)
class Case:
    """A fault: the text, and what the problem must say."""

    rule: str
    text: str
    key: str
    marker: str
    clause: str = "一"
    says: str = ""
    layers: tuple[Layer, ...] = ()
    known: Grammar = WITH_PLUGINS


def upper(mode: str, number: int = 5, unit: str = "工作日") -> tuple[Layer, ...]:
    """The plan of 测试省 with the days of publicity in a mode."""
    text = profile_text(days(number, mode, unit), unit="99", name="测试省")
    profile = check(text, "province.toml", grammar()).profile
    assert profile is not None
    return (Layer("99", "测试省", profile.entries),)


CASES = [
    Case("encoding", "", "", "", "", says="UTF-8"),
    Case("syntax", profile_text() + "oops\n", "clause", "oops", "", says="TOML"),
    Case("schema-version", profile_text().replace("schema = 1", "schema = 2"), "schema", "schema = 2", ""),
    Case("duplicate-key", profile_text(VALUE + 'name = "再"\n'), "value[1].name", 'name = "再"', says="重复"),
    Case("unknown-key", profile_text(VALUE + "vaule = 5\n"), "value[publicity.days].vaule", "vaule", says="vaule"),
    Case("missing-key", profile_text(VALUE.replace("value = 5\n", "")), "value[publicity.days].value", "[[value]]",
         says="缺少"),
    Case("wrong-type", profile_text(VALUE + 'mode = "loose"\n'), "value[publicity.days].mode", "mode", says="loose"),
    Case("bare-mask", profile_text(VALUE.replace("= 5", '= "20xx元"')), "value[publicity.days].value", "20xx元",
         says='printed = "20xx元"'),
    Case("unknown-state", profile_text(VALUE.replace("= 5", '= { state = "hidden", printed = "x" }')),
         "value[publicity.days].value.state", "hidden", says="hidden"),
    Case("state-not-allowed", profile_text(VALUE.replace('clause = "一"', 'clause = { state = "pending", printed = "x" }')),
         "value[publicity.days].clause", "pending", "", says="条款"),
    Case("impossible-date", profile_text(VALUE + "from = 2016-02-30\n"), "value.from", "2016-02-30", says="2016-02-30"),
    Case("date-order", profile_text(VALUE + "from = 2018-01-01\nto = 2017-01-01\n"), "value[publicity.days].from",
         "from = 2018", says="晚于"),
    Case("starts-note", profile_text().replace("starts =", 'date = { state = "masked", printed = "20xx年" }\nstarts ='),
         "document[1]", "[[document]]", "", says="note"),
    Case("duplicate-code", profile_text(VALUE, VALUE), "value[publicity.days]", "", says="publicity.days"),
    Case("no-clause", profile_text(DUTY.replace('clause = "一"\n', 'body = "基教科"\n')), "duty[d]", "[[duty]]", ""),
    Case("amount-without-clause", profile_text(VALUE.replace('clause = "一"\n', "")), "value[publicity.days]",
         "[[value]]", ""),
    Case("clause-not-listed", profile_text(VALUE.replace('"一"', '"二"')), "value[publicity.days].clause", '"二"', "二",
         says="二"),
    Case("document-not-listed", profile_text('\n[[clause]]\nid = "三"\ntext = "文"\ndocument = "别的"\n'),
         "clause[三].document", "别的", "三", says="别的"),
    Case("unit-unknown", profile_text(unit="990199"), "tenant.unit", "990199", "", says="990199"),
    Case("unit-name", profile_text(name="乙县"), "tenant.name", "乙县", "", says="甲县"),
    Case("unit-place", profile_text(unit="9901-S01", name="某中学", place='kind = "school"\n'), "tenant.under",
         "[tenant]", "", says="under"),
    Case("unit-unchecked", profile_text(), "tenant.unit", "unit =", ""),
    Case("programme-not-national", profile_text('\n[[programme]]\ncode = "x"\ntitle = "项目"\n'), "programme[x]",
         "[[programme]]", "", says="全国"),
    Case("plugin-unknown", profile_text('\n[[plugin]]\ncode = "space"\nclause = "一"\n'), "plugin[space]", "space",
         says="space"),
    Case("plugin-not-installed", profile_text('\n[[plugin]]\ncode = "education_aid"\nclause = "一"\n'),
         "plugin[education_aid]", "education_aid", says="待安装"),
    Case("plugin-requires", profile_text('\n[[plugin]]\ncode = "pairing"\nclause = "一"\n'), "plugin[pairing]",
         "pairing", says="donations"),
    Case("plugin-not-used", profile_text('\n[[donations.campaign]]\ncode = "c"\nname = "募捐"\nclause = "一"\n'),
         "donations.campaign[c]", "[[donations.campaign]]", says="donations"),
    Case("unknown-stage", profile_text('\n[[stage]]\ncode = "wanxiao"\nlabel = "完小"\nclause = "一"\n'),
         "stage[完小].code", "wanxiao", says="wanxiao"),
    Case("phase-overlap", profile_text(phase("p1", "2020-03-15", "2020-03-28"), phase("p2", "2020-03-28", "2020-06-15")),
         "phase[p2].from", "from = 2020-03-28", says="重叠"),
    Case("phase-gap", profile_text(phase("p1", "2020-03-15", "2020-03-26"), phase("p2", "2020-03-28", "2020-06-15")),
         "phase[p2].from", "from = 2020-03-28", says="2020-03-27"),
    Case("phase-precision", profile_text(phase("p1", "2015-04-02", "2015-04-30") + 'precision = "month"\n'),
         "phase[p1].precision", "precision", says="月初"),
    Case("milestone-order", profile_text(MILESTONE.format(code="m1", due="2018-01-01"),
                                         MILESTONE.format(code="m2", due="2017-01-01")),
         "milestone[m2].due", "due = 2017", says="m1"),
    Case("report-due-masked", profile_text('\n[[report]]\ncode = "r"\nname = "总结"\nclause = "一"\nby = "学校"\nto = "局"\n'
                                           'due = { state = "masked", printed = "__月2日" }\n'),
         "report[r].due", "due =", says="__月2日"),
    Case("duty-without-body", profile_text(DUTY), "duty[d].body", "[[duty]]", says="缺口"),
    Case("committee-seats", profile_text(COMMITTEE + 'seats = [{ post = "副组长", count = 1, standing = 2 }]\n'),
         "committee[lg].seats[1].standing", "seats", says="常务"),
    Case("committee-total", profile_text(COMMITTEE + 'seats = [{ post = "组长" }]\ntotal = 14\n'), "committee[lg].total",
         "total", says="14"),
    Case("tag-count", profile_text('\n[[tag]]\ncode = "t"\nname = "片区县"\nclause = "一"\nunits = ["990101"]\ncount = 2\n'),
         "tag[t].units", "units", says="2 个"),
    Case("unknown-value", profile_text(VALUE.replace("publicity.days", "rate")), "value[rate].code", 'code = "rate"',
         says="没有登记"),
    Case("value-unit", profile_text(VALUE.replace("工作日", "元")), "value[publicity.days].unit", "元", says="工作日"),
    Case("layer-fixed", profile_text(days(7)), "value[publicity.days]", "[[value]]", says="固定", layers=upper("fixed")),
    Case("layer-floor", profile_text(days(3)), "value[publicity.days]", "[[value]]", says="下限 5", layers=upper("floor")),
    Case("layer-ceiling", profile_text(days(9)), "value[publicity.days]", "[[value]]", says="上限 5",
         layers=upper("ceiling")),
    Case("layer-unit", profile_text(days(9, unit="自然日")), "value[publicity.days]", "[[value]]", says="自然日",
         layers=upper("floor")),
    Case("apportionment", profile_text(DONATIONS, '\n[[donations.campaign]]\ncode = "c"\nname = "募捐"\nclause = "一"\n'
                                                  'per_head = "100.00"\n'),
         "donations.campaign[c].per_head", "per_head", says="公益事业捐赠法"),
]


def outcome(case: Case) -> Checked:
    if case.rule == "encoding":
        return check(b"\xb7\xbd\xb0\xb8", "甲县.toml", case.known, directory=KNOWN)
    directory = None if case.rule == "unit-unchecked" else KNOWN
    return check(case.text, "甲县.toml", case.known, directory=directory, layers=case.layers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_each_fault_is_named_with_file_line_key_clause_rule_and_reason(case: Case) -> None:
    found = outcome(case)
    problem = next(problem for problem in found.problems if problem.rule == case.rule)
    assert problem.file == "甲县.toml"
    assert problem.key == case.key
    assert problem.clause == case.clause
    assert case.says in problem.message
    assert CHINESE.search(problem.message)
    if case.marker:
        assert case.marker in case.text.split("\n")[problem.line - 1]
    if case.rule in WARNINGS:
        assert problem.severity == "warning"
        assert found.profile is not None
    else:
        assert problem.severity == "error"
        assert found.profile is None
        assert found.errors


def test_every_rule_has_its_case() -> None:
    assert {case.rule for case in CASES} == set(RULES)


def test_apportionment_names_the_key_whatever_its_form() -> None:
    for key in ("per_head", "per_unit", "per_person", "quota", "minimum", "ranking"):
        text = profile_text(DONATIONS, f'\n[[donations.campaign]]\ncode = "c"\nname = "募捐"\nclause = "一"\n{key} = 1\n')
        problem = check(text, "f", WITH_PLUGINS, directory=KNOWN).errors[0]
        assert (problem.rule, problem.clause) == ("apportionment", "一"), key


def test_the_shape_of_a_problem_is_the_shape_of_the_json() -> None:
    problem = outcome(CASES[1]).problems[0]
    assert set(problem.as_dict()) == {"file", "line", "key", "clause", "rule", "message", "severity"}
    refused = ProfileRefused(list(outcome(CASES[1]).problems))
    assert "第" in refused.text
    assert refused.problems


def test_a_plain_profile_has_no_problem() -> None:
    found = check(profile_text(VALUE), "甲县.toml", WITH_PLUGINS, directory=KNOWN)
    assert found.problems == []
    assert found.profile is not None
    assert found.profile.section("value")[0].value["value"] == 5

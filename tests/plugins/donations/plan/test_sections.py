"""What a plan may say of giving, what is refused with file, line, key, clause and law, and what stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from core.app import load_plugins
from core.cli import main
from core.config import ROOT, Settings
from core.tenancy.commands import installed_grammar
from core.tenancy.grammar import Checked, Entry, check, grammar
from core.tenancy.grammar.masks import State, plain
from core.tenancy.offline import check_file
from plugins.donations.plan import SECTIONS
from plugins.donations.plan.schemas import REFUSED
from plugins.donations.rules.voluntary import apportioned
from tests.factories.tenancy import KNOWN, profile_text

PLUGIN = '\n[[plugin]]\ncode = "donations"\nclause = "一"\n'
WITH = grammar(SECTIONS, {"donations": ()})
CAMPAIGN = '\n[[donations.campaign]]\ncode = "c"\nname = "募捐"\nclause = "一"\n'
THRESHOLD = ('\n[[donations.threshold]]\ncode = "{code}"\nname = "段{code}"\nclause = "一"\ndonor = "unit"\namount = "{amount}"\n'
             'comparator = "gte"\nhonour = "证书"\n')
ROUTE = '\n[[donations.route]]\ncode = "r"\nname = "去向"\nclause = "一"\n'


def checked(*sections: str) -> Checked:
    return check(profile_text(PLUGIN, *sections), "甲县.toml", WITH, directory=KNOWN)


@pytest.mark.clause("DN-006", "DN-015", "DN-031")
@pytest.mark.parametrize("key", sorted(REFUSED))
@pytest.mark.parametrize("section", [spec.section for spec in SECTIONS])
def test_no_section_takes_a_quota_a_target_or_a_list_of_who_has_not_given(section: str, key: str) -> None:
    found = checked(f'\n[[{section}]]\ncode = "x"\nname = "名"\nclause = "一"\n{key} = 100\n')
    problem = next(problem for problem in found.problems if problem.rule == "apportionment")
    assert (problem.file, problem.clause, problem.key) == ("甲县.toml", "一", f"{section}[x].{key}")
    assert "公益事业捐赠法" in problem.message
    assert problem.line > 1
    assert found.profile is None


@pytest.mark.parametrize("words", [
    "扶贫捐款，每人100元", "按在职人数每名职工捐款２００元", "人均不少于五十元", "科级干部不少于500元", "每户10元", "捐款任务数",
    "未捐人员名单", "捐款排名通报"])
def test_words_that_ask_a_sum_of_each_are_found(words: str) -> None:
    assert apportioned(words)
    found = checked(CAMPAIGN.replace("募捐", words))
    assert [(one.rule, one.key) for one in found.errors] == [("apportionment", "donations.campaign[c].name")]


@pytest.mark.parametrize("words", [
    "自愿捐赠，不得下达捐款指标", "禁止每人100元之类的摊派", "超过5万元的单位颁发证书", "每人一份爱心包", "教育扶贫日捐款"])
def test_words_that_forbid_it_or_speak_of_honours_are_let_pass(words: str) -> None:
    assert apportioned(words) == ""


@pytest.mark.clause("DN-006")
def test_the_command_refuses_a_hundred_of_each_with_the_clause_and_the_law(tmp_path: Path) -> None:
    text = (ROOT / "tenants" / "guizhou" / "guiding.toml").read_text(encoding="utf-8")
    path = tmp_path / "guiding.toml"
    path.write_text(text.replace('name = "教育扶贫日捐款"', 'name = "教育扶贫日捐款，每人100元"'), encoding="utf-8")
    answer = CliRunner().invoke(main, ["plan", "check", "--offline", str(path)])
    assert answer.exit_code == 1
    (line,) = [line for line in answer.output.splitlines() if "apportionment" in line]
    for part in ("guiding.toml:", "donations.campaign[education-day].name", "条款 措施（四）2", "公益事业捐赠法"):
        assert part in line, part


@pytest.mark.clause("DN-016")
def test_a_share_for_the_work_itself_is_refused() -> None:
    cost = '\n[[donations.cost]]\ncode = "w"\nname = "经费"\nclause = "一"\nshare = {share}\n'
    assert checked(cost.format(share=0)).problems == []
    assert [one.rule for one in checked(cost.format(share=5)).errors] == ["management-cost"]


@pytest.mark.clause("DN-043")
def test_public_fund_raising_by_an_office_is_refused_in_the_plan_already() -> None:
    assert [one.rule for one in checked(CAMPAIGN + 'kind = "public"\nholder_kind = "office"\n').errors] == ["donations-holder"]
    assert checked(CAMPAIGN + 'kind = "public"\nholder_kind = "charity"\n').problems == []


@pytest.mark.parametrize(("sections", "rules"), [
    ((THRESHOLD.format(code="a", amount="1000") + 'below = "5000"\n', THRESHOLD.format(code="b", amount="5000")), []),
    ((THRESHOLD.format(code="a", amount="1000") + 'below = "6000"\n', THRESHOLD.format(code="b", amount="5000")), ["donations-band"]),
    ((THRESHOLD.format(code="a", amount="1000"), THRESHOLD.format(code="b", amount="5000")), ["donations-band"]),
    ((THRESHOLD.format(code="a", amount="1000") + 'below = "1000"\n',), ["donations-band"]),
])
def test_bands_of_one_kind_of_donor_do_not_overlap(sections: tuple[str, ...], rules: list[str]) -> None:
    assert [one.rule for one in checked(*sections).errors] == rules


@pytest.mark.parametrize(("hops", "rules"), [
    ('[{ account = "a", title = "甲" }, { account = "b", title = "乙" }]', []),
    ('[{ account = "a", title = "甲" }, { account = "a", title = "乙" }]', ["donations-route"]),
    ("[]", ["donations-route"]),
    ('{ state = "unspecified", printed = "按规定" }', []),
])
def test_a_route_passes_through_accounts_once_each(hops: str, rules: list[str]) -> None:
    assert [one.rule for one in checked(ROUTE + f"hops = {hops}\n").errors] == rules


def test_an_unknown_use_is_named_with_those_that_are_known() -> None:
    (problem,) = checked(CAMPAIGN + 'uses = ["banquet"]\n').errors
    assert (problem.rule, problem.key) == ("donations-use", "donations.campaign[c].uses")
    assert "study" in problem.message


def test_what_the_print_masks_stays_masked_and_is_an_open_question() -> None:
    masked = '\n[[donations.statistics]]\ncode = "s"\nname = "统计"\nclause = "一"\nsince = { state = "masked", printed = "20xx年以来" }\n'
    profile = checked(masked).profile
    assert profile is not None
    assert [(one.section, one.key, one.state, one.printed) for one in profile.questions] == [
        ("donations.statistics", "since", "masked", "20xx年以来")]
    assert isinstance(profile.section("donations.statistics")[0].value["since"], State)


def test_every_section_reads_as_a_sentence() -> None:
    described = {spec.section: spec.describe for spec in SECTIONS}
    seen: dict[str, str] = {}
    for name in ("sichuan/qingchuan", "guangdong/province", "anhui/yuan", "henan/jiyuan", "guizhou/guiding", "sichuan/wangcang"):
        for entry in installed(name):
            describe = described.get(entry.section)
            if describe is not None:
                seen[entry.section] = describe(plain(entry.value))
    assert set(seen) == set(described)
    assert seen["donations.threshold"].endswith("5000.00 元：捐赠证书，由县人民政府颁发")
    assert seen["donations.cost"] == "捐赠款中列支工作经费 0，由各级财政承担"
    assert seen["donations.library"] == "2571 个村，每村 1—2 个"
    assert seen["donations.clock"] == "项目结束后 30 个工作日内公示"
    assert all(seen.values())


def installed(name: str) -> list[Entry]:
    """The entries of a shipped plan about giving."""
    whole = installed_grammar(load_plugins(Settings.from_env()))
    profile = check_file(ROOT / "tenants" / f"{name}.toml", whole).profile
    assert profile is not None
    return [entry for entry in profile.entries if entry.section.startswith("donations.")]

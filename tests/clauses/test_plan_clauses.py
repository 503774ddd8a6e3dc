"""The clauses that a published plan carries as data, proven on the profiles as they are shipped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from core.app import load_plugins
from core.config import ROOT, Settings
from core.tenancy.commands import installed_grammar
from core.tenancy.grammar.checker import check
from core.tenancy.grammar.checks import phases
from core.tenancy.grammar.dates import due_day, inclusive_days, inclusive_months, phase_on
from core.tenancy.grammar.masks import ACTIVE, MASKED, State, plain
from core.tenancy.grammar.profile import Checked, Entry, Profile
from core.tenancy.grammar.registry import Grammar

TENANTS = ROOT / "tenants"
HUNDRED_DAYS = "anhui/dongzhi.toml"
FOUR_PHASES = "jiangxi/nanchang.toml"
PROVINCE = "gansu/province.toml"
MASKED_REPORT = "xinjiang/turpan.toml"


@cache
def grammar() -> Grammar:
    """What core and the installed plugins understand of a plan."""
    return installed_grammar(load_plugins(Settings.from_env()))


@cache
def checked(name: str) -> Checked:
    """A shipped profile, checked by its text alone."""
    path = TENANTS / name
    return check(path.read_bytes(), name, grammar())


def profile(name: str) -> Profile:
    found = checked(name).profile
    assert found is not None, checked(name).errors
    return found


def entry(name: str, section: str, code: str) -> Entry:
    return next(entry for entry in profile(name).section(section) if entry.code == code)


def changed(name: str, old: str, new: str) -> Checked:
    """The profile with one passage written otherwise."""
    text = (TENANTS / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old} stands {text.count(old)} times"
    return check(text.replace(old, new), name, grammar())


def named_phases(name: str) -> list[dict[str, Any]]:
    return [{**entry.value, "key": entry.key, "name": entry.name} for entry in profile(name).section("phase")]


def seats(entry: Entry) -> list[tuple[str, int, int]]:
    return [(seat["post"], seat["count"], seat["standing"]) for seat in entry.value["seats"]]


def length(phase: Mapping[str, Any]) -> int:
    return inclusive_days(phase["from"], phase["to"])


@pytest.mark.clause("CO-001")
def test_leading_group_has_1_head_8_deputies_of_whom_1_standing_and_5_members() -> None:
    group = entry(HUNDRED_DAYS, "committee", "leading-group")
    assert seats(group) == [("组长", 1, 0), ("副组长", 8, 1), ("成员", 5, 0)]
    assert sum(count for _, count, _ in seats(group)) == group.value["total"] == 14


@pytest.mark.clause("CO-001")
def test_working_group_promised_but_not_printed_is_an_open_question() -> None:
    group = entry(HUNDRED_DAYS, "committee", "working-group")
    assert group.state != ACTIVE
    assert any(q.code == "working-group" and q.printed for q in profile(HUNDRED_DAYS).questions)


@pytest.mark.clause("CO-001")
def test_leading_group_whose_seats_do_not_make_its_total_is_refused() -> None:
    faults = changed(HUNDRED_DAYS, 'post = "成员", count = 5', 'post = "成员", count = 4').errors
    assert [fault.rule for fault in faults] == ["committee-total"]


@pytest.mark.clause("CO-002")
def test_office_of_the_leading_group_sits_in_the_aid_centre() -> None:
    assert entry(HUNDRED_DAYS, "committee", "leading-group").value["office"] == "县学生资助中心"


@pytest.mark.clause("CO-003")
def test_province_plan_gives_a_duty_to_each_of_the_five_levels() -> None:
    levels = [entry.value["level"] for entry in profile(PROVINCE).section("duty") if entry.code.startswith("level-")]
    assert levels == ["province", "city", "county", "school", "person"]


@pytest.mark.clause("CO-004")
def test_campaign_of_about_100_days_lasts_the_103_days_of_its_dates() -> None:
    found = named_phases(HUNDRED_DAYS)
    first, last = found[0]["from"], found[-1]["to"]
    assert (first, last) == (dt.date(2020, 3, 15), dt.date(2020, 6, 25))
    assert inclusive_days(first, last) == 103


@pytest.mark.clause("CO-005")
def test_three_phases_of_13_80_and_10_days_make_the_103() -> None:
    assert [length(phase) for phase in named_phases(HUNDRED_DAYS)] == [13, 80, 10]
    assert phases(named_phases(HUNDRED_DAYS)) == []


@pytest.mark.clause("CO-005")
@pytest.mark.parametrize(
    ("day", "number"),
    [("2020-03-27", 0), ("2020-03-28", 1), ("2020-06-15", 1), ("2020-06-16", 2), ("2020-06-25", 2)],
)
def test_day_on_the_edge_of_a_phase_belongs_to_one_phase(day: str, number: int) -> None:
    found = named_phases(HUNDRED_DAYS)
    assert phase_on(found, dt.date.fromisoformat(day)) is found[number]


@pytest.mark.clause("CO-005")
@pytest.mark.parametrize(("start", "rule"), [("2020-03-29", "phase-gap"), ("2020-03-27", "phase-overlap")])
def test_gap_and_overlap_between_phases_are_refused(start: str, rule: str) -> None:
    faults = changed(HUNDRED_DAYS, "from = 2020-03-28", f"from = {start}").errors
    assert [fault.rule for fault in faults] == [rule]


@pytest.mark.clause("CO-010")
def test_four_phases_by_month_run_from_april_to_december_without_a_gap() -> None:
    found = named_phases(FOUR_PHASES)
    months = [(phase["from"].month, phase["to"].month) for phase in found]
    assert months == [(4, 4), (5, 5), (6, 7), (8, 12)]
    assert {phase["precision"] for phase in found} == {"month"}
    assert inclusive_months(found[0]["from"], found[-1]["to"]) == 9
    assert phases(found) == []


@pytest.mark.clause("CO-011")
def test_three_year_plan_has_milestones_after_12_24_and_36_months() -> None:
    plan = profile(FOUR_PHASES)
    start = plan.starts
    due = [due_day(entry.value["due"], start, start.year) for entry in plan.section("milestone")]
    assert start.year == 2015
    assert due == [start.replace(year=year) for year in (2016, 2017, 2018)]


@pytest.mark.clause("CO-020")
def test_tasks_are_split_between_four_departments_each_with_its_list() -> None:
    bodies = [entry.value["body"] for entry in profile(PROVINCE).section("duty") if "-department" in entry.code]
    assert bodies == [["省教育厅"], ["省发改委"], ["省财政厅"], ["省编办", "省人社厅"]]


@pytest.mark.clause("CO-020")
def test_task_with_no_department_is_listed_as_a_gap() -> None:
    gaps = changed(PROVINCE, 'body = "省发改委"\n', "").problems
    assert [gap.rule for gap in gaps if gap.key.startswith("duty[development-department]")] == ["duty-without-body"]


@pytest.mark.clause("CO-021")
def test_targets_whose_years_are_masked_are_inactive_and_have_no_due_day() -> None:
    milestones = profile(PROVINCE).section("milestone")
    targets = [entry for entry in milestones if isinstance(entry.value["due"], State)]
    for stage in ("学前教育", "义务教育", "职业教育"):
        assert len([entry for entry in targets if entry.clause == f"四（{stage}）"]) in (2, 3)
    assert {entry.state for entry in targets} == {MASKED}
    assert {due_day(plain(entry.value["due"]), profile(PROVINCE).starts, 2017) for entry in targets} == {None}


@pytest.mark.clause("CO-021")
def test_target_becomes_due_on_the_last_day_of_the_year_once_the_year_is_set() -> None:
    mask = 'due = { state = "masked", printed = "xx年" }'
    known = changed(PROVINCE, mask, "due = 2017").profile
    assert known is not None
    target = next(entry for entry in known.section("milestone") if entry.code == "preschool-old-tibetan")
    assert target.state == ACTIVE
    assert due_day(target.value["due"], known.starts, 2017) == dt.date(2017, 12, 31)


@pytest.mark.clause("CO-029")
def test_report_whose_month_is_masked_loads_with_a_warning_and_no_due_day() -> None:
    report = entry(MASKED_REPORT, "report", "summary")
    assert report.state == MASKED
    warnings = [problem for problem in checked(MASKED_REPORT).problems if problem.rule == "report-due-masked"]
    assert [warning.severity for warning in warnings] == ["warning"]
    assert due_day(plain(report.value["due"]), profile(MASKED_REPORT).starts, 2013) is None


@pytest.mark.clause("CO-029")
def test_masked_month_written_as_a_bare_text_is_refused() -> None:
    faults = changed(MASKED_REPORT, 'due = { state = "masked", printed = "__月2日前" }', 'due = "__月2日前"').errors
    assert [(fault.rule, bool(fault.line), fault.clause) for fault in faults] == [("bare-mask", True, "四（三）")]


def labels(found: Sequence[Entry]) -> dict[str, str]:
    return {str(entry.value["label"]): str(entry.value["code"]) for entry in found}


MINIMAL = """schema = 1
[tenant]
unit = "360100"
name = "南昌市"
[[document]]
title = "方案"
starts = 2015-04-01
[[clause]]
id = "一"
text = "学段"
[[stage]]
code = "{code}"
label = "{label}"
clause = "一"
"""


@pytest.mark.clause("CO-049")
def test_the_plans_own_word_for_a_stage_is_read_as_the_shared_stage() -> None:
    found = check(MINIMAL.format(code="primary", label="完小"), "plan.toml", grammar()).profile
    assert found is not None
    assert labels(found.section("stage")) == {"完小": "primary"}


@pytest.mark.clause("CO-049")
def test_stage_that_is_not_among_the_shared_ones_is_refused() -> None:
    faults = check(MINIMAL.format(code="complete-primary", label="完小"), "plan.toml", grammar()).errors
    assert [(fault.rule, fault.key) for fault in faults] == [("unknown-stage", "stage[完小].code")]

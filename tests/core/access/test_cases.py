"""The case file: what the rules must go on answering."""

from __future__ import annotations

import pytest

from core.access.cases import Case, failures, platform_cases, read_cases
from core.access.engine import RuleSet
from core.access.rules import Line
from tests.factories.access import make_catalogue

ACTIONS = ["aid:award:read", "aid:award:approve", "aid:gift:approve"]
ROW = """
[[case]]
because = "一"
roles = ["clerk", "teacher"]
actions = ["aid:*:approve"]
apart_from = ["aid:gift:*"]
facts = ["is_own"]
expect = "deny"
"""


def test_a_row_is_a_case_for_each_role_and_action() -> None:
    clerk, teacher = read_cases(ROW)
    assert clerk == Case("clerk", "aid:*:approve", "deny", "一", frozenset({"is_own"}), "", ("aid:gift:*",))
    assert teacher.role == "teacher"
    assert [action for action in ACTIONS if clerk.means(action)] == ["aid:award:approve"]


@pytest.mark.parametrize("wrong", ['facts = ["is_mine"]', 'expect = "Deny"', 'colour = "red"'])
def test_a_wrong_row_is_refused(wrong: str) -> None:
    name = wrong.split(" ")[0]
    text = "\n".join(line for line in ROW.splitlines() if not line.startswith(name)) + "\n" + wrong
    with pytest.raises((ValueError, TypeError)):
        read_cases(text)


def test_a_denial_must_hold_wherever_a_line_begins() -> None:
    case = Case("clerk", "aid:award:approve", "deny", "一")
    assert failures(RuleSet(1, []), [case], ACTIONS) == []
    county = RuleSet(1, [Line("clerk", "00/52/", "aid.award", "approve")])
    failure = failures(county, [case], ACTIONS)[0]
    assert failure.path == "00/52/"
    assert failure.sentence == ("clerk 在 00/52/ 对 aid:award:approve 被允许（p, clerk, 00/52/, aid.award, approve, -, allow），"
                                "违反 一")


def test_a_permission_must_hold_by_the_defaults_and_a_county_may_narrow_it() -> None:
    case = Case("clerk", "aid:award:read", "allow", "一")
    narrowed = RuleSet(1, [Line("clerk", "", "aid.award", "read"), Line("clerk", "00/52/", "aid.award", "read", "", "deny")])
    assert failures(narrowed, [case], ACTIONS) == []
    assert "各处" in failures(RuleSet(1, []), [case], ACTIONS)[0].sentence
    own = Case("clerk", "aid:award:read", "allow", "一", path="00/52/27/")
    assert [failure.path for failure in failures(narrowed, [own], ACTIONS)] == ["00/52/27/"]


def test_the_defaults_pass_the_platforms_cases() -> None:
    known = make_catalogue()
    assert failures(RuleSet(1, known.lines, known.heirs), platform_cases(), known.actions) == []
    assert all(case.role in known.roles for case in platform_cases())
    assert all(case.because for case in platform_cases())

"""An application's course, its publicity, its archive."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import Conflict, InvalidInput, RuleViolation
from core.processes.bulk import take_many
from core.processes.services import take
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.queries import applications
from plugins.education_aid.services import applying
from tests.plugins.education_aid.running.conftest import OnDay
from tests.plugins.education_aid.running.support import CENTRE, CHIEF, CLERK, HEAD, JIA, SCHOOL, TERM, YEAR, County


def test_awards_become_applications_once(county: County) -> None:
    for _ in range(3):
        county.award(county.child())
    assert applying.draft_from_awards(county.session, JIA, YEAR, TERM, CLERK) == 3
    assert applying.draft_from_awards(county.session, JIA, YEAR, TERM, CLERK) == 0
    assert [(one.state, one.amount) for one in county.applications()] == [("draft", Decimal("625.00"))] * 3


@pytest.mark.clause("EA-004")
def test_a_discretionary_reduction_needs_a_reason_and_is_counted_apart(lone: County) -> None:
    child = lone.child()
    with pytest.raises(InvalidInput):
        applying.apply_discretionary(lone.session, child, lone.units[SCHOOL].id, "care", "保教费酌情减免", YEAR, TERM, Decimal(300),
                                     " ", CLERK)
    made = applying.apply_discretionary(lone.session, child, lone.units[SCHOOL].id, "care", "保教费酌情减免", YEAR, TERM, Decimal(300),
                                        "家庭突发变故", CLERK)
    assert (made.kind, made.amount, made.reason) == ("discretionary", Decimal(300), "家庭突发变故")


def test_the_same_discretionary_item_is_not_given_twice(county: County) -> None:
    child = county.child()
    given = (county.session, child, county.units[SCHOOL].id, "care", "保教费酌情减免", YEAR, TERM, Decimal(300), "家庭突发变故", CLERK)
    applying.apply_discretionary(*given)
    with pytest.raises(Conflict), county.session.begin_nested():
        applying.apply_discretionary(*given)


def test_whoever_submitted_does_not_review_and_whoever_wrote_does_not_approve(lone: County, on_day: OnDay) -> None:
    lone.award(lone.child())
    applying.draft_from_awards(lone.session, JIA, YEAR, TERM, CLERK)
    lone.step("submit", CLERK, "draft")
    with pytest.raises(RuleViolation):
        take(lone.session, lone.host, APPLICATION, lone.applications()[0], "review", CLERK)


def test_the_county_waits_until_publicity_is_over(lone: County, on_day: OnDay) -> None:
    lone.award(lone.child())
    notice = lone.to_publicity()
    (one,) = lone.applications()
    with pytest.raises(RuleViolation) as raised:
        take(lone.session, lone.host, APPLICATION, one, "to_county", HEAD)
    assert "2019-10-14" in raised.value.text  # five working days after the first: the 12th is worked (调休), the 13th is not
    assert str(notice.closes_on) == "2019-10-14"
    on_day("2019-10-15")
    lone.approve()
    assert lone.applications()[0].state == "approved"
    with pytest.raises(Conflict):
        take(lone.session, lone.host, APPLICATION, lone.applications()[0], "approve", CENTRE)


def test_publicity_shows_masked_names_and_no_numbers(lone: County) -> None:
    lone.award(lone.child())
    notice = lone.to_publicity()
    assert [column[0] for column in notice.columns] == ["name", "class_name", "item", "amount"]
    assert notice.row_count == 1


def test_where_the_plan_has_a_township_step_nobody_goes_round_it(lone: County, on_day: OnDay) -> None:
    lone.plan(township=True)
    lone.award(lone.child())
    lone.to_publicity()
    on_day("2019-10-15")
    (one,) = lone.applications()
    with pytest.raises(RuleViolation) as raised:
        take(lone.session, lone.host, APPLICATION, one, "to_county", HEAD)
    assert "乡镇" in raised.value.text
    take(lone.session, lone.host, APPLICATION, one, "to_township", HEAD)
    take(lone.session, lone.host, APPLICATION, one, "township", CENTRE)
    assert one.state == "county"


def test_a_return_says_why_and_begins_anew(lone: County) -> None:
    lone.award(lone.child())
    lone.to_publicity()
    with pytest.raises(InvalidInput):
        take(lone.session, lone.host, APPLICATION, lone.applications()[0], "return", HEAD)
    lone.step("return", HEAD, "publicity", reason="金额有误")
    (one,) = lone.applications()
    assert (one.state, one.notice_subject) == ("draft", "")


@pytest.mark.clause("EA-019")
def test_an_award_closes_only_with_its_five_papers(lone: County, on_day: OnDay) -> None:
    lone.award(lone.child(), kind="waiver")
    lone.to_publicity()
    on_day("2019-10-15")
    lone.approve()
    lone.step("pay", CENTRE, "approved")
    lone.file_parts(["application", "assessment", "approval", "voucher"])
    (one,) = lone.applications()
    assert applications.incomplete(lone.session, one) == ["档案不全：公示"]
    with pytest.raises(RuleViolation):
        take(lone.session, lone.host, APPLICATION, one, "archive", CLERK)
    lone.file_parts(["publicity"])
    take(lone.session, lone.host, APPLICATION, one, "archive", CLERK)
    assert one.state == "archived"


def test_of_many_the_good_go_and_each_other_one_says_why(lone: County) -> None:
    for _ in range(3):
        lone.award(lone.child())
    applying.draft_from_awards(lone.session, JIA, YEAR, TERM, CLERK)
    first = lone.applications()[0]
    take(lone.session, lone.host, APPLICATION, first, "submit", CHIEF)
    lone.step("submit", CLERK, "draft")
    taken = take_many(lone.session, lone.host, APPLICATION, lone.applications(), "review", CHIEF)
    assert (len(taken.done), [one.record_id for one in taken.refused]) == (2, [first.id])

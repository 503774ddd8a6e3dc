"""贵定县's table of aid on made-up children: every number as the plan prints it, and what a second run does."""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal

import pytest

from core.config import ROOT
from core.registry.models import Enrolment, Household, Status
from plugins.education_aid.models.awards import AidRun, Difference, Undecided
from plugins.education_aid.queries.pupils import statuses_on
from plugins.education_aid.rules.sharing import share_of, shared
from plugins.education_aid.services.entitling import why
from plugins.education_aid.services.reading import plan_items
from tests.plugins.education_aid.conftest import AUTUMN_2016, County

YUAN = Decimal


def both_terms(county: County, *, year: int = 2016) -> None:
    """Both terms of a year, each by the facts of its first days."""
    county.run(year, 1, dt.date(year, 9, 1))
    county.run(year, 2, dt.date(year + 1, 3, 1))


@pytest.mark.clause("EA-001")
def test_one_person_keeps_one_chain_of_aid_through_the_stages(guiding: County) -> None:
    garden = guiding.school("测试幼儿园", "kindergarten")
    child = guiding.child("preschool", "filing_card", school=garden, grade=3)
    guiding.child("preschool", school=garden, term=2, person=child, grade=3)
    guiding.child("primary", year=2017, person=child, boarding=True, grade=1)
    guiding.child("primary", year=2017, term=2, person=child, boarding=True, grade=1)
    both_terms(guiding)
    both_terms(guiding, year=2017)
    assert guiding.year_of(child, "preschool-living") == YUAN("200.00")
    assert guiding.year_of(child, "compulsory-boarding", "compulsory-boarding-county", year=2017) == YUAN("1100.00")


@pytest.mark.clause("EA-002")
def test_four_kinds_of_children_in_approved_kindergartens(guiding: County) -> None:
    private = guiding.school("测试普惠园", "kindergarten", ownership="inclusive_private")
    unlicensed = guiding.school("测试未批园", "kindergarten", ownership="inclusive_private", approved=False)
    disabled = guiding.child("preschool", "disabled", school=private)
    orphan = guiding.child("preschool", "orphan", school=unlicensed)
    allowance = guiding.child("preschool", "allowance", school=private)
    guiding.run()
    assert guiding.awards(disabled)["preschool-living"].amount == YUAN("100.00")
    assert "preschool-living" not in guiding.awards(orphan) and "preschool-living" not in guiding.awards(allowance)
    found = why(guiding.session, guiding.tenant, orphan.id, 2016, 1, AUTUMN_2016)
    assert found.facts["approved"] is False and not any(one.item.code == "preschool-living" for one in found.found)


@pytest.mark.clause("EA-003")
def test_the_county_bears_the_whole_of_its_own_item(guiding: County) -> None:
    garden = guiding.school("测试幼儿园", "kindergarten")
    for _ in range(3):
        child = guiding.child("preschool", "filing_card", school=garden)
        guiding.child("preschool", school=garden, term=2, person=child)
    first, second = guiding.run(2016, 1, AUTUMN_2016), guiding.run(2016, 2, dt.date(2017, 3, 1))
    funds = [YUAN(run.counts["funds"]["县专项扶贫资金"]) for run in (first, second)]
    assert sum(funds) == YUAN("600.00")
    assert sum(YUAN(run.counts["payers"]["county"]) for run in (first, second)) == YUAN("600.00")
    assert not any("province" in run.counts["payers"] for run in (first, second))


@pytest.mark.clause("EA-005", "EA-006")
def test_boarders_get_the_upper_standard_and_the_countys_top_up(guiding: County) -> None:
    junior = guiding.school("测试初中", "junior")
    small = guiding.child("primary", "filing_card", boarding=True)
    big = guiding.child("junior", "filing_card", school=junior, boarding=True)
    day = guiding.child("primary", "filing_card", boarding=False)
    plain = guiding.child("primary", boarding=True)
    for person, stage, school in ((small, "primary", None), (big, "junior", junior)):
        guiding.child(stage, school=school, term=2, person=person, boarding=True)
    both_terms(guiding)
    assert guiding.year_of(small, "compulsory-boarding") == YUAN(1000) and guiding.year_of(big, "compulsory-boarding") == YUAN(1250)
    living = ("compulsory-boarding", "compulsory-boarding-county")
    assert guiding.year_of(small, *living) == YUAN("1100.00") and guiding.year_of(big, *living) == YUAN("1350.00")
    assert guiding.year_of(day, *living) == 0 and guiding.year_of(plain, *living) == 0
    award = guiding.awards(small, term=1)["compulsory-boarding-county"]
    assert award.fund == "县专项扶贫资金" and award.clause == "措施（一）2" and award.shares == {"county": "50.00"}


@pytest.mark.clause("EA-008")
def test_universal_benefits_are_listed_and_not_put_into_money(guiding: County) -> None:
    child = guiding.child("primary", "filing_card", boarding=True)
    guiding.run()
    awards = guiding.awards(child)
    in_kind = [award for award in awards.values() if award.kind == "in_kind"]
    assert {award.item_name for award in in_kind} == {"义务教育免杂费", "义务教育免费教科书"}
    assert all(award.amount == 0 and award.reason == "不折算金额" for award in in_kind)


@pytest.mark.clause("EA-010", "EA-012")
def test_a_senior_pupil_gets_four_thousand_six_hundred_and_sixty(guiding: County) -> None:
    complete = guiding.school("测试完全中学", "complete", ownership="private")
    senior = guiding.child("senior", "filing_card", school=complete, grade=1)
    junior = guiding.child("junior", "filing_card", school=complete, grade=3, boarding=True)
    guiding.child("senior", school=complete, term=2, person=senior, grade=1)
    both_terms(guiding)
    assert guiding.year_of(senior) == YUAN("4660.00")
    assert guiding.year_of(senior, "senior-poverty-grant", "senior-tuition", "senior-books", "senior-dormitory") == YUAN("2660.00")
    kinds = {award.kind for award in guiding.awards(senior).values()}
    assert kinds == {"cash", "reimbursement"} and "senior-fee" not in guiding.awards(senior)
    assert not any(item.startswith("senior") for item in guiding.awards(junior))


@pytest.mark.clause("EA-011")
def test_what_no_ratio_is_stated_for_stays_unallocated(guiding: County) -> None:
    senior = guiding.child("senior", "filing_card", school=guiding.school("测试高中", "senior"))
    run = guiding.run()
    assert guiding.awards(senior)["senior-tuition"].shares == {"": "380.00"}
    assert YUAN(run.counts["payers"][""]) >= YUAN("1330.00")
    ratio = share_of({"parts": [{"payer": payer, "part": part} for payer, part in (("province", 5), ("city", 3), ("county", 2))]})
    assert shared(YUAN("2660.00"), ratio) == {"province": "1330.00", "city": "798.00", "county": "532.00"}


@pytest.mark.clause("EA-013", "EA-014")
def test_vocational_pupils_by_grade(guiding: County) -> None:
    vocational = guiding.school("测试中职", "vocational")
    second = guiding.child("vocational", "filing_card", school=vocational, grade=2)
    third = guiding.child("vocational", "filing_card", school=vocational, grade=3)
    for person, grade in ((second, 2), (third, 3)):
        guiding.child("vocational", school=vocational, term=2, person=person, grade=grade)
    both_terms(guiding)
    assert guiding.year_of(second, "vocational-grant") == YUAN(2000) and guiding.year_of(third, "vocational-grant") == 0
    assert guiding.year_of(second) == YUAN("5900.00") and guiding.year_of(third) == YUAN("3900.00")


@pytest.mark.clause("EA-015", "EA-016")
def test_students_by_kind_of_degree_and_owner_of_their_college(guiding: County) -> None:
    provincial = guiding.school("测试大学", "college", owner_level="province")
    graduate = guiding.child("university", "filing_card", school=provincial)
    college = guiding.child("college", "filing_card", school=guiding.school("测试专科", "college", owner_level="county"))
    for person, stage, school in ((graduate, "university", provincial), (college, "college", guiding.schools["测试专科"])):
        guiding.child(stage, school=school, term=2, person=person)
    both_terms(guiding)
    assert guiding.year_of(graduate) == YUAN("7830.00") and guiding.year_of(college) == YUAN("7500.00")
    assert guiding.awards(graduate)["higher-tuition"].shares == {"province": "1915.00"}
    assert guiding.awards(college)["higher-tuition"].shares == {"county": "1750.00"}


def test_what_cannot_be_decided_is_listed_with_the_missing_fact(guiding: County) -> None:
    guiding.child("vocational", "filing_card", school=guiding.school("测试中职", "vocational"), grade=None)
    run = guiding.run()
    open_ones = guiding.session.query(Undecided).filter_by(tenant_id=guiding.tenant.id, run_id=run.id).all()
    assert {(one.item, tuple(one.missing)) for one in open_ones} == {("vocational-fee", ("年级",)), ("vocational-grant", ("年级",))}
    assert run.counts["undecided"] == 2


def test_a_second_run_changes_nothing(guiding_anywhere: County) -> None:
    guiding = guiding_anywhere
    child = guiding.child("primary", "filing_card", boarding=True)
    guiding.run()
    before = {item: (award.id, award.version) for item, award in guiding.awards(child).items()}
    again = guiding.run()
    assert again.counts["created"] == again.counts["changed"] == again.counts["ended"] == 0
    assert {item: (award.id, award.version) for item, award in guiding.awards(child).items()} == before


def test_a_fact_that_changed_drafts_back_pay_and_claw_back(guiding_anywhere: County) -> None:
    guiding = guiding_anywhere
    gains = guiding.child("primary", "filing_card", boarding=False)
    loses = guiding.child("primary", "filing_card", boarding=True)
    guiding.run()
    for person, boards in ((gains, True), (loses, False)):
        enrolment = guiding.session.query(Enrolment).filter_by(person_id=person.id).one()
        enrolment.boarding = boards
    guiding.session.flush()
    run = guiding.run()
    rows = guiding.session.query(Difference).filter_by(run_id=run.id)
    found = {(one.person_id, one.item): (one.before, one.after, one.kind) for one in rows}
    assert found[gains.id, "compulsory-boarding"] == (YUAN(0), YUAN(500), "backpay")
    assert found[loses.id, "compulsory-boarding"] == (YUAN(500), YUAN(0), "clawback")
    assert "compulsory-boarding" not in guiding.awards(loses) and run.counts["ended"] == 2


def test_a_households_status_counts_for_its_members_on_the_day(guiding: County) -> None:
    home = Household(tenant_id=guiding.tenant.id, unit_id=guiding.units["village"].id, number="T1", head_name="测试乙")
    guiding.session.add(home)
    guiding.session.flush()
    guiding.session.add(Status(tenant_id=guiding.tenant.id, unit_id=home.unit_id, subject_kind="household", subject_id=home.id,
                               kind="filing_card", since=dt.date(2015, 1, 1), until=dt.date(2017, 1, 1)))
    child = guiding.child("primary", household=home, boarding=True)
    guiding.child("primary", household=home, person=child, term=2, boarding=True)
    guiding.run(2016, 1, AUTUMN_2016)
    guiding.run(2016, 2, dt.date(2017, 3, 1))
    assert "compulsory-boarding" in guiding.awards(child, term=1) and "compulsory-boarding" not in guiding.awards(child, term=2)
    assert home.id in statuses_on(guiding.session, guiding.tenant.id, AUTUMN_2016)


def test_what_the_plan_leaves_open_is_listed_with_why(guiding: County) -> None:
    found = plan_items(guiding.session, guiding.tenant, AUTUMN_2016)
    assert {one.code for one in found.open} == {"origin-loan", "origin-loan-postgraduate", "preschool-aid", "national-scholarship",
                                                "encouragement-scholarship", "rain-dew"}
    [meals] = [item for item in found.items if item.code == "compulsory-meals"]
    assert (meals.plan_tenant, meals.amount.fen) == ("522723", 400)
    assert {item.code for item in found.items if item.plan_tenant == "522723"} >= {"preschool-living", "senior-tuition"}
    assert found.plans == {"00": 1, "522723": 1}


@pytest.mark.parametrize("code", ["rain-dew", "new-student-inside", "new-student-outside", "national-scholarship",
                                  "encouragement-scholarship"])
def test_an_item_whose_condition_is_printed_nowhere_is_given_to_nobody_and_says_so(guiding: County, code: str) -> None:
    found = plan_items(guiding.session, guiding.tenant, dt.date(2024, 9, 1))
    [open_] = [one for one in found.open if one.code == code]
    assert code not in {item.code for item in found.items}
    assert open_.why.startswith("待核实：受助条件原文未写明（") and open_.why.endswith("核实并写进方案以后才参加测算")


def test_the_national_lines_before_2015_are_kept_and_said_to_be_unverified(guiding: County) -> None:
    known = {item.code: item for item in plan_items(guiding.session, guiding.tenant, dt.date(2014, 9, 1)).items}
    assert (known["senior-grant"].amount.fen, known["vocational-grant"].amount.fen) == (150_000, 150_000)
    lines = tomllib.loads((ROOT / "tenants" / "national.toml").read_text(encoding="utf-8"))["education_aid"]["item"]
    early = [one for one in lines if one["code"] in ("senior-grant", "vocational-grant") and one["from"] < dt.date(2015, 3, 1)]
    assert len(early) == 2 and all("待核实" in one["note"] for one in early)
    loans = [(one["from"], one["amount"]["cap"]) for one in lines if one["code"] == "origin-loan-postgraduate"]
    assert [cap for _, cap in sorted(loans)] == ["12000.00", "16000.00", "20000.00", "25000.00"]


def test_the_page_why_agrees_with_what_was_stored(guiding: County) -> None:
    child = guiding.child("primary", "filing_card", boarding=True)
    guiding.run()
    stored = {item: award.amount for item, award in guiding.awards(child).items()}
    found = why(guiding.session, guiding.tenant, child.id, 2016, 1, AUTUMN_2016)
    assert {one.item.code: YUAN(one.fen) / 100 for one in found.found} == stored


def test_an_award_keeps_only_the_facts_its_rule_asked_about(guiding: County) -> None:
    child = guiding.child("primary", "filing_card", "left_behind", boarding=True)
    guiding.run()
    assert guiding.awards(child)["compulsory-boarding-county"].facts == {
        "stage": "primary", "boarding": True, "category": ["filing_card"]}


def test_a_run_names_its_plans_and_its_digest(guiding: County) -> None:
    run = guiding.run()
    assert run.plans == {"00": 1, "522723": 1} and len(run.items_hash) == 64 and run.state == "done"
    assert guiding.session.get(AidRun, (guiding.tenant.id, run.id)) is run

"""Rounds of admission: who gets a place and why, by the plan's preferences and the registry's facts."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from core.access.scope import Scope
from core.errors import Conflict, InvalidInput, RuleViolation
from core.ledgers.storing import create, update
from core.processes.models import ProcessMark
from core.processes.services import take
from core.registry.models import Person, Status
from core.tenancy.queries import get_tenant
from core.trail.models import TrailEntry
from plugins.education_aid import demo_admission
from plugins.education_aid.ledgers.admission import APPLICANTS, LOANS, ROUNDS
from plugins.education_aid.models import AdmissionRound, Applicant, Loan, Referral
from plugins.education_aid.processes.admission import ROUND
from plugins.education_aid.queries.admission import loans_of
from plugins.education_aid.queries.facts import gather
from plugins.education_aid.rules.loans import coverage
from plugins.education_aid.services import admitting, favouring, lending, placing
from plugins.education_aid.services.following import follow_merge
from tests.plugins.education_aid.running.conftest import OnDay
from tests.plugins.education_aid.running.support import CENTRE, CHIEF, CLERK, HUNT, JIA, SCHOOL, TERM, YEAR, County

WHERE = '{ category = "filing_card" }'
AUTUMN = dt.date(YEAR, 9, 1)


@pytest.fixture(autouse=True)
def autumn(on_day: OnDay) -> None:
    """A plan that is applied before the school year begins holds on its first day."""
    on_day("2019-08-20")


def preference(code: str, kind: str, destination: str = "普通高中", where: str = WHERE, more: str = "") -> str:
    return f'''
[[education_aid.preference]]
code = "{code}"
name = "照顾{code}"
clause = "一"
kind = "{kind}"
where = {where}
destination = "{destination}"
{more}
'''


def child(county: County, *kinds: str, stage: str = "junior") -> Person:
    made = county.child(stage=stage)
    county.session.add_all(Status(tenant_id=JIA, unit_id=made.unit_id, subject_kind="person", subject_id=made.id, kind=kind,
                                  since=dt.date(2014, 1, 1)) for kind in kinds)
    county.session.flush()
    return made


def opened(county: County, places: int, cutoff: str | None, **values: Any) -> AdmissionRound:
    made = AdmissionRound(tenant_id=JIA, unit_id=county.units[JIA].id, **{
        "code": "r1", "title": "测试录取", "destination": "普通高中", "school_year": YEAR, "term": TERM, "facts_on": AUTUMN,
        "places": places, "cutoff": Decimal(cutoff) if cutoff else None, **values})
    county.session.add(made)
    county.session.flush()
    return made


def asks(county: County, person: Person, score: str | None, order: int = 0) -> uuid.UUID:
    values = {"round": "r1", "person_id": str(person.id), "unit_id": str(county.units[SCHOOL].id),
              "score": Decimal(score) if score else None, "came": order}
    return create(county.session, APPLICANTS, JIA, county.units[JIA].id, values, CLERK)


def admitted(county: County, round_: AdmissionRound) -> dict[uuid.UUID, tuple[bool, str]]:
    page = placing.page_of(county.session, Scope((JIA,)), round_)
    return {line.applicant.id: (line.admitted, line.reason) for line in page.lines}


@pytest.mark.clause("EA-023")
def test_ten_points_open_the_door_of_a_registered_household(lone: County) -> None:
    lone.plan(preference("ten", "offset", more="points = 10"))
    round_ = opened(lone, 10, "560")
    first, second, third = (asks(lone, child(lone, "filing_card"), "552"), asks(lone, child(lone, "filing_card"), "549"),
                            asks(lone, child(lone), "552"))
    found = admitted(lone, round_)
    assert found[first] == (True, "录取（照顾ten，一）")
    assert found[second] == (False, "低于分数线 550") and found[third] == (False, "低于分数线 560")
    assert lone.session.get_one(Applicant, (JIA, first)).score == Decimal(552)


@pytest.mark.clause("EA-022")
def test_an_offset_without_points_is_named_and_moves_nobody(lone: County) -> None:
    lone.plan(preference("some", "offset", more='points = { state = "unspecified", printed = "降分录取" }'))
    round_ = opened(lone, 10, "560")
    asked = asks(lone, child(lone, "filing_card"), "559")
    assert admitted(lone, round_)[asked][0] is False
    [open_] = placing.terms_of(lone.session, round_).unused
    assert (open_.code, open_.clause) == ("some", "一") and "未量化" in open_.why


@pytest.mark.clause("EA-025")
def test_three_of_twelve_with_priority_are_placed_first(lone: County) -> None:
    lone.plan(preference("first", "priority", "公办学校", '{ category = ["filing_card", "left_behind", "disabled"] }'))
    round_ = opened(lone, 10, None, destination="公办学校")
    others = [asks(lone, child(lone), None, number) for number in range(9)]
    favoured = [asks(lone, child(lone, kind), None, 90) for kind in ("filing_card", "left_behind", "disabled")]
    found = admitted(lone, round_)
    assert all(found[one][0] for one in favoured) and sum(won for won, _ in found.values()) == 10
    assert [found[one][0] for one in others] == [True] * 7 + [False] * 2
    assert found[others[8]][1] == "名额已满"


@pytest.mark.clause("EA-044")
def test_between_equal_scores_the_registered_household_goes_first(lone: County) -> None:
    lone.plan(preference("tie", "tie_break"))
    round_ = opened(lone, 1, "500")
    other, favoured = asks(lone, child(lone), "520", 1), asks(lone, child(lone, "filing_card"), "520", 2)
    found = admitted(lone, round_)
    assert found[favoured][0] and not found[other][0]


@pytest.mark.clause("EA-041")
def test_a_pool_holds_half_of_the_places_with_a_line_of_its_own(lone: County) -> None:
    lone.plan(preference("own-list", "pool", "高职单招", more="share = 50"))
    round_ = opened(lone, 200, "450", destination="高职单招", pool_cutoff=Decimal(380))
    inside = asks(lone, child(lone, "filing_card"), "400")
    outside = asks(lone, child(lone), "400")
    assert placing.terms_of(lone.session, round_).held == 100
    found = admitted(lone, round_)
    assert found[inside][0] and found[outside] == (False, "低于分数线 450")


def test_a_preference_of_another_destination_favours_nobody_here(lone: County) -> None:
    lone.plan(preference("ten", "offset", "中职", more="points = 10"))
    round_ = opened(lone, 10, "560")
    asked = asks(lone, child(lone, "filing_card"), "552")
    assert admitted(lone, round_)[asked][0] is False


def test_who_is_not_enrolled_is_listed_with_the_facts_that_are_missing(lone: County) -> None:
    lone.plan(preference("ten", "offset", more="points = 10"))
    round_ = opened(lone, 10, "560")
    asks(lone, lone.child(school=None), "552")
    [line] = placing.page_of(lone.session, Scope((JIA,)), round_).lines
    assert not line.admitted and line.missing == ["身份类别"]


@pytest.mark.clause("EA-029")
def test_six_leavers_without_a_place_are_passed_on_once_each_with_a_state(lone: County) -> None:
    lone.plan(preference("onward", "priority", "职业教育", '{ stage = ["junior", "senior"], category = "filing_card" }'))
    round_ = opened(lone, 1, "500")
    asks(lone, child(lone, "filing_card"), "600")
    for _ in range(6):
        asks(lone, child(lone, "filing_card"), "450")
    asks(lone, child(lone), "450")
    with pytest.raises(RuleViolation):
        admitting.refer(lone.session, round_, "onward", CENTRE)
    admitting.decide(lone.session, round_, CENTRE)
    assert admitting.refer(lone.session, round_, "onward", CENTRE) == 6
    lone.session.flush()
    assert admitting.refer(lone.session, round_, "onward", CENTRE) == 0
    rows = lone.session.scalars(select(Referral)).all()
    assert [(row.state, row.destination, row.clause) for row in rows] == [("waiting", "职业教育", "一")] * 6
    with pytest.raises(InvalidInput):
        admitting.refer(lone.session, round_, "nowhere", CENTRE)


def test_what_was_decided_stays_whatever_the_plan_says_later(lone: County) -> None:
    lone.plan(preference("ten", "offset", more="points = 10"))
    round_ = opened(lone, 10, "560")
    asked = asks(lone, child(lone, "filing_card"), "552")
    admitting.decide(lone.session, round_, CENTRE)
    lone.session.flush()
    lone.plan(HUNT)
    assert admitted(lone, round_)[asked] == (True, "录取（照顾ten，一）")
    with pytest.raises(Conflict):
        admitting.decide(lone.session, round_, CENTRE)
    with pytest.raises(RuleViolation, match="已经确定"):
        asks(lone, child(lone), "600")
    with pytest.raises(RuleViolation, match="已冻结"):
        update(lone.session, ROUNDS, round_, {"places": 20}, round_.version, CLERK)


def test_an_outcome_is_corrected_with_a_reason_and_never_beyond_the_places(lone: County) -> None:
    lone.plan(HUNT)
    round_ = opened(lone, 1, "500")
    first, second = (lone.session.get_one(Applicant, (JIA, asks(lone, child(lone), score))) for score in ("520", "510"))
    with pytest.raises(Conflict):
        admitting.correct(lone.session, round_, first, "refused", "复核成绩有误", CHIEF)
    admitting.decide(lone.session, round_, CENTRE)
    with pytest.raises(InvalidInput):
        admitting.correct(lone.session, round_, first, "refused", " ", CHIEF)
    with pytest.raises(RuleViolation, match="名额 1 个，已录取 1 人"):
        admitting.correct(lone.session, round_, second, "admitted", "复核成绩有误", CHIEF)
    admitting.correct(lone.session, round_, first, "refused", "复核成绩有误", CHIEF)
    admitting.correct(lone.session, round_, second, "admitted", "复核成绩有误", CHIEF)
    assert admitted(lone, round_) == {first.id: (False, "更正：复核成绩有误"), second.id: (True, "更正：复核成绩有误")}
    marks = lone.session.scalars(select(ProcessMark).where(ProcessMark.record_id == round_.id).order_by(ProcessMark.id)).all()
    assert [(one.step, one.who, one.reason) for one in marks][1:] == [("correct", CHIEF.name, "复核成绩有误")] * 2
    entries = lone.session.scalars(select(TrailEntry).where(TrailEntry.subject == f"education_aid.applicants:{first.id}")).all()
    assert [entry.reason for entry in entries if "更正" in entry.sentence] == ["复核成绩有误"]


def test_a_result_is_shown_in_public_and_final_only_when_that_is_over(lone: County, on_day: OnDay) -> None:
    round_ = opened(lone, 1, "500")
    asked = lone.session.get_one(Applicant, (JIA, asks(lone, child(lone), "520")))
    with pytest.raises(RuleViolation):
        admitting.publicise(lone.session, lone.host, round_, CENTRE)
    admitting.decide(lone.session, round_, CENTRE)
    notice = admitting.publicise(lone.session, lone.host, round_, CENTRE)
    assert (notice.row_count, str(notice.closes_on)) == (1, "2019-08-27")
    for step in ("finish", "reopen"):
        with pytest.raises(RuleViolation):
            take(lone.session, lone.host, ROUND, round_, step, CHIEF, "名单有误")
    with pytest.raises(RuleViolation, match="先撤下"):
        admitting.correct(lone.session, round_, asked, "refused", "复核成绩有误", CHIEF)
    on_day("2019-08-28")
    with pytest.raises(RuleViolation):
        take(lone.session, lone.host, ROUND, round_, "finish", CENTRE)  # who has decided it does not make it final
    take(lone.session, lone.host, ROUND, round_, "finish", CHIEF)
    assert round_.state == "final"


def test_a_round_that_is_taken_back_is_worked_out_anew(lone: County) -> None:
    round_ = opened(lone, 1, "500")
    asked = asks(lone, child(lone), "520")
    admitting.decide(lone.session, round_, CENTRE)
    take(lone.session, lone.host, ROUND, round_, "reopen", CHIEF, "名额有误")
    row = lone.session.get_one(Applicant, (JIA, asked))
    assert (round_.state, round_.decided_on, row.outcome, row.rank) == ("open", None, "", None)


def test_a_decided_list_is_read_page_by_page_within_scope(lone: County) -> None:
    round_ = opened(lone, 2, "500")
    for number in range(5):
        asks(lone, child(lone), str(510 + number))
    admitting.decide(lone.session, round_, CENTRE)
    first = placing.page_of(lone.session, Scope((JIA,)), round_, limit=3)
    second = placing.page_of(lone.session, Scope((JIA,)), round_, after=first.next or 0, limit=3)
    assert [line.rank for line in (*first.lines, *second.lines)] == [1, 2, 3, 4, 5]
    assert (first.total, first.admitted, first.next, second.next) == (5, 2, 3, None)
    assert placing.page_of(lone.session, Scope(), round_).total == 0


def test_an_open_round_reads_the_facts_of_its_applicants_alone(lone: County, monkeypatch: pytest.MonkeyPatch) -> None:
    lone.plan(preference("card", "priority"))
    round_, read = opened(lone, 1, "500"), list[uuid.UUID]()

    def gathered(*given: Any) -> Any:
        found = gather(*given)
        read.extend(row.person_id for row in found.rows)
        return found

    monkeypatch.setattr(favouring, "gather", gathered)
    child(lone, "filing_card")
    one, other = child(lone), child(lone, "filing_card")
    asks(lone, one, "600")
    asks(lone, other, "510")
    page = placing.page_of(lone.session, Scope((JIA,)), round_)
    assert [line.applicant.person_id for line in page.lines] == [other.id, one.id]
    assert set(read) == {one.id, other.id}


def test_an_applicant_of_an_unknown_round_is_refused(lone: County) -> None:
    with pytest.raises(RuleViolation, match="r1"):
        asks(lone, child(lone), "600")


def test_applicants_follow_a_person_into_the_record_that_is_kept(lone: County) -> None:
    opened(lone, 1, None)
    kept, merged = child(lone), child(lone)
    asked = asks(lone, merged, "600")
    follow_merge(lone.session, JIA, uuid.uuid4(), kept.id, merged.id)
    assert lone.session.get_one(Applicant, (JIA, asked)).person_id == kept.id


LOAN = '''
[[education_aid.item]]
code = "origin-loan"
name = "生源地信用助学贷款"
clause = "一"
kind = "loan"
where = { stage = ["college", "university"], category = ["filing_card"] }
amount = { cap = "8000.00", per = "year" }
'''


def lend(county: County, person: Person, asked: str | None, state: str = "asked") -> Loan:
    values = {"person_id": str(person.id), "unit_id": str(county.units[SCHOOL].id), "school_year": YEAR, "state": state,
              "asked": Decimal(asked) if asked else None}
    loan_id = create(county.session, LOANS, JIA, county.units[JIA].id, values, CLERK)
    county.session.expire_all()
    return county.session.get_one(Loan, (JIA, loan_id))


@pytest.mark.clause("EA-036")
def test_a_loan_is_granted_up_to_the_cap_of_the_plan(county: County) -> None:
    county.plan(LOAN)
    over, under = (lend(county, child(county, "filing_card", stage="college"), asked) for asked in ("9000.00", "7500.00"))
    assert (str(over.granted), str(under.granted)) == ("8000.00", "7500.00")
    assert over.basis == "生源地信用助学贷款 一，每学年不超过 8000.00 元"


def test_a_loan_that_cannot_be_judged_says_why(lone: County) -> None:
    lone.plan(LOAN)
    other = lend(lone, child(lone, stage="college"), "9000.00")
    assert other.granted is None and other.basis == "方案没有这名学生可以申请的贷款"
    unknown = lend(lone, lone.child(school=None), "9000.00")
    assert unknown.granted is None and "缺" in unknown.basis


def test_two_caps_both_bind(lone: County) -> None:
    lone.plan(LOAN, LOAN.replace("origin-loan", "second").replace("8000.00", "6000.00"))
    assert str(lend(lone, child(lone, "filing_card", stage="college"), "9000.00").granted) == "6000.00"
    assert len(lending.caps(lone.session, get_tenant(lone.session, JIA), YEAR)) == 2


@pytest.mark.clause("EA-028")
def test_two_of_forty_without_a_loan_are_named(lone: County) -> None:
    lone.plan(LOAN)
    missing = {lend(lone, child(lone, "filing_card", stage="college"), None, "need").id for _ in range(2)}
    for _ in range(38):
        lend(lone, child(lone, "filing_card", stage="college"), "5000.00", "granted")
    rows = loans_of(lone.session, Scope((JIA,)), YEAR)
    found = coverage([row.id for row in rows], {row.id: row.state == "granted" for row in rows})
    assert found.rate == Decimal("95.0") and set(found.missing) == missing


def test_the_demo_has_a_round_and_loans_once(lone: County) -> None:
    lone.plan(LOAN)
    lone.award(child(lone))
    student = child(lone, "filing_card", stage="college")
    for _ in range(2):
        demo_admission.load(lone.session, JIA, CLERK)
    assert len(lone.session.scalars(select(Applicant)).all()) == 1
    [loan] = lone.session.scalars(select(Loan)).all()
    assert (loan.person_id, str(loan.granted)) == (student.id, "7500.00")

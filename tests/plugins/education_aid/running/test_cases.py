"""应享未享 and 不应享而享, wherever the child studies, and the joint letters."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core.errors import Conflict, InvalidInput, ParameterError, RuleViolation
from core.extensions import Database, new_id, tenant_scope
from core.processes.services import take
from plugins.education_aid.models import AidCase, Application, Letter, Payment
from plugins.education_aid.models.applications import slot_of
from plugins.education_aid.processes.letters import LETTER
from plugins.education_aid.queries import entitlements, standing
from plugins.education_aid.rules.checking import BREAK, CONFLICT, MISSED, UNDUE
from plugins.education_aid.services import cases, letters, papers
from tests.factories.registry import made_up_id
from tests.plugins.education_aid.running.support import (
    BANK,
    CENTRE,
    CHIEF,
    CLERK,
    HUNT,
    JIA,
    PRIMARY,
    SCHOOL,
    TERM,
    YEAR,
    YI,
    YI_SCHOOL,
    County,
)


def paid(county: County, person: object, amount: str = "1250.00", item: str = "boarding", *, term: tuple[int, int] = (YEAR, TERM),
         tenant: str = JIA, school: str = SCHOOL) -> Payment:
    """A payment that the bank has credited."""
    person_id = person.id  # type: ignore[attr-defined]
    slot = slot_of(person_id, item, *term)
    application = Application(
        tenant_id=tenant, id=new_id(), unit_id=county.units[school].id, person_id=person_id, school_year=term[0], term=term[1], item=item,
        item_name="寄宿生生活补助", amount=Decimal(amount), state="paid", slot=slot)
    payment = Payment(
        tenant_id=tenant, id=new_id(), unit_id=county.units[school].id, person_id=person_id, school_year=term[0], term=term[1], item=item,
        item_name="寄宿生生活补助", application_id=application.id, amount=Decimal(amount), state="credited", slot=slot,
        credited_on=dt.date(term[0], 10, 1))
    county.session.add(application)
    county.session.flush()
    county.session.add(payment)
    county.session.flush()
    return payment


def found(county: County, kind: str) -> list[AidCase]:
    return list(county.session.scalars(select(AidCase).where(AidCase.kind == kind, AidCase.state != "closed").order_by(AidCase.id)))


@pytest.mark.clause("EA-060")
def test_both_lists_are_found_and_each_case_has_an_owner_and_a_day(county: County) -> None:
    a, b, c, d = (county.child() for _ in range(4))
    for child in (a, b, c):
        county.award(child, "1250.00")
    for child in (b, c, d):
        paid(county, child)
    cases.look(county.session, JIA, YEAR, TERM, CLERK)
    assert [case.person_id for case in found(county, MISSED)] == [a.id]
    assert [case.person_id for case in found(county, UNDUE)] == [d.id]
    (case,) = found(county, MISSED)
    assert (case.owner, case.due, case.paid, case.due_on) == ("甲县学生资助中心", Decimal("1250.00"), Decimal("0.00"), dt.date(2019, 11, 4))


def test_looking_twice_finds_nothing_twice_and_what_is_in_order_closes_itself(county: County) -> None:
    child = county.child()
    county.award(child, "1250.00")
    assert cases.look(county.session, JIA, YEAR, TERM, CLERK).new == 1
    again = cases.look(county.session, JIA, YEAR, TERM, CLERK)
    assert (again.new, again.standing, again.gone) == (0, 1, 0)
    paid(county, child)
    assert cases.look(county.session, JIA, YEAR, TERM, CLERK).gone == 1
    (case,) = county.session.scalars(select(AidCase))
    assert (case.state, case.closing) == ("closed", "gone")


@pytest.mark.clause("EA-047")
def test_what_is_due_and_paid_agrees_to_the_fen_and_who_is_short_is_listed(lone: County) -> None:
    children = [lone.child() for _ in range(90)]
    for child in children:
        lone.award(child, "625.00")
    for child in children[1:]:
        paid(lone, child, "625.00")
    look = cases.look(lone.session, JIA, YEAR, TERM, CLERK)
    assert (look.due, look.paid) == (Decimal("56250.00"), Decimal("55625.00"))
    assert [case.person_id for case in found(lone, MISSED)] == [children[0].id]


@pytest.mark.clause("EA-059")
def test_thirty_children_of_the_countys_households_wherever_they_study(lone: County) -> None:
    for _ in range(24):
        lone.child()
    for _ in range(4):
        lone.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学")
    for _ in range(2):
        lone.child(school=JIA, elsewhere_place="000000", elsewhere_school="外省测试中学")
    lone.child(home_code=YI)  # lives here, but another county's household
    children = entitlements.children_of(lone.session, JIA, YEAR, TERM).values()
    assert (len(children), sum(child.outside for child in children)) == (30, 6)


def test_a_break_between_terms_and_contradictions_are_cases(lone: County) -> None:
    stays, left, twice = lone.child(), lone.child(school=None), lone.child()
    for child in (stays, left):
        paid(lone, child, term=(YEAR - 1, 2))
    lone.session.flush()
    other = lone.enrol(twice, PRIMARY, YEAR - 1)
    other.school_year = YEAR
    cases.look(lone.session, JIA, YEAR, TERM, CLERK)
    assert [case.person_id for case in found(lone, BREAK)] == [stays.id]
    assert [case.person_id for case in found(lone, CONFLICT)] == [twice.id]


def test_a_case_closes_with_evidence_once(lone: County) -> None:
    lone.award(lone.child())
    cases.look(lone.session, JIA, YEAR, TERM, CLERK)
    (case,) = found(lone, MISSED)
    with pytest.raises(InvalidInput):
        cases.close(lone.session, case, "paid", " ", CLERK)
    cases.close(lone.session, case, "paid", "补发凭证 12 号", CLERK)
    with pytest.raises(Conflict):
        cases.close(lone.session, case, "paid", "补发凭证 12 号", CLERK)
    assert cases.look(lone.session, JIA, YEAR, TERM, CLERK).new == 0  # somebody has closed it: the look does not open it again


def outside(county: County, number: int) -> AidCase:
    """A child who studies in 乙县, unpaid."""
    child = county.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学", number=number)
    county.award(child, "1250.00", school=JIA)
    cases.look(county.session, JIA, YEAR, TERM, CLERK)
    return county.session.scalars(select(AidCase).where(AidCase.person_id == child.id)).one()


@pytest.mark.clause("EA-061")
def test_two_unpaid_are_two_letters_and_an_answer_of_1250_closes_its_case(county: County, database: Database) -> None:
    two = [outside(county, number) for number in (1, 2)]
    made = letters.draft_letters(county.session, two, CLERK)
    assert [letter.number for letter in made] == ["甲教助函〔2019〕1号", "甲教助函〔2019〕2号"]
    assert [(letter.issuers, letter.other_tenant, letter.to_name) for letter in made] == [
        (["甲县教育局", "甲县扶贫开发局"], YI, "乙县教育局")] * 2
    with pytest.raises(RuleViolation):
        take(county.session, county.host, LETTER, made[0], "send", CLERK)
    take(county.session, county.host, LETTER, made[0], "send", CHIEF)
    sent_id, twin_id, case_id = made[0].id, made[0].twin_id, two[0].id
    assert (made[0].due_on, twin_id is not None) == (dt.date(2019, 10, 28), True)
    county.session.commit()
    with database.transaction() as session, tenant_scope(session, YI):
        (received,) = session.scalars(select(Letter))
        assert (received.id, received.direction, received.state) == (twin_id, "in", "sent")
        letters.reply(session, county.host, received, {1: letters.Answer("paid", Decimal("1250.00"))}, "十月已发", CHIEF)
    county.session.expire_all()
    answered = county.session.get(Letter, (JIA, sent_id))
    case = county.session.get(AidCase, (JIA, case_id))
    assert answered is not None
    assert case is not None
    assert (answered.state, answered.reply_amount) == ("replied", Decimal("1250.00"))
    assert (case.state, case.closing, case.paid) == ("closed", "paid_elsewhere", Decimal("1250.00"))
    assert "甲教助函〔2019〕1号" in case.evidence


def test_an_answer_that_nothing_was_paid_leaves_the_case_open(lone: County) -> None:
    case = outside(lone, 1)
    (letter,) = letters.draft_letters(lone.session, [case], CLERK)
    take(lone.session, lone.host, LETTER, letter, "send", CHIEF)
    letters.reply(lone.session, lone.host, letter, {1: letters.Answer("unpaid")}, "不在应助名单", CLERK)
    lone.session.refresh(case)
    assert (case.state, "没有发放" in case.why) == ("open", True)


def two_items(county: County, number: int = 1) -> list[AidCase]:
    """A child who studies in 乙县, to whom two items are due and none was paid."""
    child = county.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学", number=number)
    county.award(child, "1250.00", school=JIA)
    county.award(child, "400.00", "meals", school=JIA, name="营养膳食补助")
    cases.look(county.session, JIA, YEAR, TERM, CLERK)
    return list(county.session.scalars(select(AidCase).where(AidCase.person_id == child.id).order_by(AidCase.item)))


def test_the_items_of_a_child_stand_in_one_letter_and_in_one_row_of_it(lone: County) -> None:
    (letter,) = letters.draft_letters(lone.session, [*two_items(lone)], CLERK)
    assert (letter.item_name, letter.amount) == ("寄宿生生活补助等 2 项", Decimal("1650.00"))
    made = docx.Document(io.BytesIO(papers.as_document(lone.session, letter, CLERK)))
    rows = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
    assert len(rows) == 2
    assert rows[1][3:] == ["寄宿生生活补助 1,250.00 元；营养膳食补助 400.00 元", "1,650.00"]
    paper = PdfReader(io.BytesIO(papers.as_paper(lone.session, letter, CLERK))).pages[0].extract_text()
    assert "400.00" in paper
    assert "1,650.00" in paper


def test_each_item_of_a_letter_is_answered_by_itself_across_two_counties(lone: County, sqlite_database: Database) -> None:
    boarding, meals = two_items(lone)
    (letter,) = letters.draft_letters(lone.session, [boarding, meals], CLERK)
    take(lone.session, lone.host, LETTER, letter, "send", CHIEF)
    lone.session.commit()
    with sqlite_database.transaction() as session, tenant_scope(session, YI):
        (received,) = session.scalars(select(Letter))
        with pytest.raises(InvalidInput):
            letters.reply(session, lone.host, received, {1: letters.Answer("paid", Decimal(1250))}, "", CHIEF)
        answers = {1: letters.Answer("paid", Decimal("1250.00")), 2: letters.Answer("unpaid")}
        letters.reply(session, lone.host, received, answers, "膳食由学校食堂供餐", CHIEF)
    lone.session.expire_all()
    assert (letter.state, letter.reply, letter.reply_amount) == ("replied", "partly", Decimal("1250.00"))
    assert [(one.state, one.closing) for one in (boarding, meals)] == [("closed", "paid_elsewhere"), ("open", "")]
    assert meals.why.endswith("没有发放，膳食由学校食堂供餐")
    assert [item.reply for item in standing.items_of(lone.session, letter)] == ["paid", "unpaid"]


def test_no_letter_without_two_bodies_or_for_a_child_at_home(lone: County) -> None:
    home = lone.child()
    lone.award(home)
    case = outside(lone, 7)
    (at_home,) = [one for one in found(lone, MISSED) if one.person_id == home.id]
    with pytest.raises(InvalidInput):
        letters.draft_letters(lone.session, [at_home], CLERK)
    lone.plan(BANK, HUNT)
    with pytest.raises(ParameterError):
        letters.draft_letters(lone.session, [case], CLERK)


def test_a_letter_is_a_document_and_a_paper_with_both_bodies(lone: County) -> None:
    (letter,) = letters.draft_letters(lone.session, [outside(lone, 1)], CLERK)
    take(lone.session, lone.host, LETTER, letter, "send", CHIEF)
    made = docx.Document(io.BytesIO(papers.as_document(lone.session, letter, CLERK)))
    text = "\n".join([*(line.text for line in made.paragraphs), *(cell.text for row in made.tables[0].rows for cell in row.cells)])
    for said in ("甲县教育局（盖章）", "甲县扶贫开发局（盖章）", "甲教助函〔2019〕1号", "乙县教育局", "1,250.00 元", "2019 年 10 月 8 日"):
        assert said in text
    assert made_up_id(1, dt.date(2008, 5, 1)) not in text
    paper = PdfReader(io.BytesIO(papers.as_paper(lone.session, letter, CLERK)))
    assert len(paper.pages) == 1


def test_what_the_other_county_has_paid_counts(lone: County, sqlite_database: Database) -> None:
    child = lone.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学", number=5)
    lone.award(child, "1250.00", school=JIA)
    lone.session.commit()
    with sqlite_database.transaction() as session, tenant_scope(session, YI):
        neighbour = County(session, lone.units, lone.host)
        same = neighbour.child(village="990102100001", school=YI_SCHOOL, tenant=YI, number=5)
        paid(neighbour, same, tenant=YI, school=YI_SCHOOL)
    look = cases.look(lone.session, JIA, YEAR, TERM, CLERK)
    assert (look.due, look.paid, look.new) == (Decimal("1250.00"), Decimal("1250.00"), 0)


def test_the_clerk_is_named(lone: County) -> None:
    lone.award(lone.child())
    cases.look(lone.session, JIA, YEAR, TERM, CENTRE)
    (case,) = found(lone, MISSED)
    cases.hand_to(lone.session, [case], "测试经办", dt.date(2019, 11, 1), CENTRE)
    assert (case.owner, case.due_on) == ("测试经办", dt.date(2019, 11, 1))

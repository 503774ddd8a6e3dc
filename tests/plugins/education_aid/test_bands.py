"""Single awards varied within the band of an average: the school's average is kept, and a run keeps to what was set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from core.errors import RuleViolation
from core.ledgers.storing import frame_of, store
from core.registry.models import Person
from core.units.models import Unit
from plugins.education_aid.ledgers.bands import VARIED
from plugins.education_aid.models import AidRun, Application, Award, Difference
from plugins.education_aid.services import applying
from tests.plugins.education_aid.conftest import ACTOR, County

ITEM = "senior-grant"


def seniors(county: County, count: int = 3) -> tuple[Unit, list[Person]]:
    """So many in need at one senior school, worked out: 1,000 yuan each in the autumn of 2016."""
    school = county.school("测试高中", "senior")
    people = [county.child("senior", "filing_card", school=school) for _ in range(count)]
    county.run()
    assert [county.awards(one)[ITEM].amount for one in people] == [Decimal("1000.00")] * count
    return school, people


def set_to(county: County, school: Unit, people: list[Person], *amounts: str) -> None:
    """Enter amounts as the ledger does, by page and by Excel alike."""
    rows: list[dict[str, Any]] = [
        {"person_id": str(one.id), "unit_id": str(school.id), "school_year": 2016, "term": 1, "item": ITEM, "amount": Decimal(amount),
         "reason": "按困难程度分三档"} for one, amount in zip(people, amounts, strict=True)]
    store(county.session, VARIED, county.tenant.id, frame_of(VARIED, rows, VARIED.fields), ACTOR, unit_id=school.id)


def given(county: County, people: list[Person]) -> list[Decimal]:
    return [county.awards(one)[ITEM].amount for one in people]


@pytest.mark.clause("EA-015")
def test_three_of_a_school_get_more_and_less_and_the_mean_is_the_standard(guiding: County) -> None:
    school, people = seniors(guiding)
    set_to(guiding, school, people, "1500.00", "1000.00", "500.00")
    assert given(guiding, people) == [Decimal("1500.00"), Decimal("1000.00"), Decimal("500.00")]


@pytest.mark.clause("EA-015")
def test_a_mean_that_leaves_the_standard_is_refused_with_both_numbers(guiding: County) -> None:
    school, people = seniors(guiding)
    with pytest.raises(RuleViolation) as raised:
        set_to(guiding, school, people[:1], "1300.00")
    assert "平均 1100.00 元" in raised.value.text
    assert "平均标准是 1000.00 元，合计多 300.00 元" in raised.value.text


def test_an_amount_outside_the_band_is_refused(guiding: County) -> None:
    school, people = seniors(guiding)
    with pytest.raises(RuleViolation, match="500"):
        set_to(guiding, school, people, "1600.00", "1000.00", "400.00")


def test_a_run_after_it_keeps_what_was_set_and_finds_nothing_new(guiding: County) -> None:
    school, people = seniors(guiding)
    set_to(guiding, school, people, "1500.00", "1000.00", "500.00")
    total = guiding.session.scalars(select(AidRun)).one().counts["amount"]
    again = guiding.run()
    assert (again.counts["changed"], again.counts["ended"], again.counts["differences"]) == (0, 0, 0)
    assert again.counts["amount"] == total
    assert given(guiding, people) == [Decimal("1500.00"), Decimal("1000.00"), Decimal("500.00")]
    assert guiding.session.scalars(select(Difference).where(Difference.run_id == again.id)).all() == []


def test_the_shares_of_a_varied_award_come_to_its_amount(guiding: County) -> None:
    school, people = seniors(guiding)
    set_to(guiding, school, people, "1500.00", "1000.00", "500.00")
    rows = guiding.session.scalars(select(Award).where(Award.item == ITEM)).all()
    assert all(sum(map(Decimal, row.shares.values()), Decimal(0)) in (row.amount, Decimal(0)) for row in rows)


def test_a_draft_of_an_application_follows_and_one_that_was_put_forward_stands_in_the_way(guiding: County) -> None:
    school, people = seniors(guiding)
    applying.draft_from_awards(guiding.session, guiding.tenant.id, 2016, 1, ACTOR)
    set_to(guiding, school, people, "1500.00", "1000.00", "500.00")
    drafts = guiding.session.scalars(select(Application).where(Application.item == ITEM)).all()
    assert sorted(one.amount for one in drafts) == [Decimal("500.00"), Decimal("1000.00"), Decimal("1500.00")]
    drafts[0].state = "class_review"
    guiding.session.flush()
    with pytest.raises(RuleViolation, match="已经提交"):
        set_to(guiding, school, people, "500.00", "1000.00", "1500.00")

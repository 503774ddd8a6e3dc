"""Places: so many of each stage of a reporting unit are put forward, the next one waits."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from core.extensions import Database, tenant_scope
from plugins.education_aid.rules.quotas import Quota, within
from plugins.education_aid.services import applying
from tests.plugins.education_aid.running.support import CLERK, JIA, PRIMARY, SCHOOL, TERM, YEAR, County

POOL = """
[[education_aid.item]]
code = "pool"
name = "奉献爱心助学"
clause = "一"
where = { stage = "compulsory" }
amount = { fixed = "400.00", per = "once" }
quota = 2
provisional = true
"""


def names(stage: str, count: int, unit: str = "邵原中心校") -> list[dict[str, Any]]:
    return [{"item": "love-pool", "unit_id": unit, "stage": stage} for _ in range(count)]


@pytest.mark.clause("EA-071")
def test_the_twenty_first_of_a_stage_waits() -> None:
    quotas = {"love-pool": Quota(20, provisional=True)}
    kept, waiting = within(names("primary", 21) + names("junior", 20), quotas, {})
    assert (len(kept), waiting) == (40, names("primary", 1))
    kept, waiting = within(names("primary", 1), quotas, {("love-pool", "邵原中心校", "primary"): 20})
    assert (kept, len(waiting)) == ([], 1)
    assert within(names("primary", 1, "大峪中心校"), quotas, {("love-pool", "邵原中心校", "primary"): 20})[1] == []


@pytest.mark.clause("EA-071")
def test_only_as_many_are_put_forward_as_the_plan_has_places_for(lone: County) -> None:
    lone.plan(POOL)
    for school in (SCHOOL, SCHOOL, SCHOOL, PRIMARY):
        lone.award(lone.child(school=school), "400.00", "pool", school=school)
    assert applying.draft_from_awards(lone.session, JIA, YEAR, TERM, CLERK) == 3
    assert applying.draft_from_awards(lone.session, JIA, YEAR, TERM, CLERK) == 0
    first = next(one for one in lone.applications() if one.unit_id == lone.units[SCHOOL].id)
    first.slot = None
    lone.session.flush()
    assert applying.draft_from_awards(lone.session, JIA, YEAR, TERM, CLERK) == 1
    assert sum(one.amount for one in lone.applications()) == Decimal(1_600)


@pytest.mark.clause("EA-071")
def test_two_who_draft_at_once_do_not_share_a_place(county: County, database: Database) -> None:
    county.plan(POOL)
    for number in range(4):
        county.award(county.child(number=number + 1), "400.00", "pool")
    county.session.commit()
    start, problems = threading.Barrier(2), list[Exception]()

    def draft() -> None:
        try:
            start.wait()
            with database.transaction() as session, tenant_scope(session, JIA):
                applying.draft_from_awards(session, JIA, YEAR, TERM, CLERK)
        except Exception as error:  # told below, in the thread that is the test's
            problems.append(error)

    hands = [threading.Thread(target=draft) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert problems == []
    county.session.expire_all()
    assert len(county.applications()) == 2

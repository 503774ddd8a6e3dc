"""A term is worked out by the facts of its day: what was changed since is put back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core.registry.history import remember
from core.registry.models import Enrolment, Household, SchoolFacts
from core.tenancy.queries import get_tenant
from plugins.education_aid.queries.facts import Asked, gather
from plugins.education_aid.services.entitling import why
from tests.plugins.education_aid.conftest import ACTOR, AUTUMN_2016, GUIDING, County

LATER = dt.date(2016, 11, 1)


def facts_on(county: County, on: dt.date) -> dict[str, object]:
    [found] = gather(county.session, GUIDING, 2016, 1, on, Asked()).facts
    return found


def test_a_boarder_of_september_stays_one_for_september(guiding: County) -> None:
    child = guiding.child("primary", "filing_card", boarding=True)
    enrolment = guiding.session.scalars(select(Enrolment).where(Enrolment.person_id == child.id)).one()
    remember(guiding.session, [enrolment], LATER, ACTOR)
    enrolment.boarding, enrolment.grade = False, 4
    guiding.session.flush()
    assert (facts_on(guiding, AUTUMN_2016)["boarding"], facts_on(guiding, AUTUMN_2016)["grade"]) == (True, None)
    assert (facts_on(guiding, LATER)["boarding"], facts_on(guiding, LATER)["grade"]) == (False, 4)
    guiding.run()
    assert guiding.awards(child)["compulsory-boarding"].facts["boarding"] is True


def test_a_home_and_a_school_are_those_of_the_day(guiding: County) -> None:
    place = guiding.school("测试幼儿园", "kindergarten", approved=False, ownership="public")
    child = guiding.child("preschool", "orphan", school=place)
    facts = guiding.session.scalars(select(SchoolFacts).where(SchoolFacts.unit_id == place.id)).one()
    remember(guiding.session, [facts, child], LATER, ACTOR)
    facts.approved, child.home_code = True, "522701"
    guiding.session.flush()
    before, after = facts_on(guiding, AUTUMN_2016), facts_on(guiding, LATER)
    assert (before["approved"], after["approved"]) == (False, True)
    assert "522723" in before["home"] and "522701" in after["home"]  # type: ignore[operator]


def test_one_child_is_judged_with_their_household(guiding: County) -> None:
    home = Household(tenant_id=GUIDING, unit_id=guiding.units["village"].id, head_name="测试甲")
    guiding.session.add(home)
    guiding.session.flush()
    first = guiding.child("university", household=home)
    guiding.child("college", household=home)
    found = why(guiding.session, get_tenant(guiding.session, GUIDING), first.id, 2016, 1, AUTUMN_2016)
    assert found.facts["at_university"] == 2

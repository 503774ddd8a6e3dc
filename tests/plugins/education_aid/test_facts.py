"""Facts that rules may ask, each read from one place, and not known where that place says nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.registry.models import Person
from plugins.education_aid.models.applications import DISCRETIONARY, Application
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.plan.vocabulary import EVENTS, VOCABULARY, fact_of, source_of, title_of
from plugins.education_aid.queries.facts import Asked, gather
from tests.plugins.education_aid.conftest import AUTUMN_2016, GUIDING, County


def facts(county: County, *names: str, person: Person | None = None, term: int = 1, on: dt.date = AUTUMN_2016) -> dict[str, Any]:
    found = gather(county.session, GUIDING, 2016, term, on, Asked(names=names), [person.id] if person else None)
    return found.facts[0]


def had(county: County, person: Person, item: str, yuan: str, year: int, term: int, state: str = "entitled") -> None:
    """An award of an earlier term, with the run that found it."""
    run = AidRun(tenant_id=GUIDING, unit_id=county.tenant.unit.id, school_year=year, term=term, as_on=dt.date(year, 9, 1), state="done")
    county.session.add(run)
    county.session.flush()  # the award names it
    county.session.add(Award(tenant_id=GUIDING, unit_id=county.tenant.unit.id, run_id=run.id, person_id=person.id, school_year=year,
                             term=term, item=item, item_name="测试", kind="cash", amount=Decimal(yuan), state=state))
    county.session.flush()


def test_town_or_country_is_what_the_school_says(guiding: County) -> None:
    rural = guiding.child("primary", school=guiding.school("测试村小", locality="rural"))
    unsaid = guiding.child("primary", school=guiding.school("测试中心小学"))
    assert facts(guiding, person=rural)["locality"] == "rural" and facts(guiding, person=unsaid)["locality"] is None


def test_where_a_graduate_went_is_what_was_entered_or_where_they_study_next(guiding: County) -> None:
    left = {"ended_on": dt.date(2017, 7, 1), "ending": "graduated"}
    worker = guiding.child("junior", term=2, destination="work", **left)
    pupil = guiding.child("junior", term=2, **left)
    guiding.child("senior", person=pupil, year=2017)
    nobody_knows = guiding.child("junior", term=2, **left)
    after = dt.date(2017, 9, 15)
    assert [facts(guiding, "destination", person=one, term=2, on=after)["destination"] for one in (worker, pupil, nobody_knows)] == [
        "work", "senior", None]
    assert facts(guiding, "destination", person=pupil, term=2, on=dt.date(2017, 7, 15))["destination"] is None


def test_days_since_an_event_and_the_age_on_a_day(guiding: County) -> None:
    child = guiding.child("primary", "disabled", born=dt.date(2010, 9, 1), begun_on=dt.date(2016, 8, 20))
    found = facts(guiding, "days_since.disabled", "days_since.enrolled", "days_since.orphan", "event_on.born", "event_on.left",
                  "age_at.08-31", "age_at.2016-09-01", person=child)
    assert (found["days_since.disabled"], found["days_since.enrolled"], found["days_since.orphan"]) == (974, 12, None)
    assert (found["event_on.born"], found["event_on.left"]) == (dt.date(2010, 9, 1), None)
    assert (found["age_at.08-31"], found["age_at.2016-09-01"]) == (5, 6)


NAMES = ("received", "received_terms.rain-dew", "received_years.rain-dew", "received_yuan.rain-dew")


def test_what_was_had_before_is_counted_by_term_year_and_yuan(guiding: County) -> None:
    child = guiding.child("vocational")
    for year, term in ((2014, 2), (2015, 1), (2015, 2)):
        had(guiding, child, "rain-dew", "1500.00", year, term)
    had(guiding, child, "once", "500.00", 2015, 1, state="ended")
    had(guiding, child, "rain-dew", "1500.00", 2016, 1)
    found = facts(guiding, *NAMES, person=child)
    assert [found[name] for name in NAMES] == [{"rain-dew"}, 3, 2, Decimal("4500.00")]


def test_a_child_without_earlier_awards_had_none_once_any_earlier_term_was_worked_out(guiding: County) -> None:
    child, other = guiding.child("vocational"), guiding.child("vocational")
    assert [facts(guiding, *NAMES, person=child)[name] for name in NAMES] == [None, None, None, None]
    had(guiding, other, "rain-dew", "1500.00", 2015, 2)
    assert [facts(guiding, *NAMES, person=child)[name] for name in NAMES] == [frozenset(), 0, 0, Decimal("0.00")]


def test_what_was_granted_beside_the_calculation_is_held(guiding: County) -> None:
    child = guiding.child("preschool")
    for item, state in (("care", "approved"), ("other", "draft")):
        guiding.session.add(Application(tenant_id=GUIDING, unit_id=guiding.tenant.unit.id, person_id=child.id, school_year=2016, term=1,
                                        item=item, item_name="测试", kind=DISCRETIONARY, amount=Decimal("300.00"), state=state))
    guiding.session.flush()
    assert facts(guiding, "holds", person=child)["holds"] == {"care"}


@pytest.mark.parametrize("name", [name for name, fact in VOCABULARY.items() if not fact.family])
def test_every_fact_says_where_it_is_read(name: str) -> None:
    assert source_of(name) and title_of(name) == VOCABULARY[name].title


def test_facts_of_a_family_are_named_by_what_they_are_about() -> None:
    assert title_of("days_since.disaster") == "受灾起的天数" and title_of("age_at.08-31") == "08-31的年龄"
    assert fact_of("days_since.nothing") is None and fact_of("age_at.02-30") is None
    assert {code for code, _ in EVENTS} >= {"born", "enrolled", "left", "disabled"}

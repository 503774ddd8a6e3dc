"""What aid shows elsewhere: cards of the workbench, a line on a child's page, and a class with its ways onward."""

from __future__ import annotations

from core.registry.models import Enrolment
from tests.conftest import ClientAs
from tests.plugins.education_aid.running.support import JIA, TERM, YEAR, County
from tests.plugins.education_aid.running.test_pages import TERM_ARGS, jia, one, seen

__all__ = ["jia"]

SCHOOL = "/u/990101-S01"


def test_the_workbench_says_what_is_due_paid_and_missed_within_scope(jia: County, client_as: ClientAs) -> None:
    for _ in range(3):
        jia.award(jia.child())
    jia.session.commit()
    for person, at in (("jia-aid", f"/u/{JIA}/"), ("jia-school", f"{SCHOOL}/")):
        page = seen(client_as(person), at)
        assert "应享资助" in page
        assert "1,875.00 元" in page
        assert "0 人项到账" in page
        assert "应享未享" in page
    assert "应享资助" not in seen(client_as("yi-aid"), "/u/990102/")


def test_a_childs_page_leads_to_the_card(jia: County, client_as: ClientAs) -> None:
    child = jia.child()
    jia.award(child)
    jia.session.commit()
    page = seen(client_as("jia-aid"), f"/u/{JIA}/registry/persons/{child.id}")
    assert "应享 1 项，625.00 元" in page
    assert f"/persons/{child.id}/card?school_year={YEAR}&amp;term={TERM}" in page


def test_a_class_lists_its_pupils_and_leads_to_card_absence_and_discretionary(jia: County, client_as: ClientAs) -> None:
    child = jia.child()
    jia.award(child)
    jia.session.commit()
    row = one(jia.session, Enrolment)
    name = row.class_name
    clerk = client_as("jia-school")
    assert "/class?class_name=" in seen(clerk, f"{SCHOOL}/p/education_aid/board?{TERM_ARGS}")
    page = seen(clerk, f"{SCHOOL}/p/education_aid/class?class_name={name}&{TERM_ARGS}")
    assert child.name in page
    assert page.count("625.00") == 2  # the pupil's and the sum
    assert f"/card?school_year={YEAR}&amp;term={TERM}#absent-{row.id}" in page
    assert f"/enrolments/{row.id}/discretionary" in page
    assert f"{child.name},1,625.00,0.00" in seen(clerk, f"{SCHOOL}/p/education_aid/class.csv?class_name={name}&{TERM_ARGS}")
    card = seen(clerk, f"{SCHOOL}/p/education_aid/persons/{child.id}/card?{TERM_ARGS}")
    assert f'id="absent-{row.id}"' in card
    assert client_as("yi-aid").get(f"{SCHOOL}/p/education_aid/class?{TERM_ARGS}").status_code == 404

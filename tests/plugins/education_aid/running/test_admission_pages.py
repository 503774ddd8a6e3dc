"""The pages of admission, loans and targets: who sees what, and a round walked through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.units.models import Unit
from plugins.education_aid.models import AdmissionRound, Applicant, Charge, Loan
from tests.conftest import ClientAs
from tests.plugins.education_aid.running.support import JIA, SCHOOL, TERM, YEAR, County
from tests.plugins.education_aid.running.test_admission import preference
from tests.plugins.education_aid.running.test_targets_and_charges import FORBIDDEN, target
from tests.support.hosts import loaded

AT = f"/u/{JIA}/p/education_aid"


@pytest.fixture
def jia(app: Flask, app_database: Database) -> Iterator[County]:
    """甲县 of the small province with a plan about admission, a round and one who asks."""
    host = loaded()
    session = app_database.session(write=True)
    with tenant_scope(session, JIA):
        county = County(session, {unit.code: unit for unit in session.scalars(select(Unit))}, host)
        county.plan(preference("onward", "priority", "职业教育"), target("share", "wanted = 40"), FORBIDDEN)
        person = county.child()
        school = county.units[SCHOOL].id
        session.add(AdmissionRound(tenant_id=JIA, unit_id=county.units[JIA].id, code="r1", title="测试录取", destination="普通高中",
                                   school_year=YEAR, term=TERM, facts_on=dt.date(2019, 10, 8), places=1, cutoff=Decimal(500)))
        session.add(Applicant(tenant_id=JIA, unit_id=school, round="r1", person_id=person.id, score=Decimal(520)))
        session.add(Loan(tenant_id=JIA, unit_id=school, person_id=person.id, school_year=YEAR, state="need"))
        session.commit()
        yield county
        session.rollback()
    session.close()


def round_at(county: County) -> str:
    return f"{AT}/rounds/{county.session.scalars(select(AdmissionRound.id)).one()}"


@pytest.mark.parametrize(("page", "said"), [("loans?school_year=2019", "缺口名单"), ("targets?year=2019", "测试目标"),
                                             ("targets.csv?year=2019", "测试目标"),
                                             ("ledgers/applicants/", "520"), ("ledgers/rounds/", "测试录取"),
                                             ("ledgers/referrals/", "转介"), ("ledgers/work-study/", "岗位")])
def test_every_page_opens_for_the_centre_and_is_404_next_door(jia: County, client_as: ClientAs, page: str, said: str) -> None:
    answer = client_as("jia-aid").get(f"{AT}/{page}")
    assert answer.status_code == 200 and said in answer.get_data(as_text=True)
    assert client_as("yi-aid").get(f"{AT}/{page}").status_code == 404


def test_a_round_is_decided_by_the_centre_and_by_nobody_else(jia: County, client_as: ClientAs) -> None:
    place = round_at(jia)
    page = client_as("jia-aid").get(place).get_data(as_text=True)
    assert "预排名单" in page and "520" in page
    assert client_as("yi-aid").get(place).status_code == 404
    assert client_as("yi-aid").get(place.replace(JIA, "990102")).status_code == 404
    decide = place.replace("/rounds/", "/processes/round/") + "/decide"
    assert client_as("jia-school").post(decide).status_code in (403, 404)
    assert client_as("jia-aid").post(decide).status_code == 302
    page = client_as("jia-aid").get(place).get_data(as_text=True)
    assert "录取名单" in page and "职业教育" in page
    assert "测试" in client_as("jia-aid").get(f"{place}.csv").get_data(as_text=True)
    assert client_as("jia-aid").post(f"{place}/refer", data={"preference": "onward"}).status_code == 302
    asked = str(jia.session.scalars(select(Applicant.id)).one())
    sent = {"applicant": asked, "outcome": "refused", "reason": "复核成绩有误"}
    assert client_as("yi-aid").post(f"{place}/correct", data=sent).status_code == 404
    assert client_as("jia-aid").post(f"{place}/correct", data={**sent, "applicant": ""}).status_code == 422
    assert client_as("jia-aid").post(f"{place}/correct", data=sent).status_code == 302
    assert "更正：复核成绩有误" in client_as("jia-aid").get(place).get_data(as_text=True)


def test_the_form_refuses_a_forbidden_charge_and_keeps_nothing(jia: County, client_as: ClientAs) -> None:
    sent = {"title": "推荐教辅", "unit_id": SCHOOL, "stage": "junior", "amount": "20.00", "per": "term", "since": "2019-09-01"}
    answer = client_as("jia-aid").post(f"{AT}/ledgers/charges/new", data=sent)
    assert answer.status_code in (409, 422) and "教辅" in answer.get_data(as_text=True)
    assert client_as("jia-aid").post(f"{AT}/ledgers/charges/new", data={**sent, "title": "校服费"}).status_code == 302
    jia.session.rollback()
    assert jia.session.scalars(select(Charge.title)).all() == ["校服费"]

"""The pages of the running of aid: who sees what, and a term walked through by its forms."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Database, tenant_scope
from core.host.models import PluginSwitch
from core.units.models import Unit
from plugins.education_aid.models import AidCase, Application, Batch, DropoutCase, Letter
from plugins.education_aid.services import cases, hunting
from tests.conftest import ClientAs
from tests.plugins.education_aid.running.conftest import OnDay
from tests.plugins.education_aid.running.support import CLERK, JIA, TERM, YEAR, YI, County, returned
from tests.support.hosts import loaded

AT = f"/u/{JIA}/p/education_aid"
TERM_ARGS = f"school_year={YEAR}&term={TERM}"


@pytest.fixture
def jia(app: Flask, app_database: Database) -> Iterator[County]:
    """甲县 of the small province with its plan, on the database of the app."""
    host = loaded()
    session = app_database.session(write=True)
    with tenant_scope(session, JIA):
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        county = County(session, units, host)
        if session.get(PluginSwitch, (YI, "education_aid")) is None:
            session.add(PluginSwitch(tenant_id=YI, plugin="education_aid", on=True, changed_by="测试"))
        county.plan()
        session.commit()
        yield county
        session.rollback()
    session.close()


def seen(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def one(session: Session, model: Any) -> Any:
    """The one row of a table, as it is now."""
    session.rollback()
    return session.scalars(select(model).execution_options(populate_existing=True)).one()


def send(client: FlaskClient, path: str, **data: Any) -> int:
    return client.post(path, data=data).status_code


@pytest.mark.parametrize("page", ["board", "publicity", "pay", "check", "hunt"])
def test_every_page_opens_for_the_centre_and_is_404_next_door(jia: County, client_as: ClientAs, page: str) -> None:
    jia.award(jia.child())
    jia.session.commit()
    assert "测试" in seen(client_as("jia-aid"), f"{AT}/{page}?{TERM_ARGS}")
    assert client_as("yi-aid").get(f"{AT}/{page}").status_code == 404


def test_the_board_adds_up_and_the_province_compares_its_counties(jia: County, client_as: ClientAs) -> None:
    for _ in range(3):
        jia.award(jia.child())
    jia.session.commit()
    assert "1,875.00" in seen(client_as("jia-aid"), f"{AT}/board?{TERM_ARGS}")
    above = seen(client_as("province-bureau"), f"/u/99/p/education_aid/board?{TERM_ARGS}")
    assert "甲县" in above
    assert "1,875.00" in above
    file = client_as("jia-aid").get(f"{AT}/board.csv?{TERM_ARGS}").get_data(as_text=True)
    assert "1875.00" in file


@pytest.mark.clause("EA-017")
def test_a_school_cannot_approve_a_payment_and_the_office_can(jia: County, client_as: ClientAs, on_day: OnDay) -> None:
    jia.money()
    jia.award(jia.child())
    jia.to_publicity()
    on_day("2019-10-15")
    jia.approve()
    jia.session.commit()
    centre = client_as("jia-aid")
    assert send(centre, f"{AT}/pay", bank="test-bank", school_year=YEAR, term=TERM) == 302
    batch = one(jia.session, Batch)
    step = f"/processes/batch/{batch.id}/approve"
    assert send(client_as("jia-school"), f"/u/990101-S01/p/education_aid{step}") in (403, 404)
    assert send(client_as("jia-admin"), f"{AT}{step}") == 403
    assert send(centre, f"{AT}{step}") == 403  # whoever made it does not approve it
    batch = one(jia.session, Batch)
    assert batch.state == "draft"


def test_a_batch_goes_to_the_bank_and_comes_back_by_its_pages(jia: County, client_as: ClientAs, on_day: OnDay) -> None:
    jia.money()
    jia.award(jia.child())
    jia.to_publicity()
    on_day("2019-10-15")
    jia.approve()
    jia.session.commit()
    centre = client_as("jia-aid")
    send(centre, f"{AT}/pay", bank="test-bank", school_year=YEAR, term=TERM)
    batch = one(jia.session, Batch)
    batch.state = "approved"
    jia.session.commit()
    page = seen(centre, f"{AT}/batches/{batch.id}")
    assert "622202" not in page  # cards are masked
    file = centre.post(f"{AT}/batches/{batch.id}/file")
    assert "622202" in file.get_data(as_text=True)
    assert file.headers["Cache-Control"] == "no-store"
    assert send(centre, f"{AT}/processes/batch/{batch.id}/send") == 302
    batch = one(jia.session, Batch)
    sent = {"file": (io.BytesIO(returned(batch, {1: "00"})), "回盘.csv")}
    assert send(centre, f"{AT}/batches/{batch.id}/return", **sent) == 302
    assert one(jia.session, Batch).state == "done"
    assert one(jia.session, Application).state == "paid"
    assert "已享受" in seen(centre, f"{AT}/applications/{one(jia.session, Application).id}")
    sent = {"file": (io.BytesIO(returned(batch, {1: "00"})), "回盘.csv")}
    assert send(centre, f"{AT}/batches/{batch.id}/return", **sent) == 409


def test_a_case_is_closed_and_a_letter_answered_by_their_pages(jia: County, client_as: ClientAs) -> None:
    child = jia.child(school=JIA, elsewhere_place=YI, elsewhere_school="乙县实验小学", number=3)
    jia.award(child, "1250.00", school=JIA)
    cases.look(jia.session, JIA, YEAR, TERM, CLERK)
    jia.session.commit()
    centre = client_as("jia-aid")
    assert "乙县实验小学" in seen(centre, f"{AT}/check?{TERM_ARGS}")
    case = one(jia.session, AidCase)
    assert send(centre, f"{AT}/cases/{case.id}/close", closing="paid", evidence="") == 422
    assert send(centre, f"{AT}/letters", ids=str(case.id)) == 302
    letter = one(jia.session, Letter)
    assert "甲县扶贫开发局" in seen(centre, f"{AT}/letters/{letter.id}")
    assert centre.post(f"{AT}/letters/{letter.id}/docx").data.startswith(b"PK")
    assert centre.post(f"{AT}/letters/{letter.id}/pdf").data.startswith(b"%PDF")
    assert send(centre, f"{AT}/processes/letter/{letter.id}/send") == 403
    assert client_as("yi-aid").get(f"{AT}/letters/{letter.id}").status_code == 404
    assert send(centre, f"{AT}/cases/{case.id}/close", closing="paid_elsewhere", evidence="电话核实记录 3 号") == 302
    assert one(jia.session, AidCase).state == "closed"
    seen(centre, f"{AT}/cases/{case.id}")


def test_the_hunt_by_its_pages(jia: County, client_as: ClientAs) -> None:
    jia.child(school=None)
    jia.child()
    jia.session.commit()
    centre = client_as("jia-aid")
    assert send(centre, f"{AT}/hunt", school_year=YEAR, term=TERM) == 302
    case = one(jia.session, DropoutCase)
    page = seen(centre, f"{AT}/hunt?{TERM_ARGS}")
    assert "甲一东村" in page
    assert "2003-09-01" in page
    assert send(centre, f"{AT}/dropouts/{case.id}/visits", visited_on="2019-10-08", visitor="测试教师", result="同意入学") == 302
    assert send(centre, f"{AT}/dropouts/{case.id}/visits", visited_on="昨天", visitor="测试教师", result="同意入学") == 422
    assert send(centre, f"{AT}/dropouts/{case.id}", closing="enrolled", evidence="入学通知") == 302
    assert "同意入学" in seen(centre, f"{AT}/dropouts/{case.id}")
    assert send(centre, f"{AT}/processes/dropout/{case.id}/submit") == 409  # no paper of the child's folder
    assert "甲一东村" in centre.get(f"{AT}/hunt.csv?{TERM_ARGS}").get_data(as_text=True)
    assert "甲县第一中学,990101-S01,1,,,,0,0" in centre.get(f"{AT}/hunt-schools.csv?{TERM_ARGS}").get_data(as_text=True)


@pytest.mark.clause("EA-064")
def test_a_central_school_sees_the_children_of_its_township_alone(jia: County, client_as: ClientAs) -> None:
    jia.child(school=None)
    other = jia.child(village="990101101001", school=None)
    hunting.look(jia.session, JIA, YEAR, TERM, CLERK)
    jia.session.commit()
    (theirs,) = jia.session.scalars(select(DropoutCase.id).where(DropoutCase.person_id == other.id))
    central = client_as("jia-central")
    page = seen(central, f"/u/990101100/p/education_aid/hunt?{TERM_ARGS}")
    assert "甲一东村" in page
    assert "甲二北村" not in page
    assert central.get(f"/u/990101100/p/education_aid/dropouts/{theirs}").status_code == 404
    assert central.get(f"{AT}/hunt").status_code == 404


def test_a_discretionary_reduction_is_entered_with_its_reason(jia: County, client_as: ClientAs) -> None:
    child = jia.child(school=None)
    enrolment = jia.enrol(child, "990101-S01")
    jia.session.commit()
    school, at = client_as("jia-school"), f"/u/990101-S01/p/education_aid/enrolments/{enrolment.id}/discretionary"
    assert "酌情" in seen(school, at)
    assert send(school, at, item_name="保教费酌情减免", amount="300", reason="") == 422
    assert send(school, at, item_name="保教费酌情减免", amount="300", reason="家庭突发变故") == 302
    assert one(jia.session, Application).kind == "discretionary"


@pytest.mark.parametrize("path", [f"cases/{uuid.UUID(int=1)}", f"batches/{uuid.UUID(int=1)}", f"letters/{uuid.UUID(int=1)}",
                                  f"dropouts/{uuid.UUID(int=1)}", f"applications/{uuid.UUID(int=1)}"])
def test_what_is_not_there_is_404(jia: County, client_as: ClientAs, path: str) -> None:
    assert client_as("jia-aid").get(f"{AT}/{path}").status_code == 404

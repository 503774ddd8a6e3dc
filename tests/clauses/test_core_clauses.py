"""The clauses that people and the tree carry, proven in the running application.

The sample plugin stands for a programme: visits are what a school enters, their payments what the county's
aid office approves.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from core.access.guard import KEY
from core.access.viewer import load_viewer
from core.accounts.models import Account
from core.accounts.passwords import hash_password
from core.accounts.services import assign, store_account
from core.extensions import Actor, Database, tenant_scope
from core.tenancy.models import Tenant
from core.tenancy.services import apply_from_command_line
from core.units.queries import ancestors, find_unit_by_code
from core.units.services import Move, do_operation
from tests.conftest import ClientAs
from tests.factories.units import make_unit
from tests.factories.world import ACTOR, PASSWORD, SINCE
from tests.sample_plugin.models import Payment, Visit
from tests.sample_plugin.services import note_visit

COUNTY, SCHOOL, TOWNSHIP, OTHER_TOWNSHIP = "990101", "990101-S01", "990101100", "990101101"
WRITING = ("write", "approve", "manage")


def visit_at(database: Database, code: str, title: str, tenant_id: str = COUNTY) -> None:
    """One visit with its payment, entered at a unit by nobody who signs in below."""
    with database.transaction() as session, tenant_scope(session, tenant_id):
        unit = find_unit_by_code(session, code)
        assert unit is not None
        note_visit(session, tenant_id, unit.id, title, Decimal(100), dt.date(2016, 9, 1), Actor(None, "测试"))


def waiting_payment(database: Database) -> Payment:
    with database.session() as session, tenant_scope(session, COUNTY):
        return session.scalars(select(Payment)).one()


def answer_of(client_as: ClientAs, login: str, address: str, **form: str) -> int:
    client = client_as(login)
    return (client.post(address, data=form) if form else client.get(address)).status_code


@pytest.mark.clause("EA-017")
def test_aid_office_approves_what_the_school_entered_and_the_school_cannot(
    app_database: Database, client_as: ClientAs
) -> None:
    school, office = client_as("jia-school"), client_as("jia-aid")
    entered = {"title": "寄宿生补助", "amount": "500", "happened_on": "2016-09-01"}
    assert school.post(f"/u/{SCHOOL}/p/sample/new", data=entered).status_code == 302
    payment = waiting_payment(app_database)
    assert school.post(f"/u/{SCHOOL}/p/sample/payments/{payment.id}/approve").status_code == 403
    assert waiting_payment(app_database).state == "submitted"
    answer = office.post(f"/u/{COUNTY}/p/sample/payments/{payment.id}/approve", follow_redirects=True)
    assert answer.status_code == 200
    assert waiting_payment(app_database).state == "approved"


@pytest.mark.clause("EA-017")
def test_office_that_plans_and_supervises_does_not_pay(app_database: Database, client_as: ClientAs) -> None:
    visit_at(app_database, SCHOOL, "寄宿生补助")
    payment = waiting_payment(app_database)
    office = "990101-O01"
    assert answer_of(client_as, "jia-education", f"/u/{office}/p/sample/payments/{payment.id}/approve", ok="1") == 403


@pytest.mark.clause("EA-064")
def test_central_school_sees_every_school_of_its_township_and_nothing_of_the_next(
    app_database: Database, client_as: ClientAs
) -> None:
    for code in ("990101-S02", "990101100001", OTHER_TOWNSHIP, SCHOOL):
        visit_at(app_database, code, f"走访{code}")
    central = client_as("jia-central")
    assert central.get(f"/u/{TOWNSHIP}/p/sample/count").get_json()["count"] == 2
    page = central.get(f"/u/{TOWNSHIP}/p/sample/").get_data(as_text=True)
    assert "走访990101-S02" in page
    assert f"走访{OTHER_TOWNSHIP}" not in page
    assert central.get(f"/u/{OTHER_TOWNSHIP}/p/sample/").status_code == 404
    assert central.get(f"/u/{COUNTY}/p/sample/").status_code == 404


@pytest.mark.clause("DN-011")
def test_discipline_reads_everything_of_its_county_and_changes_nothing(
    app: Flask, app_database: Database, client_as: ClientAs
) -> None:
    visit_at(app_database, SCHOOL, "大额捐赠")
    payment = waiting_payment(app_database)
    client = client_as("jia-discipline")
    assert "大额捐赠" in client.get(f"/u/{COUNTY}/p/sample/").get_data(as_text=True)
    entered = {"title": "改动", "amount": "1", "happened_on": "2016-09-01"}
    assert client.post(f"/u/{COUNTY}/p/sample/new", data=entered).status_code == 403
    assert client.post(f"/u/{COUNTY}/p/sample/payments/{payment.id}/approve").status_code == 403
    with app_database.session() as session, tenant_scope(session, COUNTY):
        assert session.scalars(select(Visit.title)).all() == ["大额捐赠"]


@pytest.mark.clause("DN-011")
def test_no_rule_lets_discipline_write_approve_or_manage(app: Flask, app_database: Database) -> None:
    with app_database.session() as session:
        account = session.scalars(select(Account).where(Account.login == "jia-discipline")).one()
        county = find_unit_by_code(session, COUNTY)
        viewer = load_viewer(session, account.id, account.name)
        actions = app.extensions[KEY].actions
        writing = [code for code in actions if code.rpartition(":")[2] in WRITING]
        assert len(writing) > 5
        # to order that something be put right is what the clause gives it; that changes no record itself
        assert {code for code in writing if viewer.allowed(code, county)} <= {"donations:order:write", "core:finding:write"}


@pytest.mark.clause("CO-003")
def test_county_sees_itself_city_its_counties_and_province_all(app_database: Database, client_as: ClientAs) -> None:
    reached = {
        login: [answer_of(client_as, login, f"/u/{code}/") for code in ("99", "9901", COUNTY, "990102", "990201")]
        for login in ("jia-admin", "city-bureau", "province-bureau")
    }
    assert reached == {
        "jia-admin": [404, 404, 200, 404, 404],
        "city-bureau": [404, 200, 200, 200, 404],
        "province-bureau": [200, 200, 200, 200, 200],
    }


@pytest.mark.clause("CO-003")
def test_province_reaches_its_75_counties_and_a_county_only_itself(app: Flask, app_database: Database) -> None:
    with app_database.transaction() as session:
        city = find_unit_by_code(session, "9902")
        assert city is not None
        counties = [make_unit(session, f"9902{number}", city, level="county") for number in range(10, 85)]
        session.add_all(Tenant(id=unit.code, unit_id=unit.id, founded_on=SINCE) for unit in counties)
        session.flush()  # the reaches below are read from the tables
        tenants = {}
        for login in ("province-bureau", "jia-admin"):
            account = session.scalars(select(Account).where(Account.login == login)).one()
            viewer = load_viewer(session, account.id, account.name)
            tenants[login] = {place.id for place in viewer.tenants(session, "core:unit:read")}
        assert {unit.code for unit in counties} <= tenants["province-bureau"]
        assert len(counties) == 75
        assert tenants["jia-admin"] == {COUNTY}


@pytest.fixture
def school_offices(app: Flask, app_database: Database) -> dict[str, str]:
    """A sign-in name for each of the four offices of a school, 教导处 and the others beside 总务处."""
    logins = {
        "moral_office": "jia-moral",
        "teaching_office": "jia-teaching",
        "general_office": "jia-general",
        "finance_room": "jia-finance",
    }
    with app_database.transaction() as session:
        school = find_unit_by_code(session, SCHOOL)
        assert school is not None
        for role, login in logins.items():
            if session.scalars(select(Account).where(Account.login == login)).first() is None:
                account = store_account(session, login, "测试甲", hash_password(PASSWORD), ACTOR)
                assign(session, account, role, school, ACTOR, known=app.extensions[KEY], since=SINCE)
    return logins


@pytest.mark.clause("CO-042")
def test_four_school_offices_are_four_roles_given_at_a_school(app: Flask, school_offices: dict[str, str]) -> None:
    roles = app.extensions[KEY].roles
    assert [roles[role].title for role in school_offices] == ["政教处", "教导处", "总务处", "财务室"]


@pytest.mark.clause("CO-042")
def test_general_office_reads_the_list_of_its_school_and_cannot_edit_it(
    app_database: Database, client_as: ClientAs
) -> None:
    visit_at(app_database, SCHOOL, "资助名单")
    client = client_as("jia-general")
    assert "资助名单" in client.get(f"/u/{SCHOOL}/p/sample/").get_data(as_text=True)
    entered = {"title": "改名单", "amount": "1", "happened_on": "2016-09-01"}
    assert client.post(f"/u/{SCHOOL}/p/sample/new", data=entered).status_code == 403


@pytest.mark.clause("CO-042")
def test_no_school_office_approves_or_manages_anything(
    app: Flask, app_database: Database, school_offices: dict[str, str]
) -> None:
    actions = [code for code in app.extensions[KEY].actions if code.rpartition(":")[2] in ("approve", "manage")]
    with app_database.session() as session:
        school = find_unit_by_code(session, SCHOOL)
        for login in school_offices.values():
            account = session.scalars(select(Account).where(Account.login == login)).one()
            viewer = load_viewer(session, account.id, account.name)
            assert [code for code in actions if viewer.allowed(code, school)] == []


CAMPAIGN = """schema = 1
[tenant]
unit = "990101"
name = "甲县"
[[document]]
title = "百日行动方案"
starts = 2020-03-15
[[clause]]
id = "一"
text = "办公室设在县学生资助中心"
[[phase]]
code = "mobilise"
name = "部署动员"
clause = "一"
from = 2020-03-15
to = 2020-03-27
[[committee]]
code = "leading-group"
name = "百日行动领导小组"
clause = "一"
office = "县学生资助中心"
office_unit = "990101-O02"
seats = [{ post = "组长", count = 1 }]
"""
CENTRE = "990101-O02"


@pytest.fixture
def campaign(app: Flask, app_database: Database) -> None:
    """甲县 works by a plan whose office is another unit, 县学生资助中心, with a person of its own."""
    with app_database.transaction() as session:
        county = find_unit_by_code(session, COUNTY)
        assert county is not None
        centre = make_unit(session, CENTRE, county, "甲县学生资助中心", kind="office")
        apply_from_command_line(session, app.extensions["bangfu.host"], CAMPAIGN.encode(), "jia.toml")
        account = store_account(session, "jia-centre", "测试甲", hash_password(PASSWORD), ACTOR)
        assign(session, account, "aid_centre", centre, ACTOR, known=app.extensions[KEY], since=SINCE)


@pytest.mark.clause("CO-002")
@pytest.mark.usefixtures("campaign")
def test_office_seated_in_another_unit_sees_the_campaign_there(client_as: ClientAs) -> None:
    page = client_as("jia-centre").get(f"/u/{CENTRE}/plan").get_data(as_text=True)
    assert "百日行动领导小组" in page
    assert "县学生资助中心" in page
    assert "部署动员" in page


@pytest.mark.clause("CO-002")
@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize(("login", "answer"), [("jia-school", 404), ("jia-education", 404), ("yi-admin", 404)])
def test_units_outside_the_county_office_do_not_edit_the_campaign(client_as: ClientAs, login: str, answer: int) -> None:
    assert answer_of(client_as, login, f"/u/{COUNTY}/plan/propose", text=CAMPAIGN) == answer


@pytest.mark.clause("CO-045")
def test_station_between_county_and_school_holds_the_records_of_its_schools(
    app: Flask, app_database: Database, client_as: ClientAs
) -> None:
    station = "990101-Z01"
    for code in (SCHOOL, "990101-S02"):
        visit_at(app_database, code, f"走访{code}")
    with app_database.transaction() as session:
        unit = find_unit_by_code(session, station)
        assert unit is not None
        account = store_account(session, "jia-station", "测试甲", hash_password(PASSWORD), ACTOR)
        assign(session, account, "school_clerk", unit, ACTOR, known=app.extensions[KEY], since=SINCE)
    client = client_as("jia-station")
    assert client.get(f"/u/{station}/p/sample/count").get_json()["count"] == 1
    assert client.get(f"/u/{SCHOOL}/p/sample/").status_code == 200
    assert client.get("/u/990101-S02/p/sample/").status_code == 404
    assert client_as("jia-aid").get(f"/u/{COUNTY}/p/sample/count").get_json()["count"] == 2


@pytest.mark.clause("CO-045")
def test_station_moved_to_another_county_takes_its_schools_along(app: Flask, app_database: Database) -> None:
    with app_database.transaction() as session:
        station, target = (find_unit_by_code(session, code) for code in ("990101-Z01", "990102"))
        assert station is not None and target is not None
        order = Move(on=dt.date(2021, 9, 1), unit=station.id, parent=target.id)
        do_operation(session, order, ACTOR, hooks=app.extensions["bangfu.host"])
        school = find_unit_by_code(session, SCHOOL)
        assert school is not None
        assert [unit.code for unit in ancestors(session, school)][-2:] == ["990102", "990101-Z01"]
